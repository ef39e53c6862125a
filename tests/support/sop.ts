// Runs the real command as users do: `bin/sop.cjs` in a process of its own, in a folder that is thrown away.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command in this clone. */
export const sopCommand: string = fileURLToPath(new URL("../../bin/sop.cjs", import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SopOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the process is ended; the status is then null. */
  readonly timeout?: number;
}

/** Runs `sop <args>` in a folder. */
export function sop(folder: string, args: readonly string[], options: SopOptions = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [sopCommand, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "", ...options.env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: options.timeout ?? 120_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { status, stdout, stderr };
}

/** Makes a folder with files, gives it to `use`, and removes it. */
export async function inFolder(files: Readonly<Record<string, string | Uint8Array>>, use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sop-test-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
