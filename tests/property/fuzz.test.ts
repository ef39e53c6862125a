// Damaged programs through the whole of `check`, and damaged values of valid ones through `compile`: nothing throws, nothing runs on
// without end, and what has no error is complete. Seeded; work is counted in evaluations, the clock only watches for hangs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check, compile } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { limits } from "../../compiler/semantics/limits.js";
import { memoryHost } from "../support/host.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { small } from "../support/small-programs.js";
import { alter } from "../support/alter.js";

const MANGLED = 20_000;
const ALTERED = 3_000;
const COMPILED = 200;
/** One check may take so long of a processor's time; a hang takes longer. */
const SECONDS = 20;

/** Valid programs weigh more: most of the others use what only a later version has. */
const sources: readonly string[] = [...programs.map(({ text }) => text), ...shipped, ...small, ...small, ...small];
const beside = Object.fromEntries(programs.map(({ path, text }) => [path, text]));

interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** Train declarations that are in the text, and those that were understood. */
  readonly trains: number;
  readonly runs: number;
  readonly seconds: number;
}

function checkText(text: string): Checked {
  const start = performance.now();
  const { value, diagnostics } = check("main.sop", memoryHost({ ...beside, "main.sop": text }));
  const trains = (value.files.get("main.sop")?.declarations ?? []).filter(({ kind }) => kind === "train").length;
  return { diagnostics, trains, runs: value.runs.length, seconds: (performance.now() - start) / 1000 };
}

/** What holds of every check; the text is shown where it does not. */
function holds(text: string): Checked {
  let checked: Checked;
  try {
    checked = checkText(text);
  } catch (thrown) {
    throw new Error(`check threw ${String(thrown)} for:\n${text}`);
  }
  const problem = problemWith(text, checked);
  assert.ok(problem === null, `${problem ?? ""} for:\n${text}`);
  return checked;
}

