// Small programs without a mistake that between them use all that this version of the language can do: the seeds of property tests.

const half = "block half(x: f32[d]) -> f32[d] {\n  return 0.5 * x\n}\n";

const mlp = `let width = 8
${half}
data rows = csv("rows.csv", missing: "?") {
  fields features: f32[4] from columns("a", "d"), weight: f32, label: class["no", "yes"]
  standardize features
  scale weight by 1/10
  split train 80%, valid 10%, test 10%
}

/// Two layers.
model Net(hidden: int = width, rate: float = 0.1, act: layer = relu, norm: none | batch = none) overparam(4, mix: uniform, per: output) {
  input features: f32[4], weight: f32
  h = concat(features, weight) |> dense(hidden) |> act
  if norm == batch { h = h |> batch_norm(momentum: 0.9) }
  repeat 2 as turn { h = h + (h |> dense(hidden, init: glorot_uniform) |> tanh |> half) * (turn + 1) }
  output answer: f32[2] = h |> dropout(rate) |> dense(2) overparam 1
}

recipe quick(lr: float = 1e-3) {
  optimizer adamw(lr: lr, weight_decay: 0.01)
  batch 16
  steps 100
}

train plain: Net on rows {
  use quick
  loss cross_entropy(answer, label, smoothing: 0.1)
  metrics accuracy(answer, label), top: top_k(answer, label, k: 2)
}

train normed: Net(norm: batch, hidden: 2 * width, act: gelu) on rows {
  use quick(lr: 3e-3)
  loss cross_entropy(answer, label)
  clip norm 1.0
  stop when valid.loss stalls 3 epochs
  checkpoint every 50 steps, keep 2, best valid.loss
  accumulate 4
  ema 0.999
  seed 3
}
`;

const cnn = `${half}
data digits = synthetic("digits", rows: 500, seed: 1) {
  fields image: f32[28, 28, 1], label: class[10]
  scale image by 1/255
}
data few = digits {
  take 100
  split train 50%, valid 50%
}

block stem(x: f32[h, w, c], width: int) -> f32[h, w, width] {
  return x |> conv2d(width, kernel: 3, bias: false) |> batch_norm |> relu
}

model Cnn(width: int = 4) {
  input image: f32[28, 28, 1]
  features = image |> stem(width) overparam(2, mix: dirichlet(2), init: centred(0.2), anneal: 10%)
  features = features |> max_pool(2) |> stem(2 * width) |> avg_pool(2, padding: same)
  pooled = features |> global_avg_pool
  flat = features |> reshape([7 * 7 * 2 * width]) |> dense(16) |> leaky_relu(slope: 0.2)
  output digit: f32[10] = concat(pooled, flat) |> dense(10)
}

model Wide = Cnn(width: 6)

train small: Cnn on few {
  loss cross_entropy(digit, label)
  metrics accuracy(digit, label), f1(digit, label, average: macro)
  optimizer sgd(lr: one_cycle(peak: 0.1), momentum: 0.9, nesterov: true)
  batch 20
  epochs 2
  regularize l2 1e-4
  evaluate every 1 epochs
}
train wide: Wide on digits {
  loss 0.5 * cross_entropy(digit, label)
  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 10%), betas: [0.9, 0.99])
  batch 50
  steps 20
}
`;

const several = `${half}
data mixed = csv("mixed.csv", separator: ";") {
  fields word: i32 below 10 from "word id", size: f32, flag: bool, target: f32, kind: class[3]
  split train 70%, valid 30%, order: file
}

block pair(x: f32[d], y: f32[d], scale: float = 1) -> f32[d], f32[2 * d] {
  assert d > 1, "needs two"
  return x + y * scale, concat(x, y)
}

model Two(d: int = 4) {
  input word: i32 below 10, size: f32, on_sale: bool
  layer table = embedding(10, d) overparam(3, embeddings: true)
  a = word |> table
  b = a |> dense(d) |> sigmoid |> half
  sum, both = pair(a, b, scale: 0.5)
  rest = concat(size, cast(on_sale, f32)) ** 2 - 1
  joined = concat(sum |> softmax, both, rest, word |> one_hot(10))
  output number: f32 = joined |> dense(1) |> mean(axis: 0)
  output kind: f32[3] = joined |> dense(if d > 3 then 3 else 2 + 1)
}

train both: Two on mixed {
  feed on_sale: flag
  loss value: huber(number, target, delta: 2) + 0.1 * mae(number, target), class: cross_entropy(kind, row.kind)
  metrics mse(number, target), r2(number, target), accuracy(kind, row.kind)
  optimizer rk(lr: step(peak: 1e-2, at: [50%, 75%], factor: 0.3), order: 3, batches: split, momentum: 0.5, precondition: true)
  batch 8
  epochs 1
  stop when valid.accuracy stalls 1 epochs
}
`;

/** The programs; each is checked without a message. */
export const small: readonly string[] = [mlp, cnn, several];
