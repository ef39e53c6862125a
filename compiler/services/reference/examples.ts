// Examples of the reference: the line that shows a word, and a whole program in canonical form that it stands in. Tests check that each
// program is free of diagnostics and holds its line.

import type { LayerKind } from "../../semantics/layers/layers.js";
import type { FunctionSpec } from "../../semantics/options.js";
import type { ReferenceExample } from "./page.js";

// --- Functions of tensors ---

const image = "image: f32[28, 28, 1]";
const vector = "x: f32[16]";
const sequence = "x: f32[20, 32]";

const model = (input: string, line: string): ReferenceExample => ({ line, program: `model Example {\n  input  ${input}\n  output y = ${line}\n}\n` });

const homes = `data homes = csv("homes.csv") {
  fields      features: f32[13] from columns(1, 13), price: f32
  standardize features
}

model Price {
  input  features: f32[13]
  output guess: f32[1] = features |> dense(64) |> relu |> dense(1)
}
`;
const visitors = `data visitors = csv("visitors.csv") {
  fields features: f32[8] from columns(1, 8), bought: f32
}

model Buyer {
  input  features: f32[8]
  output logit: f32[1] = features |> dense(32) |> relu |> dense(1)
}
`;
const surveys = `data surveys = csv("surveys.csv") {
  fields features: f32[20] from columns(1, 20), shares: f32[3] from columns("left", "right")
}

model Poll {
  input  features: f32[20]
  output vote: f32[3] = features |> dense(3)
}
`;
const scenes = `data scenes = csv("scenes.csv") {
  fields pixels: f32[64] from columns(1, 64)
}

model Compress(latent: int = 4) {
  input  pixels: f32[64]
  h = pixels |> dense(32) |> relu
  output mean = h |> dense(latent)
  output log_variance = h |> dense(latent)
  z = mean + exp(0.5 * log_variance) * noise(mean)
  output drawn: f32[64] = z |> dense(32) |> relu |> dense(64)
}
`;
const pairs = `data pairs = csv("pairs.csv") {
  fields query: f32[20] from columns(1, 20), answer: f32[30] from columns(21, 50)
}

model Match(d: int = 16) {
  input  query: f32[20], answer: f32[30]
  output query_vector: f32[d] = query |> dense(d) |> l2_normalize
  output answer_vector: f32[d] = answer |> dense(d) |> l2_normalize
}
`;

/** A run with one clause of its own, on data and a model that stand before it. */
const run = (declarations: string, head: string, line: string, more: string): ReferenceExample => ({ line, program: `${declarations}\ntrain example: ${head} {\n${line.replace(/^/, "  ")}\n${more}}\n` });

const digitsHead = `import { digits } from "std/data"\nimport { ImageMlp } from "std/mlp"\nimport { classify } from "std/recipes"\n`;
const digitsRun = (line: string): ReferenceExample => {
  const [word = ""] = line.split(" ");
  const width = Math.max(3, word.length);
  const aligned = `${word.padEnd(width)}${line.slice(word.length)}`;
  return { line: aligned, program: `${digitsHead}\ntrain example: ImageMlp on digits {\n  ${"use".padEnd(width)} classify\n  ${aligned}\n}\n` };
};
const numbersRun = (loss: string): ReferenceExample => run(homes, "Price on homes", `loss      ${loss}`, "  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n");
const metricRun = (metric: string): ReferenceExample => digitsRun(`metrics ${metric}`);

