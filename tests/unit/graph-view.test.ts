// Models as pictures: nodes, edges, boxes, turns that are drawn once, and the text of a Mermaid flowchart.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { graphView, type GraphItem, type GraphView } from "../../compiler/services/graph-view.js";
import { mermaid } from "../../compiler/services/mermaid.js";
import { summarize } from "../../compiler/services/summary.js";
import { check, net } from "./semantics-support.js";

function viewOf(source: string, form: "trained" | "folded" = "trained"): GraphView {
  const { value, lines } = check(source);
  assert.equal(lines, []);
  const instance = value.instances.find(({ model }) => model === "Net");
  if (instance === undefined) throw new Error("no model");
  return graphView(instance, form);
}

/** Boxes with their parts, indented. */
function outline({ items, nodes }: GraphView): readonly string[] {
  const lines = (item: GraphItem, indent: string): readonly string[] =>
    item.kind === "node" ? [`${indent}${nodes.find(({ id }) => id === item.id)?.name ?? "?"}`] : [`${indent}[${item.title}]`, ...item.items.flatMap((inner) => lines(inner, `${indent}  `))];
  return items.flatMap((item) => lines(item, ""));
}

function arrows({ edges, nodes }: GraphView): readonly string[] {
  const name = (id: string): string => nodes.find((node) => node.id === id)?.name ?? "?";
  return edges.map(({ from, to, again }) => `${name(from)} ${again ? "~>" : "->"} ${name(to)}`);
}

test("a chain: inputs, layers with shapes and weights, outputs", () => {
  const view = viewOf(net("output z = x |> dense(3) overparam 4 |> relu"));
  assert.equal(outline(view), ["x", "dense", "relu", "z"]);
  assert.equal(arrows(view), ["x -> dense", "dense -> relu", "relu -> z"]);
  assert.equal(view.nodes[1], { id: "n1", kind: "layer", name: "dense", shape: [3], weights: 4 * 12 + 3, copies: 4 });
  assert.equal(viewOf(net("output z = x |> dense(3) overparam 4 |> relu"), "folded").nodes[1], { id: "n1", kind: "layer", name: "dense", shape: [3], weights: 15, copies: 1 });
});

test("operators have their signs, numbers stand in them, named layers say what they are", () => {
  const view = viewOf(net("layer tok = dense(4)\ny = 0.5 * (x |> tok) + x\noutput z = y |> tok"));
  assert.equal(outline(view), ["x", "tok: dense", "0.5 *", "+", "tok: dense", "z"]);
  assert.equal(arrows(view), ["x -> tok: dense", "tok: dense -> 0.5 *", "0.5 * -> +", "x -> +", "+ -> tok: dense", "tok: dense -> z"]);
  assert.equal(view.nodes.map(({ weights }) => weights), [0, 20, 0, 0, 0, 0]);
});

test("turns that are alike are drawn once", () => {
  const view = viewOf(net("repeat 5 { x = x + (x |> dense(4)) }\noutput z = x"));
  assert.equal(outline(view), ["x", "[repeat_1: 5 turns]", "  dense", "  +", "z"]);
  assert.equal(arrows(view), ["x -> dense", "x -> +", "dense -> +", "+ ~> dense", "+ ~> +", "+ -> z"]);
});

test("turns that differ have boxes of their own", () => {
  const view = viewOf(net("repeat 4 as i { x = x |> dense(if i < 2 then 4 else 6) }\noutput z = x"));
  assert.equal(outline(view), ["x", "[repeat_1: turns 1 to 2]", "  dense", "[repeat_1: turn 3]", "  dense", "[repeat_1: turn 4]", "  dense", "z"]);
  const skips = viewOf(net("skip = x\nrepeat 3 as i {\n  if i < 2 { x = x + skip } else { x = x + x }\n}\noutput z = x"));
  assert.equal(outline(skips), ["x", "[repeat_1: turns 1 to 2]", "  +", "[repeat_1: turn 3]", "  +", "z"]);
});

test("a value from outside and one from two turns before are told apart", () => {
  const view = viewOf(net("a = x\nb = x |> tanh\nrepeat 3 {\n  c = a + b + x\n  a = b\n  b = c\n}\noutput z = b\noutput w = a"));
  for (const edge of view.edges) assert.ok(view.nodes.some(({ id }) => id === edge.from) && view.nodes.some(({ id }) => id === edge.to), JSON.stringify(edge));
  // The first turn takes `a` from outside, the second what was outside, the third the first turn's: none are alike.
  assert.equal(outline(view).filter((line) => line.startsWith("[")), ["[repeat_1: turn 1]", "[repeat_1: turn 2]", "[repeat_1: turn 3]"]);
});

test("repeats within blocks within repeats", () => {
  const source = `block deep(x: f32[d]) -> f32[d] {\n  repeat 3 { x = x |> dense(d) }\n  return x |> relu\n}\n${net("repeat 2 { x = x |> deep |> deep }\noutput z = x")}`;
  assert.equal(outline(viewOf(source)), ["x", "[repeat_1: 2 turns]", "  [deep]", "    [repeat_1: 3 turns]", "      dense", "    relu", "  [deep_2]", "    [repeat_1: 3 turns]", "      dense", "    relu", "z"]);
});

test("without repeats the weights of the nodes are those of the summary, in either form", () => {
  const source = net("y = x |> dense(7) |> batch_norm |> relu |> dense(3) overparam 1\noutput z = y", "", "x: f32[4]").replace("Net {", "Net overparam 3 {");
  const instance = check(source).value.instances[0];
  if (instance === undefined) throw new Error("no model");
  const sum = (view: GraphView): number => view.nodes.reduce((total, { weights }) => total + weights, 0);
  assert.is(sum(graphView(instance, "trained")), summarize(instance).totals.weightsTrained);
  assert.is(sum(graphView(instance, "folded")), summarize(instance).totals.weightsShipped);
});

test("the flowchart has each node and edge, and escapes what would break it", () => {
  const view = viewOf(net("repeat 2 { x = x |> dense(4) overparam 2 }\noutput z = 2 * x"));
  assert.is(
    mermaid(view, 'Net(text: "a"), trained'),
    `---
title: "Net(text: \\"a\\"), trained"
---
flowchart TB
  n0(["x<br>[4]"])
  subgraph g0["repeat_1: 2 turns"]
    n1["dense<br>[4]<br>36 weights in 2 copies"]
  end
  n4(("2 *<br>[4]"))
  out0(["z<br>[4]"])
  n0 --> n1
  n1 -. next turn .-> n1
  n1 --> n4
  n4 --> out0
`,
  );
  const odd: GraphView = { nodes: [{ id: "n0", kind: "layer", name: 'a"]<b>`#\n', shape: [], weights: 1, copies: 1 }], edges: [], items: [{ kind: "node", id: "n0" }] };
  assert.match(mermaid(odd, "t"), /n0\["a#34;\]#60;b#62;#96;#35; <br>\[\]<br>1 weight"\]/);
});

test.run();
