// Claims of Deep Fusion, measured: what is said to equal the mean of the sources does, what is said not to does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import { measure, modelsOf, zeros, type Measured } from "../support/fusion.js";
import { useCpu } from "../support/numeric.js";

await useCpu();

function isMean({ fusion, gaps }: Measured): void {
  const text = fusion.provenance === null ? "" : printProvenance(fusion.provenance);
  assert.equal(fusion.claims.map(({ kind }) => kind), fusion.claims.map(() => "mean"), text);
  for (const [output, gap] of Object.entries(gaps)) assert.ok(gap < 1e-5, `${output} is ${gap} from the mean\n${text}`);
}

const mlp = `
model Net(a: int, b: int) {
  input x: f32[5]
  output y: f32[3] = x |> dense(a) |> relu |> dense(b) |> gelu |> dense(3)
}
model Left = Net(4, 6)
model Right = Net(7, 2)
model Third = Net(1, 3)
model Two = Net(11, 8)
model Three = Net(12, 11)
`;

test("a multilayer perceptron of two and three sources of unequal widths", () => {
  const models = modelsOf(mlp);
  isMean(measure(models, "Two", ["Left", "Right"]));
  isMean(measure(models, "Three", ["Left", "Right", "Third"]));
  isMean(measure(models, "Two", ["Left", "Right"], { ...zeros, weights: [0.3, 0.7] }));
});

test.run();
