// The step benchmark on a GPU: milliseconds of a compiled program's step beside PyTorch on the same card, and their share of what the card can do.
// Needs a folder of bundles that was made elsewhere, Node, and nothing else of the project: see pack.ts.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.js";
import { peakOf, type Peak } from "./peaks.js";
import { takeTurns, type Measured, type Times } from "./turns.js";

/** A model that is measured, as the compiler knows it. */
export interface GpuCase {
  /** Its run is `<model>_1`; PyTorch's has the same name. */
  readonly model: string;
  readonly title: string;
  /** Floating-point operations of a training step. */
  readonly flops: number;
}

/** The file of a folder that has its cases. */
export const casesFile = "cases.json";

/** What `parseArgs` is told of. */
export const gpuFlags = {
  backend: { type: "string" },
  device: { type: "string" },
  peak: { type: "string" },
  python: { type: "string" },
  rounds: { type: "string" },
  generations: { type: "string" },
} as const;

export type GpuValues = { readonly [name in keyof typeof gpuFlags]?: string };

/** Is it a GPU that these flags ask for, or what stands for one in tests? */
export function asksForGpu({ backend = "onnx", device = "cpu" }: GpuValues): boolean {
  return backend === "webgpu" || backend === "cuda" || (backend === "onnx" && device !== "cpu");
}

const torchName = "PyTorch, cuda";
/** Steps that a program gives a GPU before it reads the losses of the first: `ahead` of runtime/backends/start.ts. */
const together = 8;
/** Threads of PyTorch and of what a backend leaves to the processor. */
const threads = 4;

/** Measures the models of that name, or all, with the programs in `folder`, and prints tables; the exit code is 1 where none of our programs runs. */
export async function measureOnGpu(folder: string, asked: readonly string[], values: GpuValues): Promise<void> {
  const { backend = "webgpu", device, python = "/usr/bin/python3", rounds = "8", generations = "1" } = values;
  if (!asksForGpu({ ...values, backend })) throw new Error("--backend is webgpu, cuda, or onnx with `--device webgpu` or `--device cuda`");
  const peak = values.peak === undefined ? null : Number(values.peak);
  if (peak !== null && !(peak > 0)) throw new Error("--peak takes TFLOPS, such as 67");
  const cases: readonly GpuCase[] = JSON.parse(readFileSync(join(folder, casesFile), "utf8"));
  const unknown = asked.filter((name) => !cases.some(({ model }) => model === name));
  if (unknown.length > 0) throw new Error(`no model ${unknown.join(", ")}; there are ${cases.map(({ model }) => model).join(", ")}`);
  const sopName = `sop, ${backend}${device === undefined ? "" : ` ${device}`}`;
  let hasRun = false;
  for (const { model, title, flops } of cases.filter(({ model }) => asked.length === 0 || asked.includes(model))) {
    const variants = [
      { name: sopName, command: process.execPath, args: [join(folder, "program.mjs"), `${model}_1`, backend, String(threads), folder, ...(device === undefined ? [] : [device])] },
      { name: torchName, command: python, args: [fileURLToPath(new URL("./torch_peer.py", import.meta.url)), model, String(threads), "cuda"] },
    ];
    const times = await takeTurns(variants, { threads, rounds: Number(rounds), generations: Number(generations), together });
    console.log(`\n${title}; ${(flops / 1e9).toPrecision(4)} GFLOPs a step; ${generations} x ${rounds} turns`);
    printTable(times, flops, peak);
    printRatio(sopName, times);
    hasRun ||= times.get(sopName)?.turns.length !== 0;
    // The backend, whatever the model: what is left of a card's time is for others.
    if (/ cannot be used /.test(times.get(sopName)?.failed ?? "")) break;
  }
  if (!hasRun) process.exitCode = 1;
}

function printTable(times: Times, flops: number, given: number | null): void {
  console.log(`  ${"".padEnd(24)}     median      least  TFLOP/s  of the peak`);
  const peaks = new Set<string>();
  for (const [name, { turns, failed, device }] of times) {
    const walls = wallsOf(turns);
    if (walls.length === 0) {
      console.log(`  ${name.padEnd(24)} does not run: ${failed ?? "no turn"}`);
      continue;
    }
    const found = peakOf(given, [device, cardHere()]);
    const speed = flops / (median(walls) / 1000) / 1e12;
    console.log(`  ${name.padEnd(24)} ${[median(walls), Math.min(...walls)].map((time) => time.toFixed(3).padStart(10)).join(" ")} ms ${speed.toFixed(3).padStart(6)}  ${shareOf(speed, found)}  on ${device}`);
    if (failed !== null) console.log(`  ${name.padEnd(24)} ended in between: ${failed}`);
    peaks.add("unknown" in found ? `no share of a peak: ${found.unknown}` : `peak: ${found.teraflops} TFLOPS, ${found.source}`);
  }
  for (const line of peaks) console.log(`  ${line}`);
}

function shareOf(speed: number, peak: Peak | { readonly unknown: string }): string {
  return ("unknown" in peak ? "-" : `${((100 * speed) / peak.teraflops).toFixed(1)}%`).padStart(11);
}

function printRatio(name: string, times: Times): void {
  const [own, torch] = [times.get(name)?.turns ?? [], times.get(torchName)?.turns ?? []];
  const ratios = own.flatMap((one, turn) => {
    const other = torch[turn];
    return one === undefined || other === undefined ? [] : [one.wall / other.wall];
  });
  if (ratios.length > 0) console.log(`  ${name} / ${torchName}: ${median(ratios).toFixed(2)}`);
}

function wallsOf(turns: Measured["turns"]): readonly number[] {
  return turns.flatMap((took) => (took === undefined ? [] : [took.wall]));
}

let card: string | null = null;

/** The first GPU as NVIDIA's driver calls it; empty where there is none. */
function cardHere(): string {
  card ??= spawnSync("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { encoding: "utf8" }).stdout?.split("\n")[0] ?? "";
  return card;
}
