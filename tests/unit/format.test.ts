// The canonical form: pinned by example, and for all programs a fixed point that says the same.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { format } from "../../compiler/ast/format.js";
import { sameMeaning } from "../../compiler/ast/same-meaning.js";
import { programs } from "../support/programs.js";

function formatted(text: string): string {
  const { value, diagnostics } = parse({ path: "format.sop", text });
  assert.equal(diagnostics.map(({ message }) => message), [], text);
  return format(value, text);
}

/** Pins what a text becomes, and that it stays so. */
function becomes(name: string, text: string, expected: string): void {
  test(name, () => {
    assert.fixture(formatted(text), expected);
    assert.fixture(formatted(expected), expected);
  });
}

becomes("nothing", "\n \n", "");

becomes("clauses are aligned, each on its line", "train a: B on c { loss mse(x, y); batch 32\n }", "train a: B on c {\n  loss  mse(x, y)\n  batch 32\n}\n");

becomes("short braces may stay on their line", "train a: B on c {use quick;seed 1 ; }", "train a: B on c { use quick; seed 1 }\n");

becomes(
  "short braces that do not fit are broken",
  "train a: B on c { loss cross_entropy(first, second); optimizer adamw(lr: warmup_cosine(peak: 1e-3)); batch 32 }",
  "train a: B on c {\n  loss      cross_entropy(first, second)\n  optimizer adamw(lr: warmup_cosine(peak: 1e-3))\n  batch     32\n}\n",
);

becomes(
  "inputs and outputs of a body are aligned, a quotient of literals is tight",
  "model M(  k:int=4 )overparam   k{\ninput image:f32[28,28,1]\nlayer t=dense( 3 )\n\n\n\nx=image/255+1 / 255*2**-k\noutput y=t( x )\n}",
  "model M(k: int = 4) overparam k {\n  input  image: f32[28, 28, 1]\n  layer t = dense(3)\n\n  x = image / 255 + 1/255 * 2 ** -k\n  output y = t(x)\n}\n",
);

becomes(
  "a pipeline is on one line or has one for each step",
  "block f(x: f32[d]) -> f32[d] {\n  return x |>\n   relu\n}\nblock g(x: f32[d]) -> f32[d] {\n  y = x |> conv2d(width, kernel: 3, stride: stride, bias: false) |> batch_norm |> relu |> conv2d(width, kernel: 3)\n  return y\n}\n",
  "block f(x: f32[d]) -> f32[d] {\n  return x |> relu\n}\nblock g(x: f32[d]) -> f32[d] {\n  y = x\n    |> conv2d(width, kernel: 3, stride: stride, bias: false)\n    |> batch_norm\n    |> relu\n    |> conv2d(width, kernel: 3)\n  return y\n}\n",
);

becomes(
  "long lists have a line for each item and a comma at the end",
  "recipe quick {\n  optimizer adamw(lr: warmup_cosine(peak: 3e-4, warmup: 200 steps), weight_decay: 0.1, betas: [0.9, 0.95])\n}\n",
  "recipe quick {\n  optimizer adamw(\n    lr: warmup_cosine(peak: 3e-4, warmup: 200 steps),\n    weight_decay: 0.1,\n    betas: [0.9, 0.95],\n  )\n}\n",
);

becomes(
  "long fields stand below each other",
  'data d = csv("a.csv") {\n  fields a: f32, b: f32 from "the second column", c: class["the first label", "the second one"], e: f32\n  split train 80%\n}\n',
  'data d = csv("a.csv") {\n  fields a: f32,\n         b: f32 from "the second column",\n         c: class["the first label", "the second one"],\n         e: f32\n  split  train 80%\n}\n',
);

becomes(
  "branches of an if are on one line together or not at all",
  "model M {\n  if a { x = 1 } else if b { x = 2 } else { x = 3 }\n  if a { x = 1 } else {\n x = 3 }\n}\n",
  "model M {\n  if a { x = 1 } else if b { x = 2 } else { x = 3 }\n  if a {\n    x = 1\n  } else {\n    x = 3\n  }\n}\n",
);

