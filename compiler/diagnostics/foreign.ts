// What another framework has and sop says in another way, or not at all: the help in the place of "did you mean".

const squash = (name: string): string => name.toLowerCase().replaceAll("_", "");

const sizeOfInput = "Remove it: the size is that of the tensor that comes in.";

const everyWeight = "Remove it: a run trains all weights of its model.";
const noBatch = "Remove it: shapes are those of one example, and the batch is not written.";
const frozen = (of: string): string => `Write \`frozen\` behind the call: \`|> ${of}(...) frozen\`.`;

/** Options that sop says in another way, or not at all. */
const optionHelp: Readonly<Record<string, (of: string, given: string) => string>> = {
  activation: (of, given) => `Pipe it: \`|> ${of}(...) |> ${/^[a-z_]{1,40}$/.test(given) ? given : "relu"}\`.`,
  infeatures: () => sizeOfInput,
  inchannels: () => sizeOfInput,
  inputshape: () => sizeOfInput,
  inputdim: () => sizeOfInput,
  inputsize: () => sizeOfInput,
  numfeatures: () => sizeOfInput,
  embeddim: () => sizeOfInput,
  keydim: () => "Remove it: a head has the size of the tensor, divided by the heads.",
  params: () => everyWeight,
  parameters: () => everyWeight,
  dropout: (of) => `Write it as a layer behind: \`|> ${of}(...) |> dropout(0.1)\`.`,
  returnsequences: (of) => `Remove it: \`${of}\` gives the state at every step, and \`last\` behind it takes the last one.`,
  returnstate: (of) => `Remove it: \`${of}\` gives the state at every step, and \`last\` behind it takes the last one.`,
  bidirectional: (of) => `Join two of them: \`concat(x |> ${of}(...), x |> ${of}(..., reverse: true))\`.`,
  numlayers: (of) => `Write one behind the other: \`|> ${of}(...) |> ${of}(...)\`.`,
  batchfirst: () => noBatch,
  batchsize: () => noBatch,
  mask: () => "Hide later positions with `causal: true`, and others with a tensor that is added to the scores: `bias: ...`.",
  attnmask: () => "Hide later positions with `causal: true`, and others with a tensor that is added to the scores: `bias: ...`.",
  trainable: (of) => frozen(of),
  requiresgrad: (of) => frozen(of),
  training: () => "Remove it: training and evaluation are told apart by themselves.",
  inplace: () => "Remove it: values are never changed in place.",
  affine: () => "Remove it: norms always have their scale.",
  elementwiseaffine: () => "Remove it: norms always have their scale.",
  normalizedshape: () => sizeOfInput,
  outputpadding: () => "Remove it: with `padding: same` the result is `stride` times as large.",
  paddingmode: () => "Remove it: a border is of zeros; another is made by `pad` with `padding: valid`.",
  kernelregularizer: () => "Write the number alone: `l2: 1e-4`, or `regularize l2 1e-4` for the whole run.",
  weightdecay: (of) => (of === "adam" ? "Use `adamw`, which has `weight_decay`." : "Write `regularize l2 1e-4` for the whole run, or use `adamw`."),
  fromlogits: () => "Remove it: cross-entropies always take logits.",
  reduction: () => "Remove it: losses are means over rows and positions.",
  header: () => "Remove it: the first line of a `csv` is its header.",
  memory: () => "Give it by position, before the options: `x |> cross_attention(memory, 4)`.",
  name: (of) => `Name the layer in front: \`layer name = ${of}(...)\`.`,
};

/** The help for an option that another framework has and sop says in another way, or null. `given` is its value as it is written. */
export function foreignOption(option: string, of: string, given: string): string | null {
  const key = squash(option);
  return Object.hasOwn(optionHelp, key) ? (optionHelp[key]?.(of, given) ?? null) : null;
}

const rateHelp = "Give the rate, or its schedule, to the optimizer: `optimizer adam(lr: warmup_cosine(1e-3))`.";

