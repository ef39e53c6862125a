// A dataset's declaration: source, fields, transforms and split. Nothing is read before `loadDataset`.

import type { Augmentation } from "./augment.js";
import type { Field } from "./field.js";
import type { Source } from "./source.js";
import type { Split } from "./split.js";
import type { Transform } from "./transforms.js";

export interface Dataset {
  readonly name: string;
  readonly source: Source;
  readonly fields: Readonly<Record<string, Field>>;
  readonly transforms: readonly Transform[];
  /** Of training rows, after the transforms. */
  readonly augment: readonly Augmentation[];
  readonly split: Split;
  /** At most so many rows, from the start; null: all. */
  readonly take: number | null;
}

/** Declares a dataset. */
export function dataset(options: Omit<Dataset, "take" | "augment"> & { readonly take?: number | null; readonly augment?: readonly Augmentation[] }): Dataset {
  return { ...options, augment: options.augment ?? [], take: options.take ?? null };
}
