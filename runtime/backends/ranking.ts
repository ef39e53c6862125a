// Which backend is the fastest here, measured: each in a process of its own, since engines do not share one, and a driver may crash or hang. What
// was found is kept in the user's cache until a package, Node or a driver is another one.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir, release } from "node:os";
import { dirname, join } from "node:path";
import type { Backend } from "./backend.js";
import { tryBackend } from "./start.js";
import { speed } from "./speed.js";
import { answerOf } from "./trial.js";

/** What was found of a backend: how fast it is, in GFLOP/s of matrix products, or why it is out of the question. */
export type Measured = { readonly speed: number } | { readonly unsuitable: string; /** Is it to be told of, since it should work? */ readonly isFault: boolean };

/** Backends that are installed, best first, and those among them that do not work. */
export interface Ranking {
  readonly order: readonly Backend[];
  readonly faults: readonly { readonly backend: Backend; readonly reason: string }[];
}

let entry: readonly string[] | null = null;

/** The words with which this process can be started again to measure a backend: Node's own come first. */
export function setEntry(words: readonly string[]): void {
  entry = words;
}

/** The words that start this program again; throws where they are not known. */
export function startOf(): readonly string[] {
  if (entry === null) throw new Error("the program was not started as a process of its own");
  return entry;
}

/** Ranks what is installed of `backends`; the last of them is only measured where another one works. */
export async function ranked(backends: readonly Backend[]): Promise<Ranking> {
  const installed = backends.flatMap((backend) => {
    const version = backend.installed();
    return version === null ? [] : [{ backend, version }];
  });
  if (installed.length < 2) return { order: installed.map(({ backend }) => backend), faults: [] };
  const key = keyOf(installed.map(({ backend, version }) => `${backend.name} ${version}`));
  const kept = readKept();
  const measured = kept?.key === key ? kept.measured : await measureAll(installed.map(({ backend }) => backend));
  if (kept?.key !== key) keep({ key, measured });
  const known = installed.flatMap(({ backend }) => {
    const found = measured[backend.name];
    return found === undefined ? [] : [{ backend, found }];
  });
  const fast = known.flatMap(({ backend, found }) => ("speed" in found ? [{ backend, speed: found.speed }] : [])).sort((a, b) => b.speed - a.speed);
  const rest = installed.map(({ backend }) => backend).filter((backend) => measured[backend.name] === undefined);
  return {
    order: [...fast.map(({ backend }) => backend), ...rest],
    faults: known.flatMap(({ backend, found }) => ("isFault" in found && found.isFault ? [{ backend, reason: found.unsuitable }] : [])),
  };
}

type Measurements = Readonly<Record<string, Measured>>;

async function measureAll(backends: readonly Backend[]): Promise<Measurements> {
  const found: Record<string, Measured> = {};
  const last = backends.at(-1);
  for (const backend of backends) {
    if (backend === last && !Object.values(found).some((one) => "speed" in one)) break;
    found[backend.name] = entry === null ? await measure(backend) : measureElsewhere(backend, entry);
  }
  return found;
}

/** Measures a backend in this process. */
export async function measure(backend: Backend): Promise<Measured> {
  const found = await tryBackend(backend, { device: null, threads: null, mustGain: true });
  if ("unavailable" in found) return { unsuitable: found.unavailable, isFault: found.isFault === true };
  return { speed: await speed() };
}

const patience = 120_000;

function measureElsewhere({ name }: Backend, words: readonly string[]): Measured {
  const { answer, problem } = answerOf([...words, "backends", "--measure", name], patience);
  return isMeasured(answer) ? answer : { unsuitable: problem ?? "its answer has another form than expected", isFault: true };
}

/** Changes with whatever may make a backend faster, or work. */
function keyOf(installed: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify([1, installed, process.version, process.platform, process.arch, release(), ...drivers()])).digest("hex");
}

/** Files that come and go with GPUs and their drivers, on Linux. */
function drivers(): readonly (readonly string[])[] {
  return ["/dev", "/dev/dri", "/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].map((folder) => {
    try {
      return readdirSync(folder).filter((name) => folder !== "/dev" || name.startsWith("nvidia")).sort();
    } catch {
      return [];
    }
  }).concat([["VK_ICD_FILENAMES", "VK_DRIVER_FILES", "CUDA_VISIBLE_DEVICES"].map((name) => process.env[name] ?? "")]);
}

interface Kept {
  readonly key: string;
  readonly measured: Measurements;
}

function cacheFile(): string {
  const base = process.env["XDG_CACHE_HOME"] ?? (process.platform === "win32" ? process.env["LOCALAPPDATA"] : undefined) ?? join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
  return join(base, "sop", "backends.json");
}

/** What was found before; null where that is missing or is not what this version writes. */
function readKept(): Kept | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(cacheFile(), "utf8"));
    return isKept(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null || !("key" in value) || !("measured" in value)) return false;
  const { key, measured } = value;
  return typeof key === "string" && typeof measured === "object" && measured !== null && Object.values(measured).every(isMeasured);
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === "object" && value !== null && (("speed" in value && typeof value.speed === "number") || ("unsuitable" in value && typeof value.unsuitable === "string" && "isFault" in value));
}

function keep(kept: Kept): void {
  const file = cacheFile();
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // One by one: of a place where nothing can be made, making all at once may never come back.
    for (const folder of [dirname(dirname(file)), dirname(file)]) if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(temporary, JSON.stringify(kept));
    renameSync(temporary, file);
  } catch {
    // Then every start measures.
  }
}
