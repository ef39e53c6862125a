// Norms, layers along axes, matmul, learned, and the losses of pairs and of drawn values: shapes, weights with their axes, and what is said where
// something does not fit.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { layers, type LayerKind } from "../../compiler/semantics/layers/layers.js";
import { printType } from "../../compiler/semantics/types.js";
import { check, net } from "./semantics-support.js";

/** `shape: [...]` of the last application of a model of these lines. */
function shape(body: string, input: string): string {
  const { value, lines } = check(net(body, "", input));
  assert.equal(lines, []);
  const last = value.instances[0]?.graph.applications.at(-1);
  return last === undefined ? "" : printType(last.type);
}

function gives(name: string, body: string, input: string, lines: readonly string[]): void {
  test(name, () => assert.equal(check(net(body, "", input)).lines, lines));
}

test("shapes", () => {
  const table: readonly (readonly [body: string, input: string, expected: string])[] = [
    ["x |> layer_norm", "x: f32[5, 8]", "f32[5, 8]"],
    ["x |> rms_norm(epsilon: 1e-5)", "x: f32[8]", "f32[8]"],
    ["x |> group_norm(groups: 4)", "x: f32[6, 6, 8]", "f32[6, 6, 8]"],
    ["x |> group_norm(group_size: 8)", "x: f32[6, 6, 8]", "f32[6, 6, 8]"],
    ["x |> l2_normalize", "x: f32[3, 8]", "f32[3, 8]"],
    ["x |> transpose", "x: f32[2, 3, 4]", "f32[4, 3, 2]"],
    ["x |> transpose(axes: [0, -1, 1])", "x: f32[2, 3, 4]", "f32[2, 4, 3]"],
    ["x |> slice(1, 2)", "x: f32[5, 8]", "f32[5, 2]"],
    ["x |> slice(start: -3, size: 3, axis: 0)", "x: f32[5, 8]", "f32[3, 8]"],
    ["x |> first", "x: f32[5, 8]", "f32[8]"],
    ["x |> last", "x: f32[5]", "f32[]"],
    ["x |> slice(0, 2)", "x: i32[5] below 9", "i32[2] below 9"],
    ["matmul(x, y)", "x: f32[2, 5, 8], y: f32[2, 8, 3]", "f32[2, 5, 3]"],
    ["matmul(learned([4, 5]), x)", "x: f32[5, 8]", "f32[4, 8]"],
    ["concat(learned([1, 8]), x, axis: 0)", "x: f32[5, 8]", "f32[6, 8]"],
    ["x * learned([8], init: ones)", "x: f32[5, 8]", "f32[5, 8]"],
    ["x + noise(x)", "x: f32[5, 8]", "f32[5, 8]"],
  ];
  for (const [line, input, expected] of table) assert.is(shape(`output out = ${line}`, input), expected, line);
});

test("weights say what may grow: features, never positions", () => {
  const of = (kind: LayerKind, options: Readonly<Record<string, number | readonly number[]>>): unknown =>
    layers[kind].weights(layers[kind].tensors.map(() => ({ dtype: "f32" as const, shape: [5, 8], batched: true, below: null })), options).map(({ name, role, shape, axes }) => [name, role, shape, axes]);
  assert.equal(of("layer_norm", {}), [["scale", "scale", [8], ["feature"]], ["bias", "bias", [8], ["feature"]]]);
  assert.equal(of("rms_norm", {}), [["scale", "scale", [8], ["feature"]]]);
  assert.equal(of("group_norm", { groups: 2 }), [["scale", "scale", [8], ["feature"]], ["bias", "bias", [8], ["feature"]]]);
  assert.equal(of("learned", { shape: [3, 8] }), [["value", "bias", [3, 8], ["fixed", "feature"]]]);
});

test("overparam does not reach norms and learned values", () => {
  assert.equal(check("model Net overparam 3 {\n  input x: f32[4]\n  output y = (x |> layer_norm) * learned([4])\n}\n").lines, ["1:11 overparam-without-kernel {}"]);
});

