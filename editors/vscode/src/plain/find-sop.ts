// Which `sop` an editor runs: the setting's, the workspace's, the machine's. Asks a file system that it is given.

import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

export interface Surroundings {
  /** `sop.server.path`: "" for none. */
  readonly setting: string;
  /** `sop.server.node`. */
  readonly node: string;
  /** The workspace's folders. */
  readonly folders: readonly string[];
  /** Does the user trust them? What an untrusted folder holds is not run. */
  readonly isTrusted: boolean;
  /** The variable PATH. */
  readonly path: string;
  readonly home: string;
  readonly isFile: (path: string) => boolean;
  /** With links followed. */
  readonly realPath: (path: string) => string;
}

/** A program with its first arguments. */
export interface SopCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const script = join("bin", "sop.cjs");

/** The command; null where there is none. */
export function findSop(around: Surroundings): SopCommand | null {
  const { setting, folders, isTrusted } = around;
  if (setting !== "") return fromSetting(around);
  const inFolders = isTrusted ? folders.map((folder) => fromFolder(around, folder)).find((each) => each !== null) : null;
  return inFolders ?? fromPath(around);
}

/** From the packages of a folder and of those around it, or from a clone of sop that it is in. */
function fromFolder(around: Surroundings, folder: string): SopCommand | null {
  for (let at = folder; ; at = dirname(at)) {
    const packaged = join(at, "node_modules", "sop", script);
    if (around.isFile(packaged)) return runs(around, packaged);
    if (around.isFile(join(at, script)) && around.isFile(join(at, "compiler", "cli", "main.ts"))) return runs(around, join(at, script));
    if (dirname(at) === at) return null;
  }
}

function fromSetting(around: Surroundings): SopCommand | null {
  const written = around.setting.replace(/^~(?=[/\\])/, around.home);
  const path = isAbsolute(written) ? written : resolve(around.folders[0] ?? around.home, written);
  const found = [path, join(path, script), join(path, "node_modules", "sop", script)].find(around.isFile);
  return found === undefined ? null : runs(around, found);
}

/** npm puts a link or, on Windows, a script for a shell there; what it stands for is run by itself. */
function fromPath(around: Surroundings): SopCommand | null {
  for (const folder of around.path.split(delimiter).filter((each) => isAbsolute(each))) {
    const global = join(folder, "node_modules", "sop", script);
    if (around.isFile(global)) return runs(around, global);
    const command = join(folder, "sop");
    if (around.isFile(command)) return runs(around, around.realPath(command));
  }
  return null;
}

function runs({ node }: Surroundings, file: string): SopCommand {
  return /\.[cm]?js$/.test(file) ? { command: node, args: [file] } : { command: file, args: [] };
}
