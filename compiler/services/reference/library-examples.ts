// Examples of the standard library: programs in canonical form that train. Those of language models, texts and translations need the file that
// they name; the others need none. A test takes two steps of each.

import type { ReferenceExample } from "./page.js";

/** `word` is a name of the file; the example of the file itself is that of its first name. */
export function libraryExample(specifier: string, word: string): ReferenceExample {
  const line = `import { ${word} } from ${JSON.stringify(specifier)}`;
  return { line, program: `${line}\n${uses[word] ?? ""}` };
}

const classes = ["loss      cross_entropy(kind, label)", "metrics   accuracy(kind, label)", "optimizer adamw(lr: warmup_cosine(1e-3))", "batch     64", "epochs    5"];
const language = ["loss      cross_entropy(next, target)", "metrics   perplexity(next, target)", "optimizer adamw(lr: warmup_cosine(1e-3))", "batch     32", "steps     2000"];

const plays = `
data plays = text("plays.txt", unit: characters) {
  fields tokens: i32[64] below 96, target: i32[64] below 96 from next
}
`;

const pairs = `
data pairs = jsonl("pairs.jsonl") {
  fields source: i32[64] below 512,
         target: i32[32] below 512,
         shifted: i32[32] below 512 from shift("target")
}
`;

const reviews = `
data reviews = jsonl("reviews.jsonl") {
  fields tokens: i32[50] below 10_000, label: class["bad", "good"]
}
`;

const uses: Readonly<Record<string, string>> = {
  mlp: imports("spirals", "std/data") + model("point: f32[2]", "kind: f32[2] = point |> mlp(64, depth: 3, act: gelu) |> dense(2)") + train("Example on spirals", ...classes),
  ImageMlp: imports("digits", "std/data") + imports("classify", "std/recipes") + train("ImageMlp(width: 64, k: 4) on digits", "use classify"),

  conv_block: digitModel("image |> conv_block(16, stride: 2) |> global_avg_pool"),
  residual: digitModel("image |> residual(16, stride: 2) |> global_avg_pool"),
  separable_conv: digitModel("image |> separable_conv(16, stride: 2) |> global_avg_pool"),
  mobile_block: digitModel("image |> mobile_block(16, stride: 2) |> mobile_block(16) |> global_avg_pool", "overparam 4 "),
  resnet: digitModel("image |> resnet(2, width: 8)"),
  Resnet8: imports("digits", "std/data") + imports("momentum", "std/recipes") + train("Resnet8 on digits", "use momentum(lr: 0.05, passes: 5)"),
  Resnet20: imports("digits", "std/data") + imports("momentum", "std/recipes") + train("Resnet20(projection: false) on digits", "use momentum(lr: 0.05, passes: 5)"),
  Vit: imports("digits", "std/data") + train("Vit(d: 48, depth: 2, drop: 0.1) on digits", ...classes),

  feed_forward: rowsModel("feed_forward(hidden: 64)"),
  encoder_layer: rowsModel("encoder_layer(heads: 4)"),
  encoder: rowsModel("encoder(heads: 4, depth: 2, drop: 0.1)"),
  decoder_layer: playsModel("decoder_layer(heads: 4)", "overparam 4 "),
  decoder: playsModel("decoder(heads: 4, depth: 2)"),
  Gpt: imports("lm", "std/recipes") + plays + train("Gpt(96) on plays", "use lm"),
  TextClassifier: reviews + train("TextClassifier(10_000, 2) on reviews", ...classes),
  t5_encoder_layer: pairsModel("t5_decoder_layer"),
  t5_decoder_layer: pairsModel("t5_encoder_layer"),
  T5: imports("seq2seq", "std/recipes") + pairs + train("T5(512) on pairs", "use seq2seq"),

  digits: imports("ImageMlp", "std/mlp") + imports("classify", "std/recipes") + train("ImageMlp on digits", "use classify"),
  shapes:
    imports("conv_block", "std/vision") +
    model("noisy: f32[64, 64, 1]", "clean: f32[64, 64, 1] = noisy |> conv_block(16) |> conv_block(16) |> conv2d(1, kernel: 3)") +
    train("Example on shapes", "loss      mse(clean, target)", "optimizer adamw(lr: warmup_cosine(1e-3))", "batch     16", "epochs    3"),
  spirals: imports("mlp", "std/mlp") + model("point: f32[2]", "kind: f32[2] = point |> mlp(64) |> dense(2)") + train("Example on spirals", ...classes),

  classify: imports("digits", "std/data") + imports("ImageMlp", "std/mlp") + train("ImageMlp on digits", "use classify(lr: 1e-3)"),
  momentum: imports("digits", "std/data") + imports("Resnet8", "std/vision") + train("Resnet8 on digits", "use momentum(lr: 0.05, passes: 5)"),
  lm: imports("Gpt", "std/transformer") + plays + train("Gpt(96, depth: 2) on plays", "use lm(length: 500)"),
  seq2seq: imports("T5", "std/transformer") + pairs + train("T5(512) on pairs", "use seq2seq(passes: 3)"),
};

function imports(name: string, from: string): string {
  return `import { ${name} } from ${JSON.stringify(from)}\n`;
}

function model(input: string, output: string, before: readonly string[] = [], annotation = ""): string {
  return `\nmodel Example ${annotation}{\n  input  ${input}\n${before.map((line) => `  ${line}\n`).join("")}  output ${output}\n}\n`;
}

function train(head: string, ...clauses: readonly string[]): string {
  const [first = ""] = clauses;
  return `\ntrain example: ${head} ${clauses.length === 1 ? `{ ${first} }` : `{\n${clauses.map((clause) => `  ${clause}\n`).join("")}}`}\n`;
}

/** Digits, told by the features that `features` makes of their images. */
function digitModel(features: string, annotation = ""): string {
  return imports("digits", "std/data") + model("image: f32[28, 28, 1]", `kind: f32[10] = x |> dense(10)`, [`x = ${features}`], annotation) + train("Example on digits", ...classes);
}

/** Digits, each read as a sequence of its 28 rows. */
function rowsModel(layer: string): string {
  return (
    imports("digits", "std/data") +
    model("image: f32[28, 28, 1]", "kind: f32[10] = x |> mean(axis: 0) |> dense(10)", [
      "x = image |> reshape([28, 28]) |> dense(32) |> learned_positions(28)",
      `x = x |> ${layer}`,
    ]) +
    train("Example on digits", ...classes)
  );
}

/** A language model of characters. */
function playsModel(layer: string, annotation = ""): string {
  return (
    plays +
    model("tokens: i32[64] below 96", "next: f32[64, 96] = x |> dense(96)", [
      "x = tokens |> embedding(96, 32) |> learned_positions(64)",
      `x = x |> ${layer}`,
    ], annotation) +
    train("Example on plays", ...language)
  );
}

/** Sequences out of sequences; `other` is the layer that is not imported yet. */
function pairsModel(other: string): string {
  return (
    imports(other, "std/transformer") +
    pairs +
    model("source: i32[64] below 512, shifted: i32[32] below 512", "next: f32[32, 512] = y |> dense(512)", [
      "x = source |> embedding(512, 32) |> t5_encoder_layer(relative_bias(4, length: 64))",
      "distances = relative_bias(4, length: 32, causal: true)",
      "y = shifted |> embedding(512, 32) |> t5_decoder_layer(x, distances)",
    ]) +
    train("Example on pairs", ...language)
  );
}
