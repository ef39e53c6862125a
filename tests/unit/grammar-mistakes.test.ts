// One mistake, one message: a program with one change each, and the one message with its place that comes of it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { lineAndColumn } from "../support/places.js";

const program = `import { conv_block } from "std/vision"

let context = 128

data digits = idx("a.gz", "b.gz") {
  fields  image: f32[28, 28, 1], label: class[10]
  scale   image by 1/255
  split   train 80%, valid 10%, test 10%
}

block stem(x: f32[h, w, c], width: int = 3) -> f32[h, w, width] {
  y = x |> conv2d(width, kernel: 3)
  if width > 3 {
    y = y |> relu
  }
  return y
}

model Digits(width: int = 32, k: int = 4) overparam k {
  input  image: f32[28, 28, 1]

  features = image
    |> conv_block(width, kernel: 3)
    |> flatten
  repeat 3 as i { features = features |> dense(10) }
  output digit: f32[10] = features |> dense(10) overparam 1
}

train small: Digits(width: 16) on digits {
  loss       cross_entropy(digit, label)
  optimizer  adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%), weight_decay: 0.01)
  batch      128
  epochs     5
  stop       when valid.accuracy stalls 3 epochs
}

model Wide = Digits(width: 64) fuse from small, small { new_weights: zeros }
`;

