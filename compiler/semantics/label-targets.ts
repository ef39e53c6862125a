// Labels as the target of a loss on numbers: which loss takes them, or what makes numbers of them.

import type { Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../source/source.js";
import type { LayerKind } from "./layers/layers.js";
import { fitsAsNumbers } from "./layers/losses.js";
import { lastSize } from "./layers/shape-rules.js";
import type { ReportDetails } from "./report.js";
import type { TensorType } from "./types.js";

/** An argument as it is written. */
export interface Written {
  readonly text: string;
  readonly span: Span;
}

/** Losses on numbers for which labels are a likely target. */
const onNumbers: ReadonlySet<LayerKind> = new Set<LayerKind>(["mse", "mae", "huber", "binary_cross_entropy", "kl"]);

/** Help and fixes where the target of `loss` holds whole numbers; null where the shape rule has said it all. `callee` is where the loss is named. */
export function labelTarget(loss: LayerKind, types: readonly TensorType[], written: readonly (Written | null)[], callee: Span): ReportDetails | null {
  const [prediction, target] = types;
  const [of = null, to = null] = written;
  if (!onNumbers.has(loss) || prediction?.dtype !== "f32" || target?.dtype !== "i32" || of === null || to === null) return null;
  const asLabels = `\`cross_entropy(${of.text}, ${to.text})\``;
  const instead = (text: string): Fix => ({ title: `Write \`${text}\``, edits: [{ span: to.span, text }] });
  if (fitsAsNumbers(prediction, target)) {
    const cast = `cast(${to.text}, f32)`;
    return { help: `Turn the target into f32 with \`${cast}\`; for labels of several classes use \`cross_entropy\`, with one logit for each.`, fixes: loss === "binary_cross_entropy" && target.below === 2 ? [instead(cast)] : [] };
  }
  if (!isPerClass(prediction, target)) return null;
  const classes = lastSize(prediction);
  if (target.below !== null && target.below > classes) return { help: `Give the output ${target.below} logits, one for each class, and write ${asLabels}.` };
  if (target.below !== classes) return { help: `Write ${asLabels}, which takes labels.` };
  const oneHot = `one_hot(${to.text}, ${classes})`;
  const isRagged = prediction.ragged !== undefined || target.ragged !== undefined;
  // On two logits the loss for one of them is a slip; the others are right for a one-hot target, too.
  const fix = loss === "binary_cross_entropy" ? { title: `Write ${asLabels}`, edits: [{ span: callee, text: "cross_entropy" }] } : instead(oneHot);
  return { help: `Write ${asLabels}, which takes labels, or give \`${oneHot}\` as the target.`, fixes: isRagged ? [] : [fix] };
}

/** Has the prediction one axis more than the target, its last? */
function isPerClass({ shape }: TensorType, target: TensorType): boolean {
  return shape.length === target.shape.length + 1 && target.shape.every((size, i) => size === shape[i]);
}