const clauseHelp: Readonly<Record<string, string>> = {
  lr: rateHelp, learningrate: rateHelp, lrscheduler: rateHelp, lrschedule: rateHelp, scheduler: rateHelp, schedule: rateHelp, momentum: "Give it to the optimizer: `optimizer sgd(lr: 0.1, momentum: 0.9)`.", shuffle: "Remove it: the rows of each epoch have an order of their own.", weightdecay: "Give it to the optimizer: `optimizer adamw(lr: 1e-3, weight_decay: 0.01)`, or write `regularize l2 1e-4`.", device: "Choose it when the run starts: `sop train file.sop --device webgpu`.", verbose: "Remove it: `sop train` tells how far it is.", dropout: "Write it as a layer of the model: `|> dropout(0.1)`.", model: "Name the model in the head: `train name: Model on data { ... }`.", data: "Name the data in the head: `train name: Model on data { ... }`.",
};

/** The help for a clause that another framework would have and sop says in another way, or null. */
export function foreignClause(word: string): string | null {
  const key = squash(word);
  return Object.hasOwn(clauseHelp, key) ? (clauseHelp[key] ?? null) : null;
}

const layerHelp: Readonly<Record<string, string>> = {
  sequential: "Pipe one layer after the other: `x |> dense(8) |> relu |> dense(2)`.",
  modulelist: "Pipe one layer after the other, or write `repeat 3 { x = x |> dense(8) }`.",
  bidirectional: "Join two of them: `concat(x |> lstm(32), x |> lstm(32, reverse: true))`.",
  timedistributed: "Apply the layer itself: `dense` and norms work at each position.",
  simplernn: "Use `gru` or `lstm`.",
  rnn: "Use `gru` or `lstm`.",
  activation: "Pipe the activation itself: `x |> relu`.",
  lambda: "Write the expression itself, as `2 * x`, or declare a `block`.",
  input: "Declare it: `input x: f32[28, 28, 1]`.",
  inputlayer: "Declare it: `input x: f32[28, 28, 1]`.",
  add: "Write it as an operator: `a + b`.",
  subtract: "Write it as an operator: `a - b`.",
  multiply: "Write it as an operator: `a * b`.",
  mul: "Write it as an operator: `a * b`.",
  div: "Write it as an operator: `a / b`.",
  pow: "Write it as an operator: `x ** 2`.",
  square: "Write it as an operator: `x ** 2`.",
  sum: "Use `mean`, times the number of elements.",
  reducesum: "Use `mean`, times the number of elements.",
  reducemean: "Use `mean(axis: 0)`.",
  conv3d: "Use `conv2d`: there are no convolutions over three axes.",
  globalmaxpooling2d: "Write a `max_pool` of the whole size, and `flatten`.",
  logsoftmax: "Remove it: `cross_entropy` takes logits.",
  identity: "Remove it: a value can be used as it is.",
  freeze: "Write `frozen` behind the call: `x |> Backbone frozen`.",
  detach: "Write `frozen` behind the calls whose weights are to stay.",
  stopgradient: "Write `frozen` behind the calls whose weights are to stay.",
  len: "Write the number, or name the sizes in the signature of a block: `x: f32[n, d]`.",
  shape: "Write the number, or name the sizes in the signature of a block: `x: f32[n, d]`.",
  range: "Write the number alone: `repeat 3 { ... }`.",
  precision: "Use `f1`, the harmonic mean of precision and recall.",
  auc: "Use `f1` or `accuracy`.",
  rmse: "Use `mse`, whose root it is.",
  relu6: "Use `relu`.",
};

/** The help for a layer or function that another framework has and sop says in another way, or null. */
export function foreignLayer(name: string): string | null {
  const key = squash(name);
  return Object.hasOwn(layerHelp, key) ? (layerHelp[key] ?? null) : null;
}
