// What is claimed of fused models, on sources that were trained: all of `fused-networks.ts` as one program, its sources trained for a moment on
// made-up rows, then `prove`. Statistics of batch norm, scales and biases are not what they began with, and no two sources are alike.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { check } from "../../compiler/compile.js";
import { printType, type TensorType } from "../../compiler/semantics/types.js";
import { decodeSafetensors } from "../../runtime/checkpoint/safetensors.js";
import { initialWeights, type Run } from "../../runtime/index.js";
import { runProgram } from "../../runtime/program/main.js";
import { runsOf } from "../support/compiled.js";
import { ab, exact, inexact, type Sizes } from "../support/fused-networks.js";
import { memoryHost } from "../support/host.js";
import { draws, jsonLines, times } from "../support/made-data.js";

/** A network of the program, `Net<key>` there; its inputs and outputs have `_<key>` behind their names. */
interface Network {
  readonly name: string;
  readonly key: number;
  readonly text: string;
  readonly sizes: Sizes;
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
}

interface Named {
  readonly name: string;
  readonly type: TensorType;
}

const networks: readonly Network[] = [...Object.entries(exact), ...Object.entries(inexact).map(([name, [text]]) => [name, [text, ab]] as const)].map(([name, [text, sizes]], key) => {
  const { value } = check("model.sop", memoryHost({ "model.sop": `${text}\nmodel Left = Net(${sizes[0]})\n` }));
  const graph = value.instances.find(({ model }) => model === "Left")?.graph;
  if (graph === undefined) throw new Error(`no model of\n${text}`);
  const types = [...graph.inputs, ...graph.applications].map(({ type }) => type);
  const named = (of: string, type: TensorType | undefined): readonly Named[] => (type === undefined ? [] : [{ name: `${of}_${key}`, type }]);
  return { name, key, text, sizes, inputs: graph.inputs.flatMap((input) => named(input.name, input.type)), outputs: graph.outputs.flatMap((output) => named(output.name, types[output.value])) };
});

/** Networks of the same sizes side by side are one model, so that few runs train all of them. Two sources show what is not the mean. */
interface Group {
  readonly networks: readonly Network[];
  readonly targets: readonly ("two" | "three")[];
}

const groups: readonly Group[] = [
  ...[...new Set(networks.map(({ sizes }) => sizes.join()))].map((sizes) => ({ networks: networks.filter((network) => network.name in exact && network.sizes.join() === sizes), targets: ["two", "three"] as const })),
  { networks: networks.filter(({ name }) => name in inexact), targets: ["two"] },
];

const importLine = /^\s*import \{ (.*) \} from ("[^"]*")\n/gm;

