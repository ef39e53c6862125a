// Methods that choose training rows, for the clause `select`; what they compute is the runtime's (runtime/methods/sensitivity-sampling).

import type { FunctionSpec, OptionSpec } from "./options.js";

/** Most centers of clusters. */
const mostClusters = 100_000;

const drawnFraction: OptionSpec = { name: "fraction", doc: "Draws, as a share of the training rows. They are with replacement and draws of one row are merged, so that somewhat fewer rows are trained on.", type: { kind: "float", min: 0.0001, max: 1 } };
const chosenFraction: OptionSpec = { name: "fraction", doc: "Rows that are chosen, as a share of the training rows.", type: { kind: "float", min: 0.0001, max: 1 } };
const clusters: OptionSpec = { name: "clusters", doc: "Clusters that rows are put into; only their centers are asked for losses.", type: { kind: "int", min: 1, max: mostClusters }, default: 64 };
const power: OptionSpec = { name: "power", doc: "z of v(e) = |E(e) - c(e)|^z.", type: { kind: "int", min: 1, max: 2 }, default: 2 };
const uniform: OptionSpec = { name: "uniform", doc: "Share of equal chances that is mixed into the probabilities: no draw weighs more than 1 / `uniform` times what it would with equal chances alone.", type: { kind: "float", min: 0, max: 1 }, default: 0.05 };
const after: OptionSpec = { name: "after", doc: "Rows are chosen by a model of its own that has been trained so long on all rows, by the clauses of the run, and is then thrown away; in steps or epochs. Without it, by the model as it begins.", type: { kind: "duration" }, default: null };

/** The methods by name. `outputs`: names of outputs that may embed rows beside `inputs`. */
export function selections(outputs: readonly string[]): Readonly<Record<string, FunctionSpec>> {
  const embedding: OptionSpec = { name: "embedding", doc: "What places rows in a space: `inputs`, or an output of the model by its name.", type: { kind: "word", words: ["inputs", ...outputs.filter((name) => name !== "inputs")] }, default: "inputs" };
  return {
    sensitivity: {
      doc: "Draws rows with probabilities in proportion to loss(c(e)) + lambda v(e), c(e) the center of the row's cluster and v(e) = |E(e) - c(e)|^power its distance, and weighs each by 1 / (s p_e) for s draws.",
      options: [drawnFraction, clusters, embedding, power, { name: "lambda", doc: "Of the second term: `balanced` makes the sums of both equal.", type: { kind: "either", types: [{ kind: "word", words: ["balanced"] }, { kind: "float", min: 0 }] }, default: "balanced" }, uniform, after],
    },
    uniform: { doc: "So many rows by equal chances, each at most once, all with the weight 1.", options: [chosenFraction] },
    k_center: { doc: "Each next row is the one farthest from all before it (Gonzalez 1985); all have the weight 1.", options: [chosenFraction, embedding, after] },
    margin: { doc: "The rows whose two largest probabilities differ least, means over outputs and positions; all have the weight 1.", options: [chosenFraction, after] },
    entropy: { doc: "The rows whose probabilities have the largest entropy, means over outputs and positions; all have the weight 1.", options: [chosenFraction, after] },
    loss: { doc: "As `sensitivity`, with probabilities in proportion to loss(c(e)) alone.", options: [drawnFraction, clusters, embedding, uniform, after] },
    distance: { doc: "As `sensitivity`, with probabilities in proportion to v(e) alone.", options: [drawnFraction, clusters, embedding, power, uniform, after] },
    leverage: { doc: "Draws rows with probabilities in proportion to their leverage in a linear regression, x (X'X)^-1 x' with x = (1, E(e)), and weighs each by 1 / (s p_e).", options: [drawnFraction, embedding, uniform, after] },
  };
}

/** Methods that go by the losses of single rows. */
export const byLosses: ReadonlySet<string> = new Set(["sensitivity", "loss"]);

/** Methods that go by probabilities of classes. */
export const byClasses: ReadonlySet<string> = new Set(["margin", "entropy"]);
