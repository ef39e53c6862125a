// Models as SVG: well-formed, everything drawn once, no box on another, no line through a box, no text past its box.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { displayWidth } from "../../compiler/diagnostics/printable.js";
import { graphView, type GraphView } from "../../compiler/services/graph-view.js";
import { layout, type Line, type Place, type Point } from "../../compiler/services/drawing/layout.js";
import { isDrawable, svg } from "../../compiler/services/drawing/svg.js";
import { check, net } from "./semantics-support.js";

const residual = `block residual(x: f32[h, w, c], width: int, stride: int = 1) -> f32[ceil(h / stride), ceil(w / stride), width] {
  y = x |> conv2d(width, kernel: 3, stride: stride) |> batch_norm |> relu |> conv2d(width, kernel: 3) |> batch_norm
  if stride != 1 or c != width { x = x |> conv2d(width, kernel: 1, stride: stride) }
  return (x + y) |> relu
}
`;

const programs: Readonly<Record<string, string>> = {
  chain: net("output z = x |> dense(3) overparam 4 |> relu"),
  residual: `${residual}${net("x = image\nrepeat 3 as stage { repeat 2 as i { x = x |> residual(4 * 2 ** stage, stride: if stage > 0 and i == 0 then 2 else 1) overparam 3 } }\noutput kind = x |> global_avg_pool |> dense(10)", "", "image: f32[16, 16, 3]")}`,
  transformer: `import { decoder_layer } from "std/transformer"\n${net("layer tok = embedding(96, 16)\nx = tok(tokens) |> learned_positions(32)\nrepeat 4 { x = x |> decoder_layer(heads: 2) overparam 4 }\noutput next = tok.unembed(x)", "", "tokens: i32[32] below 96")}`,
  unet: `block level(x: f32[h, w, c], width: int, depth: int) -> f32[h, w, width] {
  skip = x |> conv2d(width, kernel: 3) |> relu
  if depth > 0 {
    inner = skip |> max_pool(2) |> level(2 * width, depth - 1) |> conv2d_transpose(width, kernel: 2, stride: 2)
    skip = concat(skip, inner) |> conv2d(width, kernel: 3)
  }
  return skip
}
${net("output clean = noisy |> level(4, 3) |> conv2d(1, kernel: 1)", "", "noisy: f32[16, 16, 1]")}`,
  branches: net("a = x |> dense(4)\nb = x |> dense(5)\nrepeat 3 { c = a + (x |> dense(4))\n a = c * a }\noutput y = concat(a, b)\noutput z = x + a\noutput w = b"),
  "two values around": net("a = x |> tanh\nb = x |> relu\nrepeat 4 { c = a |> dense(4)\n a = b |> dense(4)\n b = c }\noutput y = a + b"),
};

function viewOf(source: string): GraphView {
  const { value, lines } = check(source);
  assert.equal(lines.filter((line) => !line.includes("unused")), []);
  const instance = value.instances.find(({ model }) => model === "Net");
  if (instance === undefined) throw new Error("no model");
  return graphView(instance, "trained");
}

const overlap = (a: Place, b: Place): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const isWithin = (a: Place, b: Place): boolean => a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width + 0.01 && a.y + a.height <= b.y + b.height + 0.01;

/** Points along a line as it is drawn: curves between its points have upright ends, so that they stay between them. */
function along({ points, kind }: Line): readonly Point[] {
  return points.flatMap((b, index) => {
    const a = points[index - 1];
    if (a === undefined) return [];
    return Array.from({ length: 41 }, (_, step) => {
      const t = step / 40;
      const smooth = t * t * (3 - 2 * t);
      return kind === "down" ? { x: a.x + (b.x - a.x) * smooth, y: a.y + (b.y - a.y) * (1.5 * t * (1 - t) ** 2 + 1.5 * t ** 2 * (1 - t) + t ** 3) } : { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
    });
  });
}

for (const [name, source] of Object.entries(programs)) {
  test(`${name}: every node once, boxes apart or within each other, lines between them`, () => {
    const view = viewOf(source);
    const picture = layout(view, name);
    assert.equal(picture.nodes.map(({ node }) => node.id).sort(), view.nodes.map(({ id }) => id).sort());
    const page = { x: 0, y: 0, width: picture.width, height: picture.height };
    for (const [index, node] of picture.nodes.entries()) {
      assert.ok(isWithin(node, page), `${node.node.name} on the page`);
      for (const other of picture.nodes.slice(index + 1)) assert.not.ok(overlap(node, other), `${node.node.name} on ${other.node.name}`);
      for (const group of picture.groups) assert.ok(!overlap(node, group) || isWithin(node, group), `${node.node.name} on the border of ${group.title}`);
      for (const line of node.lines) assert.ok(displayWidth(line) * 0.61 * 12 <= node.width - 10, `${line} in its box`);
    }
    for (const [index, group] of picture.groups.entries()) {
      assert.ok(displayWidth(group.title) * 0.61 * 12 + 12 <= group.width, `${group.title} in its box`);
      for (const other of picture.groups.slice(index + 1)) assert.ok(!overlap(group, other) || isWithin(group, other) || isWithin(other, group), `${group.title} on ${other.title}`);
      const title = { x: group.x + 12, y: group.y + 6, width: displayWidth(group.title) * 0.61 * 12, height: 14 };
      for (const line of picture.lines) for (const { x, y } of along(line)) assert.not.ok(overlap({ x, y, width: 0.01, height: 0.01 }, title), `a line through the title ${group.title}`);
    }
    for (const line of picture.lines) {
      assert.ok(line.points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && isWithin({ x, y, width: 0, height: 0 }, page)), JSON.stringify(line));
      for (const { x, y } of along(line)) {
        const crossed = picture.nodes.find((node) => overlap({ x, y, width: 0.01, height: 0.01 }, { x: node.x + 0.5, y: node.y + 0.5, width: node.width - 1, height: node.height - 1 }));
        assert.is(crossed, undefined, `a line through ${crossed?.node.name}`);
      }
    }
  });

  test(`${name}: the text is well-formed, shows every name and weight, and is the same each time`, () => {
    const view = viewOf(source);
    const text = svg(view, `Net ${name}`);
    assert.is(svg(viewOf(source), `Net ${name}`), text);
    const elements = wellFormed(text);
    assert.is(elements.filter((each) => each === "g").length, view.nodes.length + [...text.matchAll(/class="group"/g)].length);
    for (const node of view.nodes) assert.ok(text.includes(`id="${node.id}"><title>${node.name.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)}\n[${node.shape.join(", ")}]`), node.name);
    assert.not.match(text, /NaN|undefined|Infinity/);
  });
}