/** The networks as one model with data, sources and targets; their imports are those of the program. */
function declarationsOf({ networks: group, targets: fused }: Group, key: number): string {
  const [left, right, third, two, three] = group[0]?.sizes ?? ab;
  const parameters = left.split(",").map((_, i) => `p${i}`);
  const [inputs, outputs] = [group.flatMap((network) => network.inputs), group.flatMap((network) => network.outputs)];
  const field = ({ name, type }: Named): string => `${name}: ${printType(type)}`;
  return `${group.map((network) => network.text.replace(importLine, "").replace(/\bNet\(/g, `Net${network.key}(`)).join("\n")}
model All${key}(${parameters.map((name) => `${name}: int`).join(", ")}) {
  input ${inputs.map(field).join(", ")}
${group
  .map(
    (network) => `  layer net${network.key} = Net${network.key}(${parameters.join(", ")})
  ${network.outputs.map(({ name }) => `of_${name}`).join(", ")} = net${network.key}(${network.inputs.map(({ name }) => name).join(", ")})
${network.outputs.map(({ name }) => `  output ${name} = of_${name}\n`).join("")}`,
  )
  .join("")}}
data rows${key} = jsonl("${key}.jsonl") {
  fields ${[...inputs, ...outputs.map(({ name, type }) => ({ name: `wanted_${name}`, type }))].map(field).join(", ")}
  split train 100%
}
recipe all${key} {
  loss ${outputs.map(({ name }) => `${name}: mse(${name}, wanted_${name})`).join(", ")}
  optimizer adam(lr: 0.02)
  batch 8
  steps 24
}
train left${key}: All${key}(${left}) on rows${key} { use all${key}; seed 1 }
train right${key}: All${key}(${right}) on rows${key} { use all${key}; seed 2 }
model Two${key} = All${key}(${two}) fuse from left${key}, right${key} { weights: [0.3, 0.7] }
train two${key}: Two${key} on rows${key} { use all${key} }
${!fused.includes("three") ? "" : `train third${key}: All${key}(${third}) on rows${key} { use all${key}; seed 3 }
model Three${key} = All${key}(${three}) fuse from left${key}, right${key}, third${key}
train three${key}: Three${key} on rows${key} { use all${key} }
`}`;
}

/** Random rows: inputs, and what the outputs should be. A sequence of unequal length has one position at least. */
function rowsOf({ networks: group }: Group): string {
  const numbers = draws(group.map(({ name }) => name).join());
  const value = ({ dtype, below }: TensorType): number | boolean => (dtype === "f32" ? numbers.normal() : dtype === "bool" ? numbers.below(2) === 1 : numbers.below(below ?? 2));
  const filled = ([size, ...inner]: readonly number[], type: TensorType): unknown => (size === undefined ? value(type) : times(size, () => filled(inner, type)));
  const shapeOf = ({ shape: [longest = 1, ...inner], ragged, shape }: TensorType): readonly number[] => (ragged === undefined ? shape : [1 + numbers.below(longest), ...inner]);
  const columns = group.flatMap(({ inputs, outputs }) => [...inputs, ...outputs.map(({ name, type }) => ({ name: `wanted_${name}`, type }))]);
  return jsonLines(times(40, () => Object.fromEntries(columns.map(({ name, type }) => [name, filled(shapeOf(type), type)]))));
}

function programOf(): string {
  const imported = new Map<string, Set<string>>();
  for (const [, names = "", file = ""] of networks.flatMap(({ text }) => [...text.matchAll(importLine)])) imported.set(file, new Set([...(imported.get(file) ?? []), ...names.split(", ")]));
  return [...imported].map(([file, names]) => `import { ${[...names].join(", ")} } from ${file}\n`).join("") + groups.map(declarationsOf).join("");
}

const folder = mkdtempSync(join(tmpdir(), "sop-fused-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

for (const [key, group] of groups.entries()) writeFileSync(join(folder, `${key}.jsonl`), rowsOf(group));
const runs = await runsOf(programOf());
const sources = Object.values(runs).filter((run) => run.sources === undefined);
const targets = Object.values(runs).filter((run) => run.sources !== undefined);

async function sop(command: string, of: readonly Run[], backend: string): Promise<void> {
  let said = "";
  const output = { result: (line: string) => void (said += `${line}\n`), terminal: { write: (text: string): boolean => ((said += text), true) } };
  const definition = { source: "model.sop", directory: ".", runs: Object.values(runs) };
  const code = await runProgram([command, ...of.map(({ name }) => name), "--backend", backend, "--data-dir", folder, "--runs-dir", folder], definition, folder, "program.mjs", output);
  assert.is(code, 0, said);
}

test("sources are trained, and no weight is what it was", async () => {
  await sop("train", sources, "onnx");
  for (const { name, weights, seed } of sources) {
    const { tensors } = decodeSafetensors(readFileSync(join(folder, name, "model.safetensors")), name);
    const initial = initialWeights(weights, seed);
    for (const [path, tensor] of Object.entries(initial)) {
      const before = Float32Array.from(tensor.dataSync());
      const after = tensors.get(path)?.values ?? [];
      tensor.dispose();
      const farthest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(after[i]))), 0);
      // What all keys have in common changes no share of attention: the gradient of their bias is rounding.
      if (!path.endsWith("key.bias")) assert.ok(farthest > 1e-4, `${path} of ${name} has moved by ${farthest}`);
    }
  }
});

test("nothing that is claimed fails", () => sop("prove", targets, "cpu"));

interface Proof {
  readonly rows: number;
  readonly findings: readonly { readonly what: string; readonly claim: string; readonly difference: number; readonly verdict: string }[];
}

for (const [key, group] of groups.entries()) {
  for (const { name, outputs } of group.networks) {
    const isExact = name in exact;
    test(`${name} ${isExact ? "is" : "is not"} the mean of trained sources, as is said`, () => {
      for (const target of group.targets) {
        const { rows, findings } = JSON.parse(readFileSync(join(folder, `${target}${key}`, "proof.json"), "utf8")) as Proof;
        assert.is(rows, 40);
        for (const output of outputs) {
          const { difference = NaN, verdict, claim = "" } = findings.find(({ what }) => what === output.name) ?? {};
          assert.is(verdict, isExact ? "holds" : "not claimed", claim);
          assert.ok(isExact ? difference < 1e-5 && /^is the mean of /.test(claim) : difference > 0.01, `${output.name} ${claim}: ${difference}`);
        }
      }
    });
  }
}

test.run();