gives("a norm of whole numbers", "output y = x |> layer_norm", "x: i32[4]", ['3:19 shape-mismatch {"layer":"layer_norm","expected":"f32","found":"i32[4]"}']);
gives("groups without their number", "output y = x |> group_norm", "x: f32[8]", ['3:19 shape-mismatch {"layer":"group_norm","expected":"one of `groups` and `group_size`","found":"neither"}']);
gives("groups by both", "output y = x |> group_norm(groups: 2, group_size: 4)", "x: f32[8]", ['3:19 shape-mismatch {"layer":"group_norm","expected":"one of `groups` and `group_size`","found":"both"}']);
gives("groups that do not divide", "output y = x |> group_norm(groups: 3)", "x: f32[8]", ['3:19 shape-mismatch {"layer":"group_norm","expected":"a number of channels that 3 groups divide","found":"8 channels"}']);
gives("groups of a size that does not divide", "output y = x |> group_norm(group_size: 3)", "x: f32[8]", ['3:19 shape-mismatch {"layer":"group_norm","expected":"a number of channels that groups of 3 divide","found":"8 channels"}']);
gives("an axis twice", "output y = x |> transpose(axes: [1, 1])", "x: f32[3, 4]", ['3:19 shape-mismatch {"layer":"transpose","expected":"each of the 2 axes of f32[3, 4] once","found":"[1, 1]"}']);
gives("a slice over the end", "output y = x |> slice(3, 2)", "x: f32[4]", ['3:19 shape-mismatch {"layer":"slice","expected":"a part of the 4 along axis 0","found":"2 from 3 on"}']);
gives("a slice before the start", "output y = x |> slice(-5, 2)", "x: f32[4]", ['3:19 shape-mismatch {"layer":"slice","expected":"a part of the 4 along axis 0","found":"2 from -5 on"}']);
gives("a matrix that is not transposed", "output y = matmul(x, x)", "x: f32[3, 4]", ['3:14 shape-mismatch {"layer":"matmul","expected":"f32[4, any] as the second, for f32[3, 4] as the first","found":"f32[3, 4]"}']);
gives("a vector for a matrix", "output y = matmul(x, z)", "x: f32[3, 4], z: f32[4]", ['3:14 shape-mismatch {"layer":"matmul","expected":"matrices: at least two axes","found":"f32[4]"}']);
gives("learned without sizes", "output y = x * learned([])", "x: f32[4]", ['3:18 shape-mismatch {"layer":"learned","expected":"at least one size","found":"[]"}']);
gives("learned of a tensor", "output y = x |> learned([4])", "x: f32[4]", ['3:19 tensor-count {"layer":"learned","expected":"no tensor","found":1}']);
gives("an output that depends on no input", "output y = learned([4])", "x: f32[4]", ['3:14 value-type {"what":"The output `y`","expected":"a tensor that depends on the inputs","found":"f32[4], the same for each example"}']);
gives("a layer that needs a batch", "output y = x + (learned([4, 4, 1]) |> max_pool(2) |> flatten)", "x: f32[4]", ['3:41 shape-mismatch {"layer":"max_pool","expected":"a tensor that depends on the inputs","found":"f32[4, 4, 1], the same for each example"}']);
gives("a loss in a body", "output y = kl_normal(x, x)", "x: f32[4]", ['3:14 layer-not-here {"layer":"kl_normal","where":"the body of a model"}']);

function run(loss: string): readonly string[] {
  return check(`data rows = csv("rows.csv") {
  fields a: f32[4] from columns(1, 4), b: f32[4] from columns(5, 8), kind: class[3]
}
model Pair {
  input a: f32[4], b: f32[4]
  output u: f32[2, 3] = a |> dense(6) |> reshape([2, 3])
  output v: f32[5] = b |> dense(5)
  output w: f32[6] = concat(a, b) |> dense(6)
}
train r: Pair on rows {
  loss ${loss}
  optimizer adam(lr: 1e-3)
  batch 4
  steps 2
}
`).lines.filter((text) => !text.includes("layer-without-loss"));
}

test("losses and metrics of pairs take vectors of one size", () => {
  assert.equal(run("contrastive(v, v) + kl_normal(w, w)"), []);
  assert.equal(run("contrastive(u, u)"), ['11:8 shape-mismatch {"layer":"contrastive","expected":"a vector f32[d] for each example","found":"f32[2, 3]"}']);
  assert.equal(run("contrastive(v, w)"), ['11:8 shape-mismatch {"layer":"contrastive","expected":"a target f32[5]","found":"f32[6]"}']);
  assert.equal(run("kl_normal(v, w)"), ['11:8 shape-mismatch {"layer":"kl_normal","expected":"a target f32[5]","found":"f32[6]"}']);
  assert.equal(run("recall(v, v, k: 2)"), ['11:8 layer-not-here {"layer":"recall","where":"`loss`"}']);
});

test.run();
