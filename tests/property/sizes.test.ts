// The check of sizes with symbols against elaboration with numbers, on blocks made at random. What it calls wrong fails for every
// number that is tried; what it accepts fails, for any of them, only where it noted a requirement. Seeded.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { analyze, createContext } from "../../compiler/semantics/analyze.js";
import { loadFiles } from "../../compiler/semantics/files.js";
import { originKey } from "../../compiler/semantics/overparam.js";
import { createReport } from "../../compiler/semantics/report.js";
import { checkSizes } from "../../compiler/semantics/sizes/check-sizes.js";
import { memoryHost } from "../support/host.js";
import { randomStream } from "../support/mutate.js";

const BLOCKS = Number(process.env["BLOCKS"] ?? 500);

type Numbers = Readonly<Record<"t" | "d" | "heads" | "width", number>>;
const numbers: readonly Numbers[] = [
  { t: 6, d: 12, heads: 2, width: 12 },
  { t: 2, d: 4, heads: 4, width: 5 },
  { t: 5, d: 3, heads: 3, width: 2 },
  { t: 12, d: 12, heads: 12, width: 12 },
  { t: 4, d: 8, heads: 2, width: 24 },
];

const helpers = `block mix(x: f32[n, e], y: f32[n, e]) -> f32[n, e] {
  return x + y
}
block widen(x: f32[n, e], times: int = 2) -> f32[n, times * e] {
  return x |> dense(times * e)
}
block half(x: f32[n, e]) {
  return x |> dense(e / 2) |> relu
}
`;

type Pick = <T>(items: readonly [T, ...T[]]) => T;

function body(pick: Pick, withBranches: boolean): readonly string[] {
  const names: [string, ...string[]] = ["x", "y"];
  const size = (): string => pick(["d", "d", "d", "2 * d", "d + 1", "t", "t + 1", "d / 2", "heads", "heads * d", "4", "d / heads", "width", "ceil(t / 2)", "t * d", "d + width", "min(d, 4)"]);
  const value = (): string => pick(names);
  const step = (): string =>
    pick([
      () => `${value()} |> dense(${size()})`,
      () => `${value()} |> dense(d)`,
      () => `${value()} + ${value()}`,
      () => `${value()} * ${value()}`,
      () => `${value()} |> relu`,
      () => `concat(${value()}, ${value()})`,
      () => `concat(${value()}, ${value()}, axis: 0)`,
      () => `${value()} |> reshape([t, heads, d / heads])`,
      () => `${value()} |> reshape([${size()}, ${size()}])`,
      () => `${value()} |> reshape([t, d])`,
      () => `${value()} |> flatten`,
      () => `matmul(${value()}, ${value()})`,
      () => `${value()} |> self_attention(heads)`,
      () => `${value()} |> layer_norm`,
      () => `${value()} |> mean(axis: ${pick(["0", "-1", "1"])})`,
      () => `${value()} |> conv2d(${size()}, kernel: 3, stride: ${pick(["1", "2", "heads"])}, padding: ${pick(["same", "valid"])})`,
      () => `${value()} |> max_pool(2)`,
      () => `mix(${value()}, ${value()})`,
      () => `${value()} |> widen${pick(["", "(times: heads)", "(times: 3)"])}`,
      () => `${value()} |> half`,
      () => `(if heads == 2 then ${value()} else ${value()}) |> relu`,
      () => `${value()} |> lstm(${size()})`,
      () => `cross_attention(${value()}, ${value()}, heads: heads)`,
    ])();
  const lines: string[] = [];
  const count = pick([1, 2, 3, 4, 5]);
  for (let i = 0; i < count; i++) {
    const name = pick(["x", "y", "z", "w"]);
    const isKnown = names.includes(name);
    const kind = isKnown ? pick(["plain", "plain", "repeat", "if"]) : "plain";
    const made = step();
    if (kind === "repeat") lines.push(`repeat 2 as i {`, `  ${name} = ${made}`, `}`);
    else if (kind === "if" && withBranches) lines.push(`if ${pick(["heads == 2", "d > t", "width != d"])} {`, `  ${name} = ${made}`, `}`);
    else lines.push(`${name} = ${made}`);
    if (!isKnown) names.push(name);
  }
  return [...lines, `result = ${value()}`];
}

