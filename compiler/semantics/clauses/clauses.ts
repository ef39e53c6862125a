// All clauses of data, train and recipe: one table, which completion, hover and the reference read too. `fields` and `assert`
// have a form of their own in the grammar and stand here for their place.

export type ClausePlace = "data" | "train" | "recipe";

export interface ClauseSpec {
  readonly where: readonly ClausePlace[];
  /** How it is written. */
  readonly form: string;
  readonly doc: string;
  /** Clauses with the same slot exclude each other; the word itself unless given. */
  readonly slot?: string;
  /** May it stand several times in one block? */
  readonly repeats?: boolean;
}

const training: readonly ClausePlace[] = ["train", "recipe"];

export const clauseSpecs: Readonly<Record<string, ClauseSpec>> = {
  // data
  fields: { where: ["data"], form: "fields name: type, ...", doc: "What each row holds: names with types, each `from` a column of another name if need be (`from \"hours-per-week\"`, `from columns(\"p0\", \"p63\")`, `from columns(1, 13)`)." },
  scale: { where: ["data"], form: "scale field by number", doc: "Multiplies fields of f32 by a number.", repeats: true },
  standardize: { where: ["data"], form: "standardize field, ...", doc: "(x - mean) / std by the statistics of the training split: of each element of a vector, of each channel of what has more axes. Stored with the run, so that `predict` uses the same.", repeats: true },
  split: { where: ["data"], form: "split train 80%, valid 10%, test 10%", doc: "Shares of the rows, at most 100% together. Unless given: 80%, 10%, 10%. The rows are shuffled in an order of the data's own, the same for all runs and seeds, so that a test row is never a training row of another run; with `order: file` the first rows train. Of `images`, folders may be the splits: `split train folder \"train\", test folder \"test\"`." },
  take: { where: ["data"], form: "take 1000", doc: "At most so many rows, from the start of the source, before they are split. Of folders that are splits each gives its part." },
  augment: { where: ["data"], form: "augment field flip horizontal, crop 32 pad 4", doc: "Random changes to images of the training rows, in the order in which they stand, drawn anew in each epoch.", repeats: true },
  // train, recipe
  use: { where: training, form: "use recipe", doc: "Brings the clauses of a recipe, as `use quick` or with options, `use quick(lr: 1e-3)`; what is written beside it wins.", repeats: true },
  loss: { where: training, form: "loss cross_entropy(output, field)", doc: "What is minimized: the sum of its items, each logged. Items are losses of an output and a field, and arithmetic of them: `kind: cross_entropy(kind, row.kind), 0.3 * mse(price, cost)`; a field with the name of an output is `row.name`." },
  metrics: { where: training, form: "metrics accuracy(output, field)", doc: "What is measured, beside the loss, when a split is evaluated: metrics and losses, with names of their own if need be (`top: top_k(digit, label, k: 3)`). Always of the folded model." },
  optimizer: { where: training, form: "optimizer adam(lr: 1e-3)", doc: "The rule by which weights move; its options are those of a call." },
  batch: { where: training, form: "batch 128", doc: "Rows that are computed at a time: those of one step, unless `accumulate` takes several such batches together. Each epoch has an order of its own, by the seed; its last step takes the rows that are left." },
  accumulate: { where: training, form: "accumulate 4", doc: "Batches for one step, 1 unless given: `batch 32` with `accumulate 4` takes a step for each 128 rows, with the memory of 32. A step is one step of the optimizer: `steps`, schedules, `checkpoint`, `evaluate` and `stop` count these, and an epoch has as many as its rows fill. The gradient is that of the mean loss over all rows of the step, as one big batch would have it, and is clipped as a whole. A kernel set is mixed by one draw for all batches of a step; dropout differs from batch to batch; `contrastive` compares the rows of each batch; `batch_norm` normalizes by each batch, and its stored statistics move once for each step, towards the mean of those of its batches." },
  epochs: { where: training, form: "epochs 5", doc: "Length of the run in passes over the training split.", slot: "length" },
  steps: { where: training, form: "steps 2000", doc: "Length of the run in steps of the optimizer.", slot: "length" },
  clip: { where: training, form: "clip norm 1.0", doc: "Bounds the norm of the whole gradient (`clip norm 1.0`: it is scaled down to it) or each of its elements (`clip value 0.5`). A kernel set counts once, with the gradient of the mixed kernel." },
  checkpoint: { where: training, form: "checkpoint every 200 steps, keep 3", doc: "How often a checkpoint is written (unless given: at each evaluation) and how many stay (unless given: 3). `best valid.accuracy` also keeps the best evaluated one and makes it the result of the run, in the place of the last step." },
  stop: { where: training, form: "stop when valid.accuracy stalls 3 epochs", doc: "Ends the run when the loss or a metric of the validation split has not improved for that long, as the evaluations see it. `valid.loss` always exists." },
  evaluate: { where: training, form: "evaluate every 200 steps", doc: "How often the validation split is evaluated, in steps or epochs; after each epoch unless given, and always at the end." },
  regularize: { where: training, form: "regularize l2 1e-4", doc: "Adds number * W (`l2`) or number * sign(W) (`l1`) to the gradient of each kernel and embedding table, as number / 2 times the squared weights or number times the absolute ones would in the loss; the losses that are logged are without it. Both: `regularize l1 1e-5, l2 1e-4`. A layer's own `l2:` takes the place of the run's. Unlike `weight_decay` of `adamw` it goes through the optimizer's moments." },
  ema: { where: training, form: "ema 0.999", doc: "Ships a moving average of the weights in their place: evaluation, the best checkpoint, the run's result and exports use it, training goes on with the weights themselves. After the n-th step average = d average + (1 - d) weights, d the smaller of the number and (1 + n) / (10 + n), as TensorFlow's `ExponentialMovingAverage` with a count of updates has it; it starts from the initial weights, which so leave no trace, also in short runs. Of a kernel set the mean is averaged; the statistics of `batch_norm` are estimated anew for the average, over fixed batches of the training split." },
  feed: { where: training, form: "feed input: field", doc: "Gives inputs fields of other names; without it an input reads the field of its own name." },
  seed: { where: training, form: "seed 7", doc: "Of all random numbers of the run (initial values, order of rows, dropout, mixing weights), from 0 to 4294967295; 0 unless given." },
  weigh: { where: training, form: "weigh classes balanced", doc: "Weights of rows in the training loss. `weigh classes balanced`: each label counts n / (classes * count of its class), over the training split, the mean of which is 1. `weigh classes [1, 2, 5]`: by the number of its class, in their order. `weigh by importance`: each row by the number that the field has for it, as it stands. `weigh classes balanced, by importance`: the product of both." },
  select: { where: training, form: "select sensitivity(fraction: 30%)", doc: "Trains on some of the training rows, chosen before the first step by `sensitivity` or one of the methods to compare it with: `uniform`, `k_center`, `margin`, `entropy`, `loss`, `distance`, `leverage`. `epochs` and all lengths in epochs then count passes over these." },
  // everywhere
  assert: { where: ["data", "train", "recipe"], form: 'assert condition, "message"', doc: "Must hold when the program is checked; the message is shown if it does not. In runs, recipes and models it can bound what the model costs: `shipped.weights`, `shipped.bytes`, `shipped.flops`, `trained.weights` and `trained.memory`, as in `assert trained.memory <= 2GB`. `shipped.flops` are floating-point operations for one example outside training: a multiply-add is two, and moving or looking up numbers is none.", repeats: true },
};