test("a value that comes from outside and goes round meets where it comes in", () => {
  const picture = layout(viewOf(net("repeat 5 { x = x + (x |> dense(4)) }\noutput z = x")), "");
  const rounds = picture.lines.filter(({ kind }) => kind === "round");
  assert.is(rounds.length, 1);
  const end = rounds[0]?.points.at(-1);
  assert.ok(picture.lines.some(({ kind, isAgain, points }) => kind === "down" && !isAgain && points[0]?.x === end?.x));
  assert.is(picture.lines.filter(({ kind, isAgain }) => kind === "down" && isAgain).length, 0);
});

test("two values that change places go round by themselves", () => {
  const picture = layout(viewOf(programs["two values around"] ?? ""), "");
  const view = viewOf(programs["two values around"] ?? "");
  assert.is(picture.lines.filter(({ kind }) => kind === "round").length, new Set(view.edges.filter(({ again }) => again).map(({ from }) => from)).size);
});

test("hostile names neither break the XML nor leave their boxes", () => {
  const names = [']]><script>alert(1)</script>', '"&\'<>&amp;', "\u0000\u0007\u001b[31m\ud800\uffff", "\u202egnp.exe", "層".repeat(60), "a".repeat(100_000), "e\u0301".repeat(500)];
  const view: GraphView = {
    nodes: names.map((name, index) => ({ id: `n${index}`, kind: "layer", name, shape: Array.from({ length: 40 }, () => 1e9), weights: 2 ** 50, copies: 9 })),
    edges: names.slice(1).map((_, index) => ({ from: `n${index}`, to: `n${index + 1}`, again: false })),
    items: [{ kind: "group", id: "g0", title: names.join(""), turns: 1, items: names.map((_, index) => ({ kind: "node", id: `n${index}` })) }],
  };
  const title = names.join("");
  const text = svg(view, title);
  const elements = wellFormed(text);
  assert.not.ok(elements.includes("script"));
  assert.not.match(text, /[\u0000-\u0008\u000b-\u001f\u202e\ufffe\uffff]/);
  for (const { lines, width } of layout(view, title).nodes) for (const line of lines) assert.ok(displayWidth(line) <= 34 && displayWidth(line) * 7.32 <= width - 10, line);
});

test("what could not be laid out in seconds is refused beforehand", () => {
  assert.ok(Object.values(programs).every((source) => isDrawable(viewOf(source))));
  const chain = (length: number): GraphView => ({
    nodes: Array.from({ length }, (_, index) => ({ id: `n${index}`, kind: "layer", name: "dense", shape: [4], weights: 1, copies: 1 })),
    edges: Array.from({ length: length - 1 }, (_, index) => ({ from: `n${index}`, to: `n${index + 1}`, again: false })),
    items: Array.from({ length }, (_, index) => ({ kind: "node", id: `n${index}` })),
  });
  assert.ok(isDrawable(chain(400)));
  assert.not.ok(isDrawable(chain(401)));
  const fan = chain(300);
  assert.not.ok(isDrawable({ ...fan, edges: [...fan.edges, ...Array.from({ length: 298 }, (_, index) => ({ from: "n0", to: `n${index + 2}`, again: false }))] }));
});

/** The names of all elements in a document; fails where it is no well-formed XML (of the kind that has no comments and no CDATA). */
function wellFormed(text: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  let rest = text.trimEnd();
  while (rest !== "") {
    const tag = /^<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<>&]*(?:&#\d+;[^"<>&]*)*")*)(\/?)>/.exec(rest);
    if (tag === null) {
      const run = /^[^<>&]*(?:&#\d+;[^<>&]*)*/.exec(rest)?.[0] ?? "";
      assert.ok(run !== "" && open.length > 0, `not well-formed at ${rest.slice(0, 80)}`);
      rest = rest.slice(run.length);
      continue;
    }
    const [whole, slash, name = "", attributes = "", closed] = tag;
    const names = [...attributes.matchAll(/ ([a-zA-Z:-]+)=/g)].map((match) => match[1]);
    assert.is(new Set(names).size, names.length, whole);
    if (slash === "/") assert.is(open.pop(), name);
    else {
      seen.push(name);
      if (closed === "") open.push(name);
    }
    rest = rest.slice(whole.length);
    assert.ok(open.length > 0 || rest === "", "one element at the root");
  }
  assert.equal(open, []);
  return seen;
}

test.run();