const layerExamples: { readonly [K in LayerKind]: ReferenceExample | null } = {
  dense: model(image, "image |> flatten |> dense(10)"),
  conv1d: model(sequence, "x |> conv1d(16, kernel: 5, stride: 2)"),
  conv2d: model(image, "image |> conv2d(16, kernel: 3, stride: 2)"),
  depthwise_conv2d: model("image: f32[28, 28, 3]", "image |> depthwise_conv2d(3, multiplier: 4) |> conv2d(16, kernel: 1)"),
  conv2d_transpose: model("small: f32[14, 14, 8]", "small |> conv2d_transpose(4, kernel: 2, stride: 2)"),
  pad: model("image: f32[28, 28, 3]", "image |> pad([2, 2]) |> conv2d(16, kernel: 5, padding: valid)"),
  resize: model("small: f32[14, 14, 8]", "small |> resize(scale: 2, method: bilinear)"),
  embedding: model("words: i32[50] below 1000", "words |> embedding(1000, 32)"),
  unembed: null,
  self_attention: model(sequence, "x |> self_attention(4, causal: true)"),
  cross_attention: model("x: f32[8, 32], memory: f32[20, 48]", "x |> cross_attention(memory, 4)"),
  rotary: model(sequence, "x |> rotary(heads: 4)"),
  learned_positions: model("words: i32[50] below 1000", "words |> embedding(1000, 32) |> learned_positions(50)"),
  relative_bias: model(sequence, "x |> self_attention(4, bias: relative_bias(4, length: 20))"),
  batch_norm: model(image, "image |> conv2d(16, kernel: 3, bias: false) |> batch_norm |> relu"),
  dropout: model(vector, "x |> dense(64) |> relu |> dropout(0.2) |> dense(10)"),
  lstm: model("words: i32[50] below 1000", "words |> embedding(1000, 32) |> lstm(64)"),
  gru: model("days: f32[30, 5], region: f32[8]", "days |> gru(16, initial: region |> dense(16))"),
  layer_norm: model(sequence, "x + (x |> layer_norm |> dense(32))"),
  rms_norm: model(sequence, "x |> rms_norm |> dense(64)"),
  group_norm: model(image, "image |> conv2d(32, kernel: 3) |> group_norm(group_size: 8) |> relu"),
  l2_normalize: model(vector, "x |> dense(32) |> l2_normalize"),
  matmul: model("q: f32[8, 16], k: f32[20, 16]", "matmul(q, k |> transpose) / 4 |> softmax"),
  learned: model(sequence, "concat(learned([1, 32]), x, axis: 0)"),
  noise: model(vector, "x + 0.1 * noise(x)"),
  max_pool: model(image, "image |> max_pool(2)"),
  avg_pool: model(image, "image |> avg_pool(3, stride: 2, padding: same)"),
  global_avg_pool: model(image, "image |> conv2d(16, kernel: 3) |> global_avg_pool"),
  flatten: model(image, "image |> flatten"),
  reshape: model("pixels: f32[784]", "pixels |> reshape([28, 28, 1])"),
  concat: model("a: f32[4], b: f32[3]", "concat(a, b)"),
  one_hot: model("kind: class[5]", "kind |> one_hot(5)"),
  cast: model("count: i32[3]", "count |> cast(f32)"),
  mean: model("x: f32[50, 8]", "x |> mean(axis: 0)"),
  transpose: model(image, "image |> transpose(axes: [2, 0, 1])"),
  slice: model(vector, "x |> slice(4, 8)"),
  first: model(sequence, "x |> first"),
  last: model("words: i32[50] below 1000", "words |> embedding(1000, 32) |> lstm(64) |> last"),
  relu: model(vector, "x |> relu"),
  leaky_relu: model(vector, "x |> leaky_relu(slope: 0.2)"),
  elu: model(vector, "x |> elu"),
  gelu: model(vector, "x |> gelu"),
  silu: model(vector, "x |> silu"),
  sigmoid: model(vector, "x |> sigmoid"),
  tanh: model(vector, "x |> tanh"),
  softplus: model(vector, "x |> softplus"),
  softmax: model(vector, "x |> softmax"),
  exp: model(vector, "x |> exp"),
  log: model(vector, "x |> softplus |> log"),
  sqrt: model(vector, "x |> softplus |> sqrt"),
  constant: null,
  add: model(vector, "x + (x |> dense(16))"),
  sub: model(vector, "x - (x |> mean)"),
  mul: model(vector, "x * (x |> dense(16) |> sigmoid)"),
  div: model(vector, "x / 255"),
  pow: model(vector, "x ** 2"),
  neg: null,
  cross_entropy: digitsRun("loss cross_entropy(digit, label, smoothing: 0.1)"),
  binary_cross_entropy: run(visitors, "Buyer on visitors", "loss      binary_cross_entropy(logit, bought)", "  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
  mse: numbersRun("mse(guess, price)"),
  mae: numbersRun("mae(guess, price)"),
  huber: numbersRun("huber(guess, price, delta: 0.5)"),
  kl: run(surveys, "Poll on surveys", "loss      kl(vote, shares)", "  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
  kl_normal: run(scenes, "Compress on scenes", "loss      mse(drawn, pixels) * 64 + kl_normal(mean, log_variance)", "  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
  contrastive: run(pairs, "Match on pairs", "loss      contrastive(query_vector, answer_vector, temperature: 0.05)", "  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
  accuracy: metricRun("accuracy(digit, label)"),
  top_k: metricRun("accuracy(digit, label), top_3: top_k(digit, label, k: 3)"),
  f1: metricRun("f1(digit, label, average: micro)"),
  r2: run(homes, "Price on homes", "metrics   r2(guess, price)", "  loss      mse(guess, price)\n  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
  perplexity: metricRun("perplexity(digit, label)"),
  recall: run(pairs, "Match on pairs", "metrics   recall(query_vector, answer_vector, k: 10)", "  loss      contrastive(query_vector, answer_vector)\n  optimizer adam(lr: 1e-3)\n  batch     64\n  epochs    20\n"),
};

export function layerExample(kind: LayerKind): ReferenceExample | null {
  return layerExamples[kind];
}

// --- What options name ---

const schedules: Readonly<Record<string, string>> = {
  constant: "constant(1e-3)",
  cosine: "cosine(2e-3)",
  warmup_cosine: "warmup_cosine(2e-3, warmup: 200 steps)",
  linear: "linear(2e-3, warmup: 10%)",
  step: "step(0.1, at: [50%, 75%])",
  exponential: "exponential(2e-3, factor: 0.5, interval: 2 epochs)",
  inverse_sqrt: "inverse_sqrt(2e-3, warmup: 10%)",
  one_cycle: "one_cycle(0.1, warmup: 30%)",
};

export function scheduleExample(word: string): ReferenceExample | null {
  const schedule = schedules[word];
  return schedule === undefined ? null : narrowed(digitsRun(`optimizer sgd(lr: ${schedule}, momentum: 0.9)`), `lr: ${schedule}`);
}

const optimizers: Readonly<Record<string, string>> = {
  sgd: "sgd(lr: 0.1, momentum: 0.9, nesterov: true)",
  adam: "adam(lr: 1e-3)",
  adamw: "adamw(lr: warmup_cosine(2e-3), weight_decay: 0.05)",
  adagrad: "adagrad(lr: 0.01)",
  rmsprop: "rmsprop(lr: 1e-3, momentum: 0.9)",
  lion: "lion(lr: warmup_cosine(2e-4), weight_decay: 0.1)",
  rk: "rk(lr: cosine(0.1), order: 4, momentum: 0.9)",
};

export function optimizerExample(word: string): ReferenceExample | null {
  const optimizer = optimizers[word];
  return optimizer === undefined ? null : digitsRun(`optimizer ${optimizer}`);
}

const selected: Readonly<Record<string, string>> = {
  sensitivity: "sensitivity(fraction: 30%, clusters: 100, after: 1 epochs)",
  uniform: "uniform(fraction: 30%)",
  k_center: "k_center(fraction: 5%, embedding: digit)",
  margin: "margin(fraction: 30%, after: 1 epochs)",
  entropy: "entropy(fraction: 30%, after: 1 epochs)",
  loss: "loss(fraction: 30%, after: 1 epochs)",
  distance: "distance(fraction: 30%, power: 1)",
  leverage: "leverage(fraction: 30%)",
};

export function selectionExample(word: string): ReferenceExample | null {
  const method = selected[word];
  return method === undefined ? null : digitsRun(`select ${method}`);
}

const values: Readonly<Record<string, string>> = { std: "0.02", limit: "0.05", alpha: "0.5", spread: "0.2" };
const withValues = (word: string, { options }: FunctionSpec): string => (options.length === 0 ? word : `${word}(${options.map(({ name }) => values[name] ?? "1").join(", ")})`);

export function initializerExample(word: string, spec: FunctionSpec): ReferenceExample {
  const call = `dense(64, init: ${withValues(word, spec)})`;
  return narrowed(model(vector, `x |> ${call}`), call);
}

export const frozenExample: ReferenceExample = {
  line: "features = image |> Features frozen",
  program: `model Features {
  input  image: f32[28, 28, 1]
  output features = image |> conv2d(8, kernel: 3) |> batch_norm |> relu |> global_avg_pool
}

model Digits {
  input  image: f32[28, 28, 1]
  features = image |> Features frozen
  output digit: f32[10] = features |> dense(10)
}
`,
};

export const overparamExample: ReferenceExample = {
  line: "overparam k",
  program: `import { digits } from "std/data"
import { classify } from "std/recipes"

/// Four kernels in each hidden layer, one in the last: the innermost annotation wins.
model Digits(k: int = 4) overparam k {
  input  image: f32[28, 28, 1]
  x = image |> flatten |> dense(128) |> relu |> dense(128) |> relu
  output digit: f32[10] = x |> dense(10) overparam 1
}

train plain: Digits(k: 1) on digits { use classify }
train four: Digits on digits { use classify }
`,
};

export function overparamValueExample(option: string, word: string, spec: FunctionSpec): ReferenceExample {
  const call = `dense(64) overparam(4, ${option}: ${withValues(word, spec)})`;
  return narrowed(model(vector, `x |> ${call}`), call);
}

const sources: Readonly<Record<string, ReferenceExample>> = {
  idx: {
    line: 'idx("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")',
    program: `data digits = idx("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz") {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
}
`,
  },
  csv: {
    line: 'csv("adult.csv", missing: "?")',
    program: `data adult = csv("adult.csv", missing: "?") {
  fields hours: f32 from "hours-per-week",
         ages: f32[3] from columns("age", "retired"),
         income: class["<=50K", ">50K"]
  scale  hours by 1/100
}
`,
  },
  npy: {
    line: 'npy("images.npy", "labels.npy")',
    program: `data scans = npy("images.npy", "labels.npy") {
  fields image: f32[32, 32, 3], label: class[10]
  scale  image by 1/255
}
`,
  },
  npz: {
    line: 'npz("scans.npz")',
    program: `data scans = npz("scans.npz") {
  fields image: f32[32, 32, 3] from "x_train", label: class[10] from "y_train"
  scale  image by 1/255
}
`,
  },
  jsonl: {
    line: 'jsonl("pairs.jsonl")',
    program: `data pairs = jsonl("pairs.jsonl") {
  fields source: i32[16] below 500 from "tokens",
         target: i32[16] below 500,
         shifted: i32[16] below 500 from shift("target")
}
`,
  },
  parquet: {
    line: 'parquet("clicks.parquet", missing: drop)',
    program: `data clicks = parquet("clicks.parquet", missing: drop) {
  fields seconds: f32 from "dwell_time",
         page: f32[16] from "page_embedding",
         kind: class["ad", "link"]
}
`,
  },
  images: {
    line: 'images("cifar/")',
    program: `data cifar = images("cifar/") {
  fields image: f32[32, 32, 3], label: class[10]
  scale  image by 1/255
  split  train folder "train", test folder "test"
}
`,
  },
  text: {
    line: 'text("plays.txt", unit: characters)',
    program: `data plays = text("plays.txt", unit: characters) {
  fields tokens: i32[64] below 96, target: i32[64] below 96 from next
  split  train 90%, valid 10%, order: file
}
`,
  },
  synthetic: {
    line: 'synthetic("digits", rows: 2000, seed: 1)',
    program: `data digits = synthetic("digits", rows: 2000, seed: 1) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
}
`,
  },
};

const generated: Readonly<Record<string, ReferenceExample>> = {
  shapes: {
    line: 'synthetic("shapes", rows: 400, seed: 3)',
    program: 'data scenes = synthetic("shapes", rows: 400, seed: 3) {\n  fields noisy: f32[64, 64, 1], target: f32[64, 64, 1]\n}\n',
  },
  spirals: {
    line: 'synthetic("spirals", rows: 1000)',
    program: 'data arms = synthetic("spirals", rows: 1000) {\n  fields point: f32[2], label: class[2]\n}\n',
  },
};

export function generatorExample(word: string): ReferenceExample | null {
  return generated[word] ?? dataExample("synthetic");
}

export function dataExample(word: string): ReferenceExample | null {
  return sources[word] ?? null;
}

const numbers: Readonly<Record<string, string>> = { log: "log(2)", exp: "exp(-1)", min: "min(28, 3 * 8)", max: "max(1, 28/32)", abs: "abs(-3)", sqrt: "sqrt(64)", log2: "log2(64)" };

export function numberExample(word: string): ReferenceExample {
  const call = numbers[word] ?? `${word}(28/3)`;
  return { line: call, program: `let n = ${call}\n` };
}

// --- Clauses ---

const trainClauses: Readonly<Record<string, string>> = {
  loss: "loss cross_entropy(digit, label)",
  metrics: "metrics accuracy(digit, label), top_3: top_k(digit, label, k: 3)",
  optimizer: "optimizer adamw(lr: cosine(1e-3))",
  batch: "batch 64",
  accumulate: "accumulate 4",
  epochs: "epochs 3",
  steps: "steps 2000",
  clip: "clip value 0.5",
  checkpoint: "checkpoint every 200 steps, keep 3, best valid.accuracy",
  stop: "stop when valid.loss stalls 3 epochs",
  evaluate: "evaluate every 200 steps",
  regularize: "regularize l2 1e-4",
  ema: "ema 0.999",
  weigh: "weigh classes balanced",
  select: "select sensitivity(fraction: 30%, clusters: 64)",
  seed: "seed 7",
};

const dataClause = (line: string): ReferenceExample => ({ line, program: `import { digits } from "std/data"\n\ndata few = digits { ${line} }\n` });

const otherClauses: Readonly<Record<string, ReferenceExample>> = {
  fields: narrowed(dataExampleOf("csv"), 'hours: f32 from "hours-per-week"'),
  scale: narrowed(dataExampleOf("idx"), "image by 1/255"),
  standardize: narrowed({ line: "", program: homes }, "standardize features"),
  augment: dataClause("augment image crop 28 pad 2, noise 0.05"),
  split: dataClause("split train 70%, valid 15%, test 15%, order: file"),
  take: dataClause("take 1000"),
  assert: { line: 'assert width > 0, "a width above 0"', program: `import { digits } from "std/data"\nimport { ImageMlp } from "std/mlp"\nimport { classify } from "std/recipes"\n\nlet width = 64\n\ntrain example: ImageMlp(width: width) on digits {\n  use    classify\n  assert width > 0, "a width above 0"\n}\n` },
  use: { line: "use classify(lr: 1e-3)", program: `${digitsHead}\ntrain example: ImageMlp on digits { use classify(lr: 1e-3) }\n` },
  feed: {
    line: "feed image: pixels",
    program: `import { ImageMlp } from "std/mlp"
import { classify } from "std/recipes"

data scans = idx("pixels.idx", "labels.idx") {
  fields pixels: f32[28, 28, 1], label: class[10]
}

train example: ImageMlp on scans {
  use  classify
  feed image: pixels
}
`,
  },
};

export function clauseExample(word: string): ReferenceExample | null {
  const line = trainClauses[word];
  return otherClauses[word] ?? (line === undefined ? null : digitsRun(line));
}

function dataExampleOf(word: string): ReferenceExample {
  return sources[word] ?? { line: "", program: "" };
}

/** The same program, with another part of it as the line. */
function narrowed({ program }: ReferenceExample, line: string): ReferenceExample {
  return { line, program };
}