/** What is replaced, by what, and the place and id of the message. */
const mistakes: readonly (readonly [string, string, string])[] = [
  ["import { conv_block }", "import { conv_block", "1:20-1:20 unclosed-bracket"],
  ["import {", "import { }\nimport {", "1:10-1:11 expected-syntax"],
  ["from \"std/vision\"", "\"std/vision\"", "1:23-1:35 expected-syntax"],
  ["from \"std/vision\"", "from std/vision", "1:28-1:31 expected-syntax"],
  ["\"std/vision\"", "\"std/vision", "1:28-1:39 unterminated-string"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\", \"b.gz) {", "5:27-5:32 unterminated-string"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\", 'b.gz) {", "5:27-5:32 unterminated-string"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz, \"b.gz\") {", "5:31-5:32 unterminated-string"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\n  \"a.gz\",\n  \"b.gz) { // both", "7:3-7:8 unterminated-string"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\", \"b.gz) of {", "5:27-5:36 unterminated-string"],
  ["let context = 128", "let context 128", "3:13-3:16 expected-syntax"],
  ["let context = 128", "let = 128", "3:5-3:6 expected-syntax"],
  ["let context = 128", "let context =", "3:14-3:14 expected-syntax"],
  ["let context = 128", "const context = 128", "3:1-3:6 unknown-declaration"],
  ["let context = 128", "context = 128", "3:1-3:8 unknown-declaration"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\", \"b.gz\" {", "5:33-5:33 unclosed-bracket"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\" \"b.gz\") {", "5:26-5:32 expected-syntax"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\", \"b.gz\")", "5:34-5:34 missing-brace"],
  ["idx(\"a.gz\", \"b.gz\") {", "idx(\"a.gz\",, \"b.gz\") {", "5:26-5:27 expected-syntax"],
  ["class[10]\n", "class[10\n", "6:49-6:49 unclosed-bracket"],
  ["label: class[10]\n", "label class[10]\n", "6:40-6:45 expected-syntax"],
  ["label: class[10]\n", "label:\n", "6:40-6:40 expected-syntax"],
  ["80%", "80 %", "8:20-8:21 unknown-character"],
  ["test 10%\n}", "test 10%\n", "8:41-8:41 unclosed-bracket"],
  ["by 1/255", "by 1/", "7:22-7:22 expected-syntax"],
  ["(x: f32[h, w, c], ", "(x: f32[h, w, c] ", "11:28-11:33 expected-syntax"],
  ["(x: f32[h, w, c], width: int = 3)", "(x: f32[h, w, c], width = 3)", "11:35-11:36 expected-syntax"],
  ["width: int = 3) ->", "width: int = 3 ->", "11:43-11:43 unclosed-bracket"],
  ["-> f32[h, w, width] {", "- f32[h, w, width] {", "11:45-11:46 expected-syntax"],
  ["-> f32[h, w, width] {", "-> {", "11:48-11:49 expected-syntax"],
  ["y = x |> conv2d", "y = x | conv2d", "12:9-12:10 expected-syntax"],
  ["y = x |> conv2d", "y x |> conv2d", "12:3-12:4 unknown-statement"],
  ["y = x |> conv2d", "x |> conv2d", "12:3-12:4 unknown-statement"],
  ["y = x |> conv2d", "y == x |> conv2d", "12:3-12:4 unknown-statement"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |>", "12:11-12:11 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 3", "12:35-12:35 unclosed-bracket"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d width, kernel: 3)", "12:35-12:36 unmatched-bracket"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel 3)", "12:33-12:34 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: )", "12:34-12:35 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 3) + x", "12:37-12:38 operator-after-pipe"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 3]", "12:35-12:36 wrong-bracket"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 3))", "12:36-12:37 unmatched-bracket"],
  ["y = x |> conv2d(width, kernel: 3)", "y =", "12:6-12:6 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "y", "12:3-12:4 unknown-statement"],
  ["y = x |> conv2d(width, kernel: 3)", "let y = x |> conv2d(width, kernel: 3)", "12:3-12:6 let-in-body"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 0x3)", "12:34-12:37 malformed-number"],
  ["y = x |> conv2d(width, kernel: 3)", "y = x |> conv2d(width, kernel: 3) z = y", "12:37-12:38 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "for i in x { y = x }", "12:3-12:6 unknown-statement"],
  ["y = x |> conv2d(width, kernel: 3)", "y = conv2d { width: 3 }", "12:14-12:15 expected-syntax"],
  ["y = x |> conv2d(width, kernel: 3)", "to = x |> conv2d(width)\n  y = to |> relu", "12:3-12:5 reserved-name"],
  ["y = x |> conv2d(width, kernel: 3)", "input = x |> conv2d(width)\n  y = input |> relu", "12:3-12:8 reserved-name"],
  ["if width > 3 {", "if width = 3 {", "13:12-13:13 assign-in-condition"],
  ["if width > 3 {", "if width > 3", "13:15-13:15 missing-brace"],
  ["if width > 3 {", "if {", "13:5-13:5 expected-syntax"],
  ["if width > 3 {", "if 1 < width < 3 {", "13:16-13:17 comparison-chain"],
  ["if width > 3 {", "if width > 3 && width < 5 {", "13:16-13:18 foreign-spelling"],
  ["if width > 3 {", "if (width > 3 {", "13:16-13:16 unclosed-bracket"],
  ["if width > 3 {", "if !width {", "13:6-13:7 foreign-spelling"],
  ["    y = y |> relu\n  }\n", "    y = y |> relu\n", "16:2-16:2 unclosed-bracket"],
  ["    y = y |> relu\n  }\n", "    y = y |> relu }\n  }\n", "15:3-15:4 unmatched-bracket"],
  ["    y = y |> relu\n  }\n", "    y = y |> relu\n  } else x {\n y = 3 }\n", "15:10-15:11 expected-syntax"],
  ["return y\n", "retrun y\n", "16:3-16:9 unknown-statement"],
  ["return y\n", "return\n", "16:9-16:9 expected-syntax"],
  ["return y\n}", "return y\n", "16:11-16:11 unclosed-bracket"],
  ["model Digits(", "modle Digits(", "19:1-19:6 unknown-declaration"],
  ["model Digits(", "model (", "19:7-19:8 expected-syntax"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model Digits(width: int = 32, k: int = 4) overparam {", "19:53-19:54 expected-syntax"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model Digits(width: int = 32, k: int = 4 overparam k {", "19:53-19:53 unclosed-bracket"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model Digits(width: int = 32, k: int = 4) overparam k", "19:54-19:54 missing-brace"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model Digits(width: int = 32, k: int = 4) foo {", "19:43-19:46 expected-syntax"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model Digits[width: int = 32, k: int = 4] overparam k {", "19:13-19:14 expected-syntax"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model model(width: int = 32, k: int = 4) overparam k {", "19:7-19:12 reserved-name"],
  ["model Digits(width: int = 32, k: int = 4) overparam k {", "model if(width: int = 32, k: int = 4) overparam k {", "19:7-19:9 reserved-name"],
  ["input  image: f32[28, 28, 1]\n", "input  image f32[28, 28, 1]\n", "20:16-20:19 expected-syntax"],
  ["input  image: f32[28, 28, 1]\n", "input  : f32[28, 28, 1]\n", "20:10-20:11 expected-syntax"],
  ["input  image: f32[28, 28, 1]\n", "input\n", "20:8-20:8 expected-syntax"],
  ["input  image: f32[28, 28, 1]\n", "input  image: f32[28, 28, 1],\n", "20:32-20:32 expected-syntax"],
  ["input  image: f32[28, 28, 1]\n", "input  image: f32(28, 28, 1)\n", "20:20-20:21 expected-syntax"],
  ["features = image\n", "features image\n", "22:3-22:11 unknown-statement"],
  ["features = image\n", "features = image,\n", "22:19-22:20 expected-syntax"],
  ["|> flatten", "|> flatten(", "24:16-24:16 unclosed-bracket"],
  ["|> flatten", "|> 3", "24:8-24:9 expected-syntax"],
  ["repeat 3 as i {", "repeat as i {", "25:13-25:14 expected-syntax"],
  ["repeat 3 as i {", "repeat 3 as {", "25:15-25:16 expected-syntax"],
  ["repeat 3 as i {", "repeat 3 i {", "25:12-25:13 expected-syntax"],
  ["output digit: f32[10] =", "output f32[10] =", "26:13-26:14 expected-syntax"],
  ["output digit: f32[10] =", "output digit: f32[10]", "26:25-26:33 expected-syntax"],
  ["output digit: f32[10] =", "outptu digit: f32[10] =", "26:3-26:9 unknown-statement"],
  ["output digit: f32[10] =", "output fields: f32[10] =", "26:10-26:16 reserved-name"],
  ["overparam 1", "overparam", "26:58-26:58 expected-syntax"],
  ["overparam 1", "overparam -1", "26:59-26:60 expected-syntax"],
  ["train small: Digits", "train small Digits", "29:13-29:19 expected-syntax"],
  ["train small: Digits", "train: Digits", "29:6-29:7 expected-syntax"],
  ["train small: Digits", "trian small: Digits", "29:1-29:6 unknown-declaration"],
  ["train small: Digits(width: 16) on digits", "train small: Digits(width: 16) digits", "29:32-29:38 expected-syntax"],
  ["train small: Digits(width: 16) on digits", "train small: Digits(width: 16)", "29:32-29:33 expected-syntax"],
  ["train small: Digits(width: 16) on digits", "train small: Digits(width: 16 on digits", "29:30-29:30 unclosed-bracket"],
  ["train small: Digits(width: 16) on digits", "train small: Digits(width: 16) in digits", "29:32-29:34 expected-syntax"],
  ["batch      128", "batch: 128", "32:8-32:9 assign-in-clause"],
  ["batch      128", "batch = 128", "32:9-32:10 assign-in-clause"],
  ["batch      128", "batch 12a8", "32:9-32:13 malformed-number"],
  ["batch      128", "batch 128 epochs 5 }", "32:22-32:23 unmatched-bracket"],
  ["batch      128", "128", "32:3-32:6 unknown-clause"],
  ["batch      128", "batch # 128", "32:9-32:14 foreign-spelling"],
  ["warmup: 5%)", "warmup: 5%", "31:81-31:81 unclosed-bracket"],
  ["warmup: 5%)", "warmup 5%)", "31:57-31:59 expected-syntax"],
  ["peak: 2e-3,", "peak: 2e-3", "31:49-31:55 expected-syntax"],
  ["adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%), weight_decay: 0.01)", "adamw { lr: 2e-3 }", "31:20-31:21 expected-syntax"],
  ["adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%), weight_decay: 0.01)", "adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%), weight_decay: 0.01) +", "31:84-31:84 expected-syntax"],
  ["when valid.accuracy stalls", "when valid. stalls", "34:26-34:32 reserved-name"],
  ["when valid.accuracy stalls 3", "when valid.accuracy < stalls 3", "34:36-34:42 expected-syntax"],
  ["fuse from small, small", "fuse small, small", "37:37-37:42 expected-syntax"],
  ["fuse from small, small", "fuse from small small", "37:48-37:53 expected-syntax"],
  ["fuse from small, small", "fuse from small,", "37:49-37:50 expected-syntax"],
  ["fuse from small, small", "fuse from", "37:42-37:43 expected-syntax"],
  ["zeros }", "zeros", "37:75-37:75 unclosed-bracket"],
  ["new_weights: zeros", "new_weights zeros", "37:69-37:74 expected-syntax"],
  ["new_weights: zeros", "new_weights = zeros", "37:69-37:70 expected-syntax"],
  ["model Wide =", "model Wide", "37:12-37:18 expected-syntax"],
  ["split   train", "split   'train'", "8:11-8:18 foreign-spelling"],
  ["split   train", "split   € train", "8:11-8:12 unknown-character"],
  ["split   train", "/* hi */ split   train", "8:3-8:11 foreign-spelling"],
];

test("the program itself has no mistake", () => {
  assert.equal(parse({ path: "program.sop", text: program }).diagnostics, []);
});

for (const [original, mistake, expected] of mistakes) {
  test(`${JSON.stringify(original)} written as ${JSON.stringify(mistake)}`, () => {
    assert.ok(program.includes(original));
    const text = program.replace(original, () => mistake);
    const found = parse({ path: "program.sop", text }).diagnostics.map(({ id, origin }) => {
      return `${lineAndColumn(text, origin.span.start)}-${lineAndColumn(text, origin.span.end)} ${id}`;
    });
    assert.equal(found, [expected]);
  });
}

test("mistakes on different lines are all told at once", () => {
  const text = "let a 1\n\nmodel Small {\n  input x: f32[8]\n  y = x |> dense(3\n  repeat\n  output z = y +\n}\n\ntrain t Small on d {\n  batch = 3\n}\n";
  const found = parse({ path: "program.sop", text }).diagnostics.map(({ id, origin }) => `${lineAndColumn(text, origin.span.start)} ${id}`);
  assert.equal(found, ["1:7 expected-syntax", "5:19 unclosed-bracket", "6:9 expected-syntax", "7:17 expected-syntax", "10:9 expected-syntax", "11:9 assign-in-clause"]);
});

// What is to be removed may instead lack a partner, so those two fixes are guesses.
test("applying a fix mends the mistake", () => {
  for (const [original, mistake] of mistakes) {
    const text = program.replace(original, () => mistake);
    const [diagnostic] = parse({ path: "program.sop", text }).diagnostics;
    const fix = diagnostic?.fixes[0];
    if (fix === undefined || diagnostic?.id === "unknown-character" || diagnostic?.id === "unmatched-bracket") continue;
    const edits = [...fix.edits].sort((a, b) => b.span.start - a.span.start);
    const mended = edits.reduce((result, { span, text: insert }) => result.slice(0, span.start) + insert + result.slice(span.end), text);
    assert.equal(parse({ path: "program.sop", text: mended }).diagnostics.map(({ id }) => id), [], `${mistake} is mended as ${fix.title}`);
  }
});

test.run();
