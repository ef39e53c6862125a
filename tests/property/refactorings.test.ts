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
import { randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { small } from "../support/small-programs.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 60);
const SEED = Number(process.env["SEED"] ?? 5);
const beside = Object.fromEntries(programs.map(({ path, text }) => [path, text]));
const texts: readonly string[] = [...programs.map(({ text }) => text), ...shipped, ...small];

interface Program {
  readonly text: string;
  readonly host: Host;
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
  const host = hostOf(text);
  const taken = snapshot("main.sop", host);
  if (taken === null) throw new Error("no program");
  const program = known.get(text) ?? { text, host, snapshot: taken, meaning: meaningOf(host) };
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

test.run();
