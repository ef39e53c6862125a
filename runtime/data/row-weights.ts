// Weights of rows in the training loss: of classes, of a field, of a selection. They are columns beside the data's own, so that batches,
// replays and resumed runs treat them as any field; what is evaluated does without them.

import { UserError } from "../program/errors.js";
import { lengthName } from "./field.js";
import type { Column, LoadedDataset } from "./load.js";

/** What `weigh` says. */
export interface Weighing {
  /** Weights by the class of a label, for losses whose target is one of the fields: in order of the classes, or `balanced`. */
  readonly classes?: { readonly fields: readonly string[]; readonly weights: "balanced" | readonly number[] };
  /** A field with a weight for each row, for all losses. */
  readonly by?: string;
}

/** Rows of the training split that steps are taken on, and their weights. */
export interface SelectedRows {
  /** Numbers of rows of the dataset, rising. */
  readonly rows: Int32Array;
  readonly weights: Float32Array;
}

/** The column of weights for losses against a class field, as generated programs name it. No field has such a name. */
const ofField = (field: string): string => `weights.${field}`;
/** That for all other losses. */
const ofRows = "weights.*";

/**
 * Weights as columns: `weights.<field>` with a weight for each label of the field, where classes are weighed, and `weights.*` with one for
 * each row. A weight is the product of those of the row's label, of its field and of the selection. Throws a UserError for weights that are none.
 */
export function weightColumns(weigh: Weighing | null, data: LoadedDataset, selected: SelectedRows | null): Readonly<Record<string, Column>> {
  if (weigh === null && selected === null) return {};
  const ofRow = new Float32Array(data.rows).fill(1);
  if (weigh?.by !== undefined) weighByField(ofRow, weigh.by, data);
  for (const [place, row] of selected?.rows.entries() ?? []) ofRow[row] = (ofRow[row] ?? 1) * (selected?.weights[place] ?? 1);
  const columns: Record<string, Column> = {};
  if (weigh?.by !== undefined || selected !== null) columns[ofRows] = column([], ofRow, 1);
  for (const name of weigh?.classes?.fields ?? []) {
    const labels = data.columns[name];
    if (labels === undefined || weigh?.classes === undefined) throw new Error(`no field ${name} to weigh classes of`);
    const ofClass = weigh.classes.weights === "balanced" ? balanced(labels, data.splits.train, data.columns[lengthName(name)]) : weigh.classes.weights;
    const values = Float32Array.from(labels.values, (label, at) => (ofClass[label] ?? 0) * (ofRow[Math.floor(at / labels.size)] ?? 1));
    columns[ofField(name)] = column(labels.field.shape, values, labels.size);
  }
  return columns;
}

/** n / (classes * count of the class) over the labels of some rows, of sequences those of real positions: their mean is 1. Classes that do not occur do not count. */
export function balanced({ field, values, size }: Column, rows: Int32Array, lengths?: Column): readonly number[] {
  const counts = new Float64Array(field.below ?? 0);
  const perPosition = size / (field.shape[0] ?? 1);
  for (const row of rows) {
    const real = lengths === undefined ? size : (lengths.values[row] ?? 0) * perPosition;
    for (const label of values.subarray(row * size, row * size + real)) counts[label] = (counts[label] ?? 0) + 1;
  }
  const occurring = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => (count > 0 ? all / (occurring * count) : 0));
}

/** Multiplies by the field's numbers, which must be weights on the training split, not all of them 0. */
function weighByField(ofRow: Float32Array, name: string, { columns, splits, place, declaration }: LoadedDataset): void {
  const values = columns[name]?.values;
  if (values === undefined) throw new Error(`no field ${name} to weigh by`);
  let largest = 0;
  for (const row of splits.train) {
    const weight = values[row] ?? 0;
    ofRow[row] = weight;
    largest = Math.max(largest, weight);
    if (weight >= 0 && Number.isFinite(weight)) continue;
    const where = place(row, name);
    throw new UserError(`${where.charAt(0).toUpperCase()}${where.slice(1)} holds ${weight}, expected a weight of at least 0 for \`weigh by ${name}\`.`, "Correct the data; a field that is standardized is no weight.");
  }
  if (largest === 0) throw new UserError(`\`${name}\` is 0 in all training rows of \`${declaration.name}\`: nothing would be trained.`, `Correct the data, or remove \`weigh by ${name}\`.`);
}

function column(shape: readonly number[], values: Float32Array, size: number): Column {
  return { field: { dtype: "f32", shape, ragged: false, below: null, classes: null, from: null }, values, size };
}
