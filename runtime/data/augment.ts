// Random changes to images of training rows, each drawn anew in each epoch. What a row becomes is a function of the run's seed, the epoch and the
// row alone: not of the batch it stands in, nor of whether the run was stopped and went on. Evaluation, statistics and predictions never
// come here.

import { stream, type Stream } from "../random.js";

/** `[height, width]` in pixels. */
type Size = readonly [number, number];

export type AugmentStep =
  | { readonly kind: "flip"; readonly along: "horizontal" | "vertical" }
  | { readonly kind: "crop"; readonly size: Size; readonly pad: number }
  | { readonly kind: "cutout"; readonly size: number }
  | { readonly kind: "noise"; readonly deviation: number };

/** Changes in order; fields of one declaration are changed alike: an image and its mask. */
export interface Augmentation {
  readonly fields: readonly string[];
  readonly steps: readonly AugmentStep[];
}

/** Declares random changes to fields that are images, `[height, width]` or `[height, width, channels]`. */
export function augment(fields: readonly string[], steps: readonly AugmentStep[]): Augmentation {
  return { fields, steps };
}

type Values = Float32Array | Int32Array | Uint8Array;

/** An image in memory, to be changed in place. */
interface Image {
  readonly values: Values;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** `random` is the same for all fields of a declaration, `own` for this field's values alone. */
type Change<S> = (step: S, image: Image, random: Stream, own: () => Stream) => void;

const changes: { readonly [K in AugmentStep["kind"]]: Change<Extract<AugmentStep, { readonly kind: K }>> } = {
  flip({ along }, image, random) {
    if (random.below(2) === 0) return;
    if (along === "horizontal") mirror(image);
    else turnOver(image);
  },

  crop({ size: [height, width], pad }, image, random) {
    // The corner of what is cut out, in the image without its border.
    const top = random.below(image.height + 2 * pad - height + 1) - pad;
    const left = random.below(image.width + 2 * pad - width + 1) - pad;
    shift(image, top, left);
  },

  // DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout": the middle may be anywhere.
  cutout({ size }, { values, height, width, channels }, random) {
    const top = random.below(height) - Math.floor(size / 2);
    const left = random.below(width) - Math.floor(size / 2);
    const [from, to] = [Math.max(0, left), Math.min(width, left + size)];
    for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) values.fill(0, (y * width + from) * channels, (y * width + to) * channels);
  },

  noise({ deviation }, { values }, _random, own) {
    const random = own();
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + deviation * random.normal();
  },
};

/** Left becomes right. */
function mirror({ values, height, width, channels }: Image): void {
  for (let y = 0; y < height; y++) {
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let c = 0; c < channels; c++) {
        const [a, b] = [(y * width + left) * channels + c, (y * width + right) * channels + c];
        const kept = values[a] ?? 0;
        values[a] = values[b] ?? 0;
        values[b] = kept;
      }
    }
  }
}

/** Top becomes bottom. */
function turnOver({ values, height, width, channels }: Image): void {
  const line = width * channels;
  for (let top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
    const kept = values.slice(top * line, (top + 1) * line);
    values.copyWithin(top * line, bottom * line, (bottom + 1) * line);
    values.set(kept, bottom * line);
  }
}

/** Moves the point `(top, left)` to the corner; zeros come in from outside. */
function shift({ values, height, width, channels }: Image, top: number, left: number): void {
  const from = values.slice();
  values.fill(0);
  const [x0, x1] = [Math.max(0, -left), Math.min(width, width - left)];
  for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
    const start = ((y + top) * width + x0 + left) * channels;
    if (x1 > x0) values.set(from.subarray(start, start + (x1 - x0) * channels), (y * width + x0) * channels);
  }
}

/** Changes the values of field `name`, of those `rows` of the dataset one after the other, in place. `shape` is that of one row. */
export function applyAugmentations(augmentations: readonly Augmentation[], name: string, shape: readonly number[], values: Values, rows: Int32Array, seed: number, epoch: number): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const size = height * width * channels;
  for (const [index, { fields, steps }] of augmentations.entries()) {
    const position = fields.indexOf(name);
    if (position < 0) continue;
    for (const [place, row] of rows.entries()) {
      const image: Image = { values: values.subarray(place * size, (place + 1) * size), height, width, channels };
      const random = stream(seed, "augment", index, epoch, row);
      for (const [at, step] of steps.entries()) change(step, image, random, () => stream(seed, "augment values", index, at, position, epoch, row));
    }
  }
}

function change<K extends AugmentStep["kind"]>(step: Extract<AugmentStep, { readonly kind: K }>, image: Image, random: Stream, own: () => Stream): void {
  const rule: Change<typeof step> = changes[step.kind as K];
  rule(step, image, random, own);
}