/** A busy machine lets a check wait: what was long by the clock is done again, and the time that it works is what counts. */
function secondsOfWork(text: string): number {
  const start = process.cpuUsage();
  checkText(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function problemWith(text: string, { diagnostics, trains, runs, seconds }: Checked): string | null {
  if (seconds > SECONDS && secondsOfWork(text) > SECONDS) return `check took ${seconds} s`;
  for (const { id, message, help, origin, fixes } of diagnostics) {
    const said = `${message} ${help ?? ""}`;
    if (/undefined|NaN|\[object|null\b/.test(said) && !/undefined|NaN|null/.test(text)) return `${id} says: ${said}`;
    if (origin.file !== "main.sop") continue;
    if (!(origin.span.start >= 0 && origin.span.start <= origin.span.end && origin.span.end <= text.length)) return `${id} stands at ${origin.span.start}-${origin.span.end}`;
    for (const { span } of fixes.flatMap(({ edits }) => edits)) if (!(span.start >= 0 && span.end <= text.length)) return `a fix of ${id} stands at ${span.start}-${span.end}`;
  }
  // What is left out without a word would be worse than a wrong message.
  if (runs !== trains && !diagnostics.some(({ severity }) => severity === "error")) return `no error, and ${runs} of ${trains} runs`;
  return null;
}

test(`${MANGLED} mangled programs are checked to the end`, () => {
  const random = randomStream(20_261);
  const ids = new Set<string>();
  for (let i = 0; i < MANGLED; i++) {
    const text = mutate(sources[i % sources.length] ?? "", random);
    for (const { id } of holds(text).diagnostics) ids.add(id);
  }
  // The texts are no noise: they reach syntax, names, options, shapes and clauses.
  assert.ok(ids.size > 60, `${ids.size} kinds of message`);
});

test(`${ALTERED} programs with other values are checked to the end, and ${COMPILED} without errors compile`, async () => {
  const random = randomStream(815);
  const clean: string[] = [];
  const ids = new Set<string>();
  for (let i = 0; i < ALTERED; i++) {
    const text = alter(small[i % small.length] ?? "", random);
    const { diagnostics } = holds(text);
    for (const { id } of diagnostics) ids.add(id);
    if (!diagnostics.some(({ severity }) => severity === "error")) clean.push(text);
  }
  assert.ok(ids.size > 30, `${ids.size} kinds of message`);
  assert.ok(clean.length >= COMPILED, `${clean.length} programs without errors`);
  const step = clean.length / COMPILED;
  for (let i = 0; i < COMPILED; i++) {
    const text = clean[Math.floor(i * step)] ?? "";
    try {
      const { value } = await compile("main.sop", memoryHost({ "main.sop": text }), { verify: true, dumpAfter: null, outDirectoryToSource: "../.." });
      assert.ok(value !== null && value.typescript.length > 0);
    } catch (thrown) {
      throw new Error(`compile threw ${thrown instanceof Error ? (thrown.stack ?? "") : String(thrown)} for:\n${text}`);
    }
  }
});

const megabyte = 1 << 20;
const net = (body: string, head = ""): string => `${head}model Net {\n  input x: f32[4]\n  ${body}\n}\n`;
const numbered = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join("\n");
const data = 'data d = csv("d.csv") {\n  fields x: f32[4] from columns(1, 4), y: class[2]\n}\n';

/** Texts that ask for much, and the one message that bounds each; null: it is fine. */
const greedy: Readonly<Record<string, readonly [string, string | null]>> = {
  "a text of two megabytes": [" ".repeat(2 * megabyte), "text-too-long"],
  "a megabyte of parentheses": ["(".repeat(megabyte), "text-too-long"],
  "a megabyte of quotes": ['"'.repeat(megabyte), "text-too-long"],
  "a megabyte of words": ["ab ".repeat(megabyte / 3), "text-too-long"],
  "60,000 closing brackets": [")".repeat(60_000), "unmatched-bracket"],
  "60,000 ifs without braces": [`model A {\n${"if a\n".repeat(60_000)}}\n`, "expected-syntax"],
  "60,000 words on lines of their own": ["x x\n".repeat(60_000), "unknown-declaration"],
  "loops in loops": [net("repeat 1000 { repeat 1000 { repeat 1000 { x = x |> relu } } }\n  output y = x"), "model-too-large"],
  "empty loops in loops": [net("repeat 1_000_000 { repeat 1_000_000 { } }\n  output y = x"), "model-too-large"],
  "a loop of 10^15 turns": [net("repeat 10 ** 15 { n = 1 }\n  output y = x"), "model-too-large"],
  "a model that calls itself": ["model A {\n  input x: f32[4]\n  output y = x |> A\n}\n", "recursion-limit"],
  "calls that double": [net("output y = x |> b30", `block b0(x: f32[d]) -> f32[d] {\n  return x |> relu\n}\n${numbered(30, (i) => `block b${i + 1}(x: f32[d]) -> f32[d] {\n  return x |> b${i} |> b${i}\n}`)}\n`), "model-too-large"],
  "recipes that double": [`${numbered(60, (i) => `recipe r${i} {\n  use r${i + 1}, r${i + 1}\n}`)}\nrecipe r60 {\n  batch 3\n}\n`, "model-too-large"],
  "a chain of 3,000 models": [`${numbered(3000, (i) => `model M${i} = M${i + 1}`)}\nmodel M3000 {\n  input x: f32[4]\n  output y = x |> dense(2)\n}\n`, "recursion-limit"],
  "a chain of 3,000 datasets": [`${numbered(3000, (i) => `data d${i} = d${i + 1} {\n  take 3\n}`)}\ndata d3000 = csv("d.csv") {\n  fields x: f32\n}\n`, "recursion-limit"],
  "a chain of 3,000 constants": [`${numbered(3000, (i) => `let a${i} = a${i + 1} + 1`)}\nlet a3000 = 1\n`, "recursion-limit"],
  "a tower of powers": ["let a = 2 ** 2 ** 100\n", "number-error"],
  "constants that square": [`let a0 = 2\n${numbered(5000, (i) => `let a${i + 1} = a${i} * a${i}`)}\n`, "number-error"],
  "a tensor that doubles": [net(`${"x = concat(x, x)\n  ".repeat(60)}output y = x`), "tensor-too-large"],
  "a layer of 2^40 units": [net("output y = x |> dense(2 ** 40)"), "tensor-too-large"],
  "a reshape of 2^90 elements": [net("output y = x |> reshape([2 ** 30, 2 ** 30, 2 ** 30])"), "shape-mismatch"],
  "5,000 wrong options for 5,000 parameters": [net(`output y = x |> f(${numbered(5000, (i) => `q${i}: 1, `)})`, `block f(x: f32[d], ${numbered(5000, (i) => `p${i}: int = 1, `)}) -> f32[d] {\n  return x\n}\n`), "unknown-option"],
  "20,000 unknown names": [numbered(20_000, (i) => `let a${i} = b${i}`), "unknown-name"],
  "30,000 classes": [`data d = csv("d.csv") {\n  fields y: class[${numbered(30_000, (i) => `"c${i}",`)}]\n}\n`, null],
  "names of objects": [`${data}let valueOf = 2\nblock constructor(x: f32[d], hasOwnProperty: int = 3) -> f32[hasOwnProperty] {\n  return x |> dense(hasOwnProperty)\n}\nmodel toString(prototype: int = valueOf) overparam 2 {\n  input x: f32[4]\n  layer isPrototypeOf = dense(4)\n  output toLocaleString = x |> isPrototypeOf |> constructor |> dense(prototype)\n}\ntrain propertyIsEnumerable: toString on d {\n  loss constructor: cross_entropy(toLocaleString, y)\n  optimizer sgd(lr: 1)\n  batch 1\n  epochs 1\n}\n`, null],
  "layers named as members of objects": [net("output y = x |> toString |> constructor |> hasOwnProperty(valueOf: 1)"), "unknown-layer"],
  "clauses named as members of objects": [`recipe r {\n  constructor 1\n  toString 2\n  hasOwnProperty 3\n}\n`, "unknown-clause-word"],
  "`__proto__` as a name": ["let __proto__ = 1\nlet a = __proto__\n", "unusable-name"],
};

for (const [name, [text, id]] of Object.entries(greedy)) {
  test(name, () => {
    const { diagnostics } = holds(text);
    const ids = new Set<string>(diagnostics.map((diagnostic) => diagnostic.id));
    ids.delete("too-many-mistakes");
    assert.equal([...ids].slice(0, 3), id === null ? [] : [id]);
    assert.ok(diagnostics.length <= 500);
  });
}

test("imports are followed to a limit, and a circle of many files is one mistake for each", () => {
  const chain = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [i === 0 ? "main.sop" : `f${i}.sop`, `import { a${i + 1} } from "./f${i + 1}.sop"\nlet a${i} = 1\n`]));
  const long = check("main.sop", memoryHost(chain)).diagnostics;
  assert.equal(long.map(({ id }) => id), ["recursion-limit"]);
  assert.equal(long[0]?.params["limit"], limits.imports);
  const circle = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [i === 0 ? "main.sop" : `f${i}.sop`, `import { a${(i + 1) % 50} } from "./${i === 49 ? "main" : `f${i + 1}`}.sop"\nlet a${i} = 1\n`]));
  assert.equal(check("main.sop", memoryHost(circle)).diagnostics.map(({ id }) => id), ["import-cycle"]);
});

test("instances that differ in a long text are two instances", () => {
  const text = "x".repeat(60);
  const model = `${data}model Net(kind: string) {\n  input x: f32[4]\n  n = if kind == "${text}1" then 2 else 3\n  output z = x |> dense(n)\n}\n`;
  const run = (name: string): string => `train t${name}: Net(kind: "${text}${name}") on d {\n  loss cross_entropy(z, y)\n  optimizer sgd(lr: 1)\n  batch 1\n  epochs 1\n}\n`;
  const { value, diagnostics } = check("main.sop", memoryHost({ "main.sop": model + run("1") + run("2") }));
  assert.equal(diagnostics, []);
  assert.equal(value.runs.map(({ instance }) => instance.graph.applications[0]?.type.shape), [[2], [3]]);
});

test.run();
