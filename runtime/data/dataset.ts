// A dataset's declaration: source, fields, transforms and split. Nothing is read before `loadDataset`.

import type { Field } from "./field.js";
import type { Source } from "./source.js";
import type { Split } from "./split.js";
import type { Transform } from "./transforms.js";

export interface Dataset {
  readonly name: string;
  readonly source: Source;
  readonly fields: Readonly<Record<string, Field>>;
  readonly transforms: readonly Transform[];
  readonly split: Split;
  /** At most so many rows, from the start; null: all. */
  readonly take: number | null;
}

/** Declares a dataset. */
export function dataset(options: Omit<Dataset, "take"> & { readonly take?: number | null }): Dataset {
  return { ...options, take: options.take ?? null };
}
