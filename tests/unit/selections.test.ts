// Every loss of the language beside every way to choose rows and to weigh them: what is an error, and that nothing is left open.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { losses, lossScope } from "../../compiler/semantics/layers/losses.js";
import { byClasses, byLosses, selections } from "../../compiler/semantics/selections.js";
import { lowerRun } from "../../compiler/lower/lower.js";
import { check } from "./semantics-support.js";

type Loss = keyof typeof losses;

/** Each loss on outputs `y` and `z` of three numbers, and whether it makes probabilities of classes, and compares with labels. */
const written: { readonly [K in Loss]: { readonly text: string; readonly hasClasses: boolean; readonly hasLabels: boolean } } = {
  cross_entropy: { text: "cross_entropy(y, label)", hasClasses: true, hasLabels: true },
  binary_cross_entropy: { text: "binary_cross_entropy(y |> mean, cast(bit, f32))", hasClasses: false, hasLabels: true },
  mse: { text: "mse(y, u)", hasClasses: false, hasLabels: false },
  mae: { text: "mae(y, u)", hasClasses: false, hasLabels: false },
  huber: { text: "huber(y, u)", hasClasses: false, hasLabels: false },
  kl: { text: "kl(y, softmax(u))", hasClasses: true, hasLabels: false },
  kl_normal: { text: "kl_normal(y, z)", hasClasses: false, hasLabels: false },
  contrastive: { text: "contrastive(y, z)", hasClasses: false, hasLabels: false },
};

const program = (loss: string, clause: string): string => `data d = csv("d.csv") {
  fields x: f32[4], u: f32[3], importance: f32, label: class[3], bit: class[2]
}
model Net {
  input  x: f32[4]
  h = x |> dense(8) |> relu
  output y: f32[3] = h |> dense(3)
  output z: f32[3] = h |> dense(3)
}
train t: Net on d {
  loss ${loss}
  optimizer adam(lr: 1e-3)
  batch 32
  steps 20
  ${clause}
}
`;

/** What is said of a program, apart from outputs without a loss; and what its loss reads beside outputs and fields. */
function of(loss: string, clause: string): { readonly ids: readonly string[]; readonly weights: readonly string[] } {
  const { value, diagnostics } = check(program(loss, clause));
  const [run] = value.runs;
  const graph = run === undefined ? undefined : lowerRun(run).module.graphs.find(({ name }) => name === "loss");
  return { ids: diagnostics.map(({ id }) => id).filter((id) => id !== "layer-without-loss"), weights: (graph?.inputs ?? []).map(({ name }) => name).filter((name) => name.startsWith("weights.")) };
}

for (const [name, { text, hasClasses, hasLabels }] of Object.entries(written)) {
  const scope = Object.entries(lossScope).find(([loss]) => loss === name)?.[1];
  test(`${name}: ways to choose rows`, () => {
    for (const method of Object.keys(selections(["y", "z"]))) {
      const expected = byLosses.has(method) && scope === "batch" ? ["select-without-row-loss"] : byClasses.has(method) && !hasClasses ? ["select-without-classes"] : [];
      const found = of(text, `select ${method}(fraction: 30%)`);
      assert.equal(found.ids, expected, `${name}, ${method}`);
      assert.equal(found.weights, expected.length > 0 ? [] : ["weights.*"], `${name}, ${method}`);
      // One among several terms is enough.
      if (scope === "batch") assert.equal(of(`mse(y, u) + 0.1 * (1 - ${text})`, `select ${method}(fraction: 30%)`).ids, expected, `${name} in a sum, ${method}`);
    }
  });
  test(`${name}: weights of rows`, () => {
    assert.equal(of(text, "weigh by importance"), { ids: [], weights: ["weights.*"] });
    assert.equal(of(text, "weigh classes balanced"), hasLabels ? { ids: [], weights: [`weights.${name === "cross_entropy" ? "label" : "bit"}`] } : { ids: ["weigh-without-classes"], weights: [] });
  });
}

test("a loss is one number for the whole batch: none compares it", () => {
  const odd = 'shape-mismatch {"layer":"mse","expected":"tensors with a value for each example","found":"f32[], one for the whole batch"}';
  assert.equal(check(program("mse(mse(y, z), importance)", "")).lines, [`11:8 ${odd}`]);
  assert.equal(check(program("mse(y, z)", "metrics error: mae(mse(y, z), importance)")).lines, [`15:18 ${odd.replace('"mse"', '"mae"')}`]);
});

test.run();
