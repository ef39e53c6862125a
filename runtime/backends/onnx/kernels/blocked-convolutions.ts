// Convolutions and their gradients with channels in blocks, the engine's own layout, where they run at the speed of its matrix products
// without copies of the image. Filters come and go as TensorFlow.js has them, [kh, kw, in, out].

import type { Emitted, Emitter, Operand } from "../emitter.js";
import { blockedDomain } from "../model.js";

/** kh, kw, strides, dilations, and the padding at top, left, bottom, right. */
type Params = readonly number[];

/** A convolution, or null where channels do not fill blocks. Fewer input channels than a block has are taken as they are. */
export function blockedConvolution(to: Emitter, x: Operand, filter: Operand, params: Params): Emitted | null {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = filter.shape;
  const isNarrow = inputs < to.block;
  if (!to.fillsBlocks(outputs) || !(isNarrow || to.fillsBlocks(inputs))) return null;
  const { block } = to;
  const parts = isNarrow ? [kh * kw, 1, inputs, outputs / block, block] : [kh * kw, inputs / block, block, outputs / block, block];
  const order = isNarrow ? [3, 1, 2, 0, 4] : [3, 1, 0, 2, 4];
  const weights = to.reshape(to.transposed(to.reshape(filter.name, parts), parts, order), [outputs, inputs, kh, kw]);
  return { blocked: to.op("Conv", [isNarrow ? x.channelsFirst : x.blocked, weights], attributes(params), blockedDomain) };
}

/** The gradient of a convolution's input, a convolution with mirrored filters; null where it is none, or channels do not fill blocks. */
export function blockedInputGradient(to: Emitter, dy: Operand, filter: Operand, params: Params, [, height = 1, width = 1]: readonly number[]): Emitted | null {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = filter.shape;
  const [, , sh = 1, sw = 1, dh = 1, dw = 1, top = 0, left = 0] = params;
  const [, oh = 1, ow = 1] = dy.shape;
  const { block } = to;
  if (sh !== 1 || sw !== 1 || !to.fillsBlocks(inputs) || !to.fillsBlocks(outputs)) return null;
  const [before, across] = [(kh - 1) * dh - top, (kw - 1) * dw - left];
  const [after, beyond] = [height + (kh - 1) * dh - oh - before, width + (kw - 1) * dw - ow - across];
  if (Math.min(before, across, after, beyond) < 0) return null;
  const mirrored = kh * kw === 1 ? filter.name : to.op("Slice", [to.reshape(filter.name, [kh * kw, inputs, outputs]), to.integers([-1]), to.integers([-Number.MAX_SAFE_INTEGER]), to.integers([0]), to.integers([-1])]);
  const parts = [kh * kw, inputs / block, block, outputs / block, block];
  const weights = to.reshape(to.transposed(to.reshape(mirrored, parts), parts, [1, 3, 0, 4, 2]), [inputs, outputs, kh, kw]);
  return { blocked: to.op("Conv", [dy.blocked, weights], attributes([kh, kw, 1, 1, dh, dw, before, across, after, beyond]), blockedDomain) };
}

/**
 * The gradient of a convolution's filters: a convolution of x with dy as filters, images in the place of channels, strides and dilations in each
 * other's. Pixel and channel of x are one long row there, of which dy meets each so many-th number: so that the engine finds many places
 * to compute at once. Null where products are as fast (few images, filters of size 1), or where `out` does not fill blocks.
 */
export function blockedFilterGradient(to: Emitter, x: Operand, dy: Operand, params: Params, [kh = 1, kw = 1, inputs = 1, outputs = 1]: readonly number[]): Emitted | null {
  const [, , sh = 1, sw = 1, dh = 1, dw = 1, top = 0, left = 0] = params;
  const [n = 1, height = 1, width = 1] = x.shape;
  const [, oh = 1, ow = 1] = dy.shape;
  const { block } = to;
  const images = Math.ceil(n / block) * block;
  if (kh * kw === 1 || dw !== 1 || !to.fillsBlocks(outputs) || images > 2 * n) return null;
  // The part of x that windows reach, margins of zeros included. Rows beyond the image the engine leaves out; columns it would take one by
  // one, so they are filled.
  const [tall, wide] = [(oh - 1) * sh + (kh - 1) * dh + 1, (ow - 1) * sw + kw];
  const below = tall - height - top;
  const rows = height + Math.min(0, below);
  // Channels that lie beside each other, and how many such runs there are.
  const run = to.fillsBlocks(inputs) ? block : inputs;
  const runs = inputs / run;
  const lines = to.reshape(run === block ? x.blocked : x.name, [n, runs, height, width * run]);
  const filled = pad(to, lines, [0, 0, 0, left * run, images - n, 0, rows - height, (wide - width - left) * run]);
  const space = rows * wide * run;
  // To the engine everything but images is space: then it puts images in blocks.
  const turned = to.reshape(to.op("ReorderInput", [to.reshape(filled, [1, images, runs * rows, wide * run])], {}, blockedDomain), [images / block, runs, space * block]);
  const image = to.reshape(to.transposed(turned, [images / block, runs, space * block], [1, 0, 2]), [runs, images, rows, wide * run]);
  const parts = [images / block, block, outputs / block, oh * ow, block];
  const filters = to.reshape(to.transposed(to.reshape(pad(to, dy.blocked, [0, 0, 0, 0, images - n, 0, 0, 0]), parts), parts, [2, 0, 3, 1, 4]), [outputs, images, oh, ow]);
  const gradient = to.op("Conv", [image, filters], attributes([oh, ow, dh, 1, sh, sw * run, top, 0, Math.max(0, below), 0]), blockedDomain);
  const found = [runs, outputs / block, kh * kw, run, block];
  return to.reshape(to.transposed(to.reshape(gradient, found), found, [2, 0, 3, 1, 4]), [kh, kw, inputs, outputs]);
}

function pad(to: Emitter, x: string, pads: readonly number[]): string {
  return pads.every((n) => n === 0) ? x : to.op("Pad", [x, to.integers(pads), to.float(0)]);
}

function attributes([kh = 1, kw = 1, sh = 1, sw = 1, dh = 1, dw = 1, ...pads]: Params): Readonly<Record<string, number | readonly number[]>> {
  return { kernel_shape: [kh, kw], strides: [sh, sw], dilations: [dh, dw], pads, group: 1 };
}
