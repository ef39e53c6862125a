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
  /** Known to the language, not to this version. */
  readonly planned?: boolean;
}

const training: readonly ClausePlace[] = ["train", "recipe"];
const planned = (where: readonly ClausePlace[], form: string, doc: string): ClauseSpec => ({ where, form, doc, planned: true });

export const clauseSpecs: Readonly<Record<string, ClauseSpec>> = {
  // data
  fields: { where: ["data"], form: "fields name: type, ...", doc: "What each row holds." },
  scale: { where: ["data"], form: "scale field by number", doc: "Multiplies a field by a number.", repeats: true },
  standardize: { where: ["data"], form: "standardize field, ...", doc: "Takes fields to mean 0 and standard deviation 1, by the training split.", repeats: true },
  split: { where: ["data"], form: "split train 80%, valid 10%, test 10%", doc: "Shares of the rows, shuffled unless `order: file` is added. Unless given: 80%, 10%, 10%." },
  take: { where: ["data"], form: "take 1000", doc: "At most so many rows, from the start." },
  augment: planned(["data"], "augment field ...", "Random changes to training rows."),
  // train, recipe
  use: { where: training, form: "use recipe", doc: "Brings the clauses of a recipe; what is written beside it wins.", repeats: true },
  loss: { where: training, form: "loss cross_entropy(output, field)", doc: "What is minimized: the sum of its items, each logged." },
  metrics: { where: training, form: "metrics accuracy(output, field)", doc: "What is measured on the validation and test splits." },
  optimizer: { where: training, form: "optimizer adam(lr: 1e-3)", doc: "The rule by which weights move." },
  batch: { where: training, form: "batch 128", doc: "Rows of one step." },
  epochs: { where: training, form: "epochs 5", doc: "Length of the run in passes over the training split.", slot: "length" },
  steps: { where: training, form: "steps 2000", doc: "Length of the run in steps.", slot: "length" },
  clip: { where: training, form: "clip norm 1.0", doc: "Bounds the norm of the whole gradient (`norm`) or each of its elements (`value`)." },
  checkpoint: { where: training, form: "checkpoint every 200 steps, keep 3", doc: "How often a checkpoint is written and how many stay; `best valid.accuracy` makes the best one the result." },
  stop: { where: training, form: "stop when valid.accuracy stalls 3 epochs", doc: "Ends the run when a metric has not improved for that long." },
  evaluate: { where: training, form: "evaluate every 200 steps", doc: "How often the validation split is evaluated; after each epoch unless given." },
  regularize: { where: training, form: "regularize l2 1e-4", doc: "Adds the squared kernels, times the number / 2, to the loss." },
  feed: { where: training, form: "feed input: field", doc: "Gives an input a field of another name." },
  seed: { where: training, form: "seed 7", doc: "Of all random numbers of the run; 0 unless given." },
  accumulate: planned(training, "accumulate 4", "Adds up the gradients of several batches."),
  ema: planned(training, "ema 0.999", "Keeps a moving average of the weights."),
  weigh: planned(training, "weigh classes balanced", "Weights of rows in the loss."),
  select: planned(training, "select sensitivity(...)", "Trains on a weighted sample of the rows."),
  // everywhere
  assert: { where: ["data", "train", "recipe"], form: 'assert condition, "message"', doc: "Must hold at compile time.", repeats: true },
};
