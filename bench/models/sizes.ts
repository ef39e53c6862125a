// The models in the sizes of the step benchmark, by the names of its cases. `step-programs.ts` and `torch_peer.py` have them in the same
// sizes. Those of names that begin with `gpu` are large enough for a GPU of 2023 to be busy with: 200 to 400 GFLOPs a step.

import { cnn } from "./cnn.js";
import { mlp, regression } from "./mlp.js";
import type { HandModel } from "./model.js";
import { adam, sgd, type HandOptimizer } from "./optimizers.js";
import { resnet8 } from "./resnet.js";
import { transformer } from "./transformer.js";

/**
 * So small a rate that weights stay where they started: else units die in thousands of steps on the same rows, and their moments decay to
 * denormal numbers, which take every engine many times longer. What a step costs does not depend on the rate.
 */
const rate = 1e-6;

const images = { side: 28, channels: 1, classes: 10, dropout: 0 };

/** A model and what trains it. */
export interface Sized {
  readonly model: HandModel;
  readonly optimizer: HandOptimizer;
}

const withAdam = (model: HandModel): Sized => ({ model, optimizer: adam(rate) });

export const sized: Readonly<Record<string, Sized>> = {
  mlp: withAdam(mlp({ batch: 128, sizes: [784, 256, 256, 10] })),
  large_mlp: withAdam(mlp({ batch: 128, sizes: [784, 1024, 1024, 1024, 10] })),
  tiny_mlp: withAdam(regression({ batch: 32, sizes: [8, 32, 32, 1] })),
  cnn: withAdam(cnn({ ...images, batch: 64, widths: [32, 64] })),
  cnn_128: withAdam(cnn({ ...images, batch: 128, widths: [32, 64] })),
  resnet8: withAdam(resnet8({ batch: 64, side: 32, width: 16, classes: 10 })),
  transformer: withAdam(transformer({ batch: 16, blocks: 2, width: 128, heads: 4, length: 64, vocabulary: 256 })),
  gpu_mlp: withAdam(mlp({ batch: 1024, sizes: [784, 4096, 4096, 4096, 10] })),
  gpu_cnn: withAdam(cnn({ ...images, batch: 256, widths: [256, 512] })),
  gpu_transformer: withAdam(transformer({ batch: 8, blocks: 4, width: 768, heads: 12, length: 256, vocabulary: 256 })),
  small_mlp_adam: withAdam(mlp({ batch: 128, sizes: [784, 128, 128, 10] })),
  small_mlp_sgd: { model: mlp({ batch: 128, sizes: [784, 128, 128, 10] }), optimizer: sgd(rate, 0.9) },
  small_cnn_adam: withAdam(cnn({ ...images, batch: 128, widths: [8, 16] })),
};

/** The model of that name; throws if there is none. */
export function sizedModel(name: string): Sized {
  const found = sized[name];
  if (found === undefined) throw new Error(`no model ${name}; there are ${Object.keys(sized).join(", ")}`);
  return found;
}
