// The program that bench/fusion-language.ts trains: a narrow and a wide causal model of std/transformer on the bytes of a text, and runs of them.
// Everything that decides a loss is in its text, so that a run which is finished is not trained again.

/** Positions of a window, which is one example. */
export const windowSize = 64;
/** Size of a head of attention, which does not grow. */
export const headSize = 16;
/** Examples of a step. */
export const batchSize = 32;

export type Size = "narrow" | "wide" | "committee";
/** `first` and `second` are the halves of the training windows of `plays`, and have no other. */
export type Text = "plays" | "first" | "second";

/** A run of the program. */
export interface Trial {
  readonly name: string;
  readonly size: Size;
  readonly text: Text;
  readonly steps: number;
  /** Highest learning rate; `atRest` moves no weight. */
  readonly rate: number;
  readonly seed: number;
  /** Steps between two evaluations. */
  readonly every: number;
  /** Runs that it starts from: of a wide model two, of a committee its members. */
  readonly from?: readonly [string, string];
  readonly newWeights?: string;
}

/** A rate so small that a step leaves each weight as it is, in float32: a run with it measures what it starts from. */
export const atRest = 1e-30;

const headOf = (width: number): string => `import { lm } from "std/recipes"
import { Gpt } from "std/transformer"

data plays = text("plays.txt", unit: bytes) {
  fields tokens: i32[${windowSize}] below 128, target: i32[${windowSize}] below 128 from next
  split  train 90%, valid 5%, test 5%, order: file
}
data first = text("first.txt", unit: bytes) {
  fields tokens: i32[${windowSize}] below 128, target: i32[${windowSize}] below 128 from next
  split  train 100%, order: file
}
data second = text("second.txt", unit: bytes) {
  fields tokens: i32[${windowSize}] below 128, target: i32[${windowSize}] below 128 from next
  split  train 100%, order: file
}

model Narrow = Gpt(128, d: ${width}, heads: ${width / headSize}, depth: 2, drop: 0)
model Wide = Gpt(128, d: ${2 * width}, heads: ${(2 * width) / headSize}, depth: 2, drop: 0)
`;

/** The whole program; the narrow model has vectors of `width`, a multiple of the size of a head, the wide one of twice as much. */
export function programOf(width: number, trials: readonly Trial[]): string {
  return [headOf(width), ...trials.map((trial) => `${startOf(trial)}${trainOf(trial)}`)].join("\n");
}

/** The three texts, out of the bytes of one: the split of `plays` cuts the same windows. */
export function textsOf(bytes: Uint8Array): Readonly<Record<Text, Uint8Array>> {
  const rows = Math.floor((bytes.length - 1) / windowSize);
  const border = Math.round(0.9 * rows) * windowSize;
  const middle = Math.round(border / windowSize / 2) * windowSize;
  // The byte after the last window is what its last position tells.
  return { plays: bytes, first: bytes.subarray(0, middle + 1), second: bytes.subarray(middle, border + 1) };
}

const modelOf = ({ name, size, from }: Trial): string => (from === undefined ? (size === "narrow" ? "Narrow" : "Wide") : `Model_${name}`);

/** The model of a run that starts from others. The mean of probabilities is no op of a loss on logits; logarithms of them are logits. */
function startOf({ name, size, from, newWeights = "zeros" }: Trial): string {
  if (from === undefined) return "";
  if (size === "wide") return `${newWeights.startsWith("normal") ? "// sop-ignore fuse-not-mean: noise is what is tried\n" : ""}model Model_${name} = Wide fuse from ${from.join(", ")} { new_weights: ${newWeights} }\n`;
  return `${from.map((source, index) => `model Member_${name}_${index} = Narrow fuse from ${source}\n`).join("")}model Model_${name} {
  input tokens: i32[${windowSize}] below 128
  a = Member_${name}_0(tokens) |> softmax
  b = Member_${name}_1(tokens) |> softmax
  output next: f32[${windowSize}, 128] = log((a + b) / 2)
}
`;
}

function trainOf(trial: Trial): string {
  const { name, text, steps, rate, seed, every } = trial;
  return `train ${name}: ${modelOf(trial)} on ${text} {
  use        lm(lr: ${rate}, length: ${steps})
  batch      ${batchSize}
  evaluate   every ${every} steps
  checkpoint every ${steps} steps, keep 1
  seed       ${seed}
}
`;
}