const asBlock = (lines: readonly string[], declared: string): string => `${helpers}block made(x: f32[t, d], y: f32[t, d], heads: int, width: int)${declared} {\n${lines.map((line) => `  ${line}`).join("\n")}\n  return result\n}\n`;
const asModel = (lines: readonly string[], { t, d, heads, width }: Numbers): string =>
  `${helpers}let t = ${t}\nlet d = ${d}\nlet heads = ${heads}\nlet width = ${width}\nmodel Net {\n  input x: f32[t, d], y: f32[t, d]\n${lines.map((line) => `  ${line}`).join("\n")}\n  output made = result |> flatten\n}\n`;
const calling = ({ t, d, heads, width }: Numbers): string => `model Net {\n  input a: f32[${t}, ${d}], b: f32[${t}, ${d}]\n  output o = made(a, b, heads: ${heads}, width: ${width}) |> flatten\n}\n`;

const noFusion = (): never => {
  throw new Error("no program here fuses");
};
const errors = (source: string): readonly Diagnostic[] => analyze("main.sop", memoryHost({ "main.sop": source }), parse, noFusion).diagnostics.filter(({ severity }) => severity === "error");

/** What the check with symbols alone says, and what it leaves to the calls. */
function symbolic(source: string): { readonly diagnostics: readonly Diagnostic[]; readonly requirements: ReadonlySet<string> } {
  const report = createReport();
  const files = loadFiles("main.sop", memoryHost({ "main.sop": source }), parse, report);
  const context = createContext(report, files, { instances: new Map(), datasets: new Map(), runs: new Map() }, noFusion);
  for (const file of files.values()) checkSizes(context, file, "block");
  return { diagnostics: report.diagnostics, requirements: context.sizes.requirements };
}

function picker(seed: number): Pick {
  const random = randomStream(seed);
  return (items) => items[Math.floor(random() * items.length)] ?? items[0];
}

test("what is called wrong fails with every number", () => {
  let wrong = 0;
  for (let seed = 0; seed < BLOCKS; seed++) {
    const lines = body(picker(seed), false);
    const found = symbolic(asBlock(lines, "")).diagnostics;
    if (found.length === 0) continue;
    wrong++;
    for (const each of numbers) assert.ok(errors(asModel(lines, each)).length > 0, `${found.map(({ message }) => message).join("\n")}\nbut it fits ${JSON.stringify(each)}:\n${lines.join("\n")}`);
  }
  assert.ok(wrong > BLOCKS / 20 && wrong < BLOCKS, `${wrong} of ${BLOCKS} blocks are wrong`);
});

test("what is accepted fails with numbers only where it was left to the calls", () => {
  let failing = 0;
  let fitting = 0;
  for (let seed = 0; seed < BLOCKS; seed++) {
    const lines = body(picker(70_000 + seed), true);
    const block = asBlock(lines, seed % 3 === 0 ? " -> f32[t, d]" : "");
    const { diagnostics, requirements } = symbolic(block);
    if (diagnostics.length > 0) continue;
    for (const each of numbers) {
      const source = block + calling(each);
      const found = errors(source);
      if (found.length === 0) fitting++;
      for (const { id, notes, message } of found) {
        failing++;
        // A result that has another type than declared stands where the value was made, which may be on either of two ways.
        const place = (id === "result-type" ? notes.find((note) => note.message === "The type is declared here.") : notes[0])?.origin;
        assert.ok(place !== undefined && requirements.has(originKey(place)), `${message} at \`${source.slice(place?.span.start, place?.span.end)}\` with ${JSON.stringify(each)}:\n${source}`);
      }
    }
  }
  assert.ok(failing > BLOCKS / 10 && fitting > BLOCKS / 10, `${failing} fail and ${fitting} fit`);
});

test.run();