becomes(
  "a fusion that does not fit goes on below",
  'model Medium = Gpt(d: 64, heads: 4) fuse from s3, checkpoint("s4.safetensors") as Gpt(d: 32, heads: 2) at step 7 { moments: fresh }\n',
  'model Medium = Gpt(d: 64, heads: 4)\n  fuse from s3, checkpoint("s4.safetensors") as Gpt(d: 32, heads: 2) at step 7 { moments: fresh }\n',
);

becomes(
  "comments stay where they are as far as lines can end there",
  "//head\n\n///   kept\nlet a = 1//one\n\n\n// alone\n\ndata d = csv(\"a\", // where\n missing: \"?\") { // open\n  // first\n  scale a by 1/255 // last\n  // end\n}\nlet b = // odd\n  a\n// tail",
  '// head\n\n///   kept\nlet a = 1    // one\n\n// alone\n\ndata d = csv(\n  "a",    // where\n  missing: "?",\n) {    // open\n  // first\n  scale a by 1/255    // last\n  // end\n}\nlet b = a    // odd\n// tail\n',
);

becomes(
  "a bracket in a comment ends no list",
  "model M(a: int = 1, // one )\n  // two\n) {\n  input x: f32[a]\n  output y = x\n}\nimport { b, // }\n  // last\n} from \"./c.sop\"\n",
  "model M(\n  a: int = 1,    // one )\n  // two\n) {\n  input  x: f32[a]\n  output y = x\n}\nimport {\n  b,    // }\n  // last\n} from \"./c.sop\"\n",
);

becomes(
  "documented parameters and fields keep their comments",
  "block f(\n  /// The image.\n  x: f32[d],\n  /// How wide.\n  k: int = 3) -> f32[d] {\n  return x }\nmodel M {\n  /// First.\n  input a: f32,\n  /// Second.\n  b: f32\n  output c = a\n}\n",
  "block f(\n  /// The image.\n  x: f32[d],\n  /// How wide.\n  k: int = 3,\n) -> f32[d] {\n  return x\n}\nmodel M {\n  /// First.\n  input  a: f32,\n         /// Second.\n         b: f32\n  output c = a\n}\n",
);

becomes("line ends are those of Unix, without space before them", "let a = 1  \r\n\r\n\r\nlet b = 2\t\r\n", "let a = 1\n\nlet b = 2\n");

for (const { path, text } of programs) {
  test(`${path} keeps its meaning and its canonical form`, () => {
    const before = parse({ path, text }).value;
    const once = format(before, text);
    const after = parse({ path, text: once });
    assert.equal(after.diagnostics, []);
    assert.ok(sameMeaning(before, after.value));
    assert.is(format(after.value, once), once);
    assert.is(after.value.comments.length, before.comments.length);
    for (const line of once.split("\n")) assert.ok(line.length <= 110, line);
  });
}

test("the examples of the language reference keep their meaning", () => {
  const reference = readFileSync(fileURLToPath(new URL("../../grammar/README.md", import.meta.url)), "utf8");
  for (const [, text = ""] of reference.matchAll(/^```sop\n([^]*?)^```/gm)) {
    const once = formatted(text);
    assert.ok(sameMeaning(parse({ path: "a", text }).value, parse({ path: "a", text: once }).value));
  }
});

test("trees that differ are told apart", () => {
  const tree = (text: string) => parse({ path: "a", text }).value;
  assert.ok(sameMeaning(tree("let a = 1 // x\n"), tree("\n\nlet   a =\n 1\n")));
  assert.not.ok(sameMeaning(tree("let a = 1\n"), tree("let a = 2\n")));
  assert.not.ok(sameMeaning(tree("let a = 1\n"), tree("/// doc\nlet a = 1\n")));
  assert.not.ok(sameMeaning(tree("let a = f(1)\n"), tree("let a = f(1, 2)\n")));
});

test.run();
