// What an editor shows beside a file: which model is meant by a name or a place, and where its layers stand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { snapshot } from "../../compiler/live/live-program.js";
import { graphPage, modelChoices, type GraphPage } from "../../compiler/services/graph-page.js";
import type { Snapshot } from "../../compiler/services/snapshot.js";
import { memoryHost } from "../support/host.js";

const blocks = "block twice(x: f32[d]) -> f32[d] {\n  return x |> dense(d)\n}\n";
const program = `import { digits } from "std/data"
import { mlp } from "std/mlp"
import { twice } from "./blocks.sop"
model Small(width: int = 8) {
  input image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(width) overparam 3 |> twice |> mlp(4, depth: 1) |> dense(10)
}
model Other {
  input image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(10)
}
recipe quick {
  loss cross_entropy(digit, label)
  optimizer sgd(lr: 0.1)
  batch 8
  steps 2
}
train first: Small on digits { use quick }
train second: Small(width: 16) on digits { use quick }
`;

function open(text: string): Snapshot {
  const taken = snapshot("main.sop", memoryHost({ "main.sop": text, "blocks.sop": blocks }));
  if (taken === null) throw new Error("no file");
  return taken;
}

const page = (text: string, name: string | null, at = ""): Promise<GraphPage> => graphPage(open(text), name, text.indexOf(at));

/** The name of what is drawn. */
const drawn = ({ models, chosen }: GraphPage): string | undefined => models[chosen ?? -1]?.name;

test("a model is called by a run that trains it, or by itself", () => {
  assert.equal(modelChoices(open(program)), [
    { name: "first", title: "Small(width: 8)", runs: ["first"] },
    { name: "Other", title: "Other", runs: [] },
    { name: "second", title: "Small(width: 16)", runs: ["second"] },
  ]);
});

test("the model that is drawn is the one of the name, else the one around the place, else the first", async () => {
  for (const name of ["first", "second", "Other"]) assert.is(drawn(await page(program, name)), name);
  assert.is(drawn(await page(program, "Small(width: 16)")), "second");
  assert.is(drawn(await page(program, "Small")), "first");
  assert.is(drawn(await page(program, null, "f32[10] = image |> flatten |> dense(10)")), "Other");
  assert.is(drawn(await page(program, null, "on digits { use quick }\ntrain second")), "first");
  assert.is(drawn(await page(program, null, "second: ")), "second");
  assert.is(drawn(await page(program, "gone", "second: ")), "second");
  assert.is(drawn(await page(program, "gone", "loss")), "first");
});

test("each node of either picture leads to its call, or to the one in the program that led into a package", async () => {
  const { drawings, places, problem } = await page(program, "first");
  assert.is(problem, null);
  const texts = new Map([["main.sop", program], ["blocks.sop", blocks]]);
  const found = Object.entries(places).map(([id, { path, start, end }]) => `${id} ${path} ${texts.get(path)?.slice(start, end)}`);
  assert.equal(found.slice(0, 5), ["n0 main.sop image", "n1 main.sop flatten", "n2 main.sop dense(width)", "n3 blocks.sop dense(d)", "n4 main.sop mlp(4, depth: 1)"]);
  assert.is(found.at(-1), "out0 main.sop digit");
  for (const [form, svg] of Object.entries(drawings ?? {})) {
    const ids = [...svg.matchAll(/<g class="(?!group)[^"]*" id="([^"]*)"/g)].map((match) => match[1]);
    assert.equal(ids.map((id) => id?.replace(`${form}-`, "")), Object.keys(places), form);
    assert.not.match(svg, /<style|style=/);
  }
  assert.match(drawings?.trained ?? "", />trained: 18,982 weights</);
  assert.match(drawings?.trained ?? "", />18,824 weights in 3 copies</);
  assert.match(drawings?.folded ?? "", />folded: 6,438 weights</);
});

test("a file in the middle of being typed has what is known of it, or says why there is nothing", async () => {
  const broken = program.replace("|> twice", "|> twi");
  const typing = await page(broken, "first");
  assert.is(typing.chosen, null);
  assert.is(typing.problem, "`first` cannot be drawn: it has mistakes, or sizes without numbers.");
  assert.is(drawn(await page(broken, "Other")), "Other");
  const none = await page("model Net(width: int) {\n  input x: f32[4]\n  output y = x |> dense(width)\n}\n", null);
  assert.is(none.chosen, null);
  assert.is(none.drawings, null);
  assert.match(none.problem ?? "", /`Net` cannot be drawn/);
  assert.match((await page("", null)).problem ?? "", /numbers for all sizes/);
});

test("a model of too many layers that differ is not laid out", async () => {
  const lines = Array.from({ length: 500 }, (_, index) => `  x = x |> dense(${index + 1})`).join("\n");
  const { drawings, problem, models } = await page(`model Net {\n  input x: f32[4]\n${lines}\n  output y = x\n}\n`, null);
  assert.is(drawings, null);
  assert.is(models.length, 1);
  assert.match(problem ?? "", /502 layers that differ/);
});

test.run();
