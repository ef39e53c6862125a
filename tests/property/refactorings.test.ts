// Refactorings keep what programs mean: what comes out parses, has no new diagnostics, and its runs and models are lowered to the same ops and
// weights in the same order, whatever the paths of weights are called.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { walk, type Node } from "../../compiler/ast/visit.js";
import { check } from "../../compiler/compile.js";
import { FusedModels } from "../../compiler/fusion/fused-models.js";
import type { Host } from "../../compiler/host.js";
import { print } from "../../compiler/ir/print.js";
import { snapshot } from "../../compiler/live/live-program.js";
import { lowerInstance, lowerRun } from "../../compiler/lower/lower.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import type { Change } from "../../compiler/services/refactorings/refactoring.js";
import { refactoringsAt } from "../../compiler/services/refactorings/refactorings.js";
import { applyEdits } from "../../compiler/services/refactorings/rewritten.js";
import type { Snapshot } from "../../compiler/services/snapshot.js";
import type { Span } from "../../compiler/source/source.js";
import { memoryHost } from "../support/host.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { small } from "../support/small-programs.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 45);
const MANGLED = Number(process.env["ROUNDS"] ?? 20);
/** One of so many selections of the program that repeats itself is looked at. */
const STEP = process.env["ROUNDS"] === undefined ? 7 : 1;
const SEED = Number(process.env["SEED"] ?? 7);
const beside = Object.fromEntries(programs.map(({ path, text }) => [path, text]));
const texts: readonly string[] = [...programs.map(({ text }) => text), ...shipped, ...small];

interface Program {
  readonly text: string;
  readonly snapshot: Snapshot;
  readonly meaning: Meaning;
}

interface Meaning {
  readonly diagnostics: readonly string[];
  readonly modules: readonly string[];
}

const known = new Map<string, Program>();

function hostOf(text: string): Host {
  return memoryHost({ ...beside, "main.sop": text });
}

function open(text: string): Program {
  const earlier = known.get(text);
  if (earlier !== undefined) return earlier;
  const host = hostOf(text);
  const taken = snapshot("main.sop", host);
  if (taken === null) throw new Error("no program");
  const program: Program = { text, snapshot: taken, meaning: meaningOf(host) };
  known.set(text, program);
  return program;
}

function meaningOf(host: Host): Meaning {
  const { value, diagnostics } = check("main.sop", host);
  const models = new FusedModels();
  const modules = [...value.runs.map((run) => ({ lowered: lowerRun(run), instance: run.instance })), ...value.instances.map((instance) => ({ lowered: lowerInstance(instance), instance }))].map(
    ({ lowered, instance }) => withoutPaths(print(runPipeline(models.input(lowered, instance), { verify: true, dumpAfter: null }).module)),
  );
  return { diagnostics: diagnostics.map(({ id }) => id).sort(), modules };
}

/** Paths as numbers in order of their first use, with the weight's own name. */
function withoutPaths(text: string): string {
  const numbers = new Map<string, number>();
  return text.replace(/(weight |path: |@|part\("[^"]*", )"([^"]+)"/g, (_, before: string, path: string) => {
    const number = numbers.get(path) ?? numbers.size;
    numbers.set(path, number);
    return `${before}#${number}${before === "weight " ? ` ${path.slice(path.lastIndexOf(".") + 1)}` : ""}`;
  });
}

/** The first line that another has not; null where all lines are equal. */
function firstDifference(before: readonly string[], after: readonly string[]): string | null {
  const [a, b] = [before.join("").split("\n"), after.join("").split("\n")];
  const at = a.findIndex((line, i) => line !== b[i]);
  return at < 0 && a.length === b.length ? null : `${a[at] ?? "(the end)"} is now ${b[at] ?? "(the end)"}`;
}

/** Stretches of a program that somebody may select, by kind: statements in a row, stages of pipes in a row, expressions, names of blocks. */
function selections({ snapshot: { files } }: Program): readonly (readonly Span[])[] {
  const [statements, stages, expressions, names]: readonly Span[][] = [[], [], [], []];
  const file = files.get("main.sop");
  if (file === undefined) return [];
  walk(file.program, (node) => {
    if (node.kind === "body") for (const [i, first] of node.statements.entries()) for (const last of node.statements.slice(i)) statements?.push({ start: first.span.start, end: last.span.end });
    if (node.kind === "pipe") for (let pipe: Node = node; pipe.kind === "pipe"; pipe = pipe.left) stages?.push({ start: pipe.right.span.start, end: node.span.end });
    if (node.kind === "pipe" || node.kind === "call" || node.kind === "binary") expressions?.push(node.span);
    if (node.kind === "name" && file.entries.get(node.text)?.node.kind === "block") names?.push({ start: node.span.start, end: node.span.start });
  });
  return [statements, stages, expressions, names].flatMap((found) => (found === undefined || found.length === 0 ? [] : [found]));
}

function after({ text }: Program, change: Change): string {
  return applyEdits(text, change.edits.get("main.sop") ?? []);
}

/** Takes all offers at a place, each by itself. */
function takeAll(program: Program, selection: Span, taken: Map<string, number>): void {
  for (const offered of refactoringsAt(program.snapshot, "main.sop", selection, { check: () => [], workspace: () => program.snapshot })) {
    const change = offered.change();
    if (change === null) continue;
    const text = after(program, change);
    const { diagnostics, modules } = meaningOf(hostOf(text));
    const shown = `${offered.title} of ${JSON.stringify(program.text.slice(selection.start, selection.end))}\n${text}`;
    assert.is(diagnostics.join("\n"), program.meaning.diagnostics.join("\n"), shown);
    assert.is(firstDifference(program.meaning.modules, modules), null, shown);
    taken.set(offered.id, (taken.get(offered.id) ?? 0) + 1);
  }
}

test("programs mean the same after a refactoring", () => {
  const random = randomStream(SEED);
  const taken = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const program = open(texts[round % texts.length] ?? "");
    const kinds = selections(program);
    const all = kinds[Math.floor(random() * kinds.length)] ?? [];
    const selection = all[Math.floor(random() * all.length)];
    if (selection !== undefined) takeAll(program, selection, taken);
  }
  if (process.env["ROUNDS"] !== undefined) console.log(taken);
  for (const id of ["extract-block", "inline-block", "inline-all"]) assert.ok((taken.get(id) ?? 0) > 0, id);
});

const repeating = `block twice(x: f32[d], width: int = d) -> f32[d] { return x |> dense(width) |> relu |> dense(d) }

model Net(width: int = 8, depth: int = 2) {
  input  x: f32[8]
  x = x |> dense(width) |> dense(8) |> dense(8) |> dense(8) |> relu
  h = x |> twice |> twice(width: 16)
  h = h |> dense(8)
  h = h |> dense(8)
  y = h |> relu
  h = h + y
  y = h |> relu
  h = h + y
  repeat depth as i {
    h = h |> dense(8) |> dropout(0.1)
    h = h |> dense(8) |> dropout(0.1)
    y = y + (h |> twice(width: 8) |> twice(width: 16) |> twice(width: 24) |> twice(width: 32))
    y = y + (h |> dense(2 * 8) |> dense(8))
    y = y + (h |> dense(4 * 8) |> dense(8))
    y = y + (h |> dense(8 * 8) |> dense(8))
  }
  output z: f32[8] = y |> dense(8) |> relu |> dense(8) |> relu |> twice
  output w: f32[8] = (h |> relu |> relu) + (y |> tanh |> tanh)
}
`;

test("neighbours that are alike mean the same as a `repeat`", () => {
  const program = open(repeating);
  assert.equal(program.meaning.diagnostics, []);
  const taken = new Map<string, number>();
  const all = selections(program).flat();
  for (let i = 0; i < all.length; i += STEP) {
    const selection = all[i] ?? { start: 0, end: 0 };
    takeAll(program, i % 2 === 0 ? selection : { start: selection.start, end: selection.start }, taken);
  }
  assert.ok((taken.get("repeat") ?? 0) > 4, String(taken.get("repeat")));
});

test("damaged programs are no matter", () => {
  const random = randomStream(SEED);
  for (let round = 0; round < MANGLED; round++) {
    const text = mutate([...texts, repeating][round % (texts.length + 1)] ?? "", random);
    const taken = snapshot("main.sop", hostOf(text));
    for (let i = 0; i < 4 && taken !== null; i++) {
      const [start, length] = [Math.floor(random() * text.length), i === 0 ? 0 : Math.floor(random() * 120)];
      for (const offered of refactoringsAt(taken, "main.sop", { start, end: Math.min(text.length, start + length) }, { check: () => [], workspace: () => taken })) offered.change();
    }
  }
});

test.run();
