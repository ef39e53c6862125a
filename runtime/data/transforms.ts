// Transforms of fields: numbers of the program (`scale`) or statistics of the training split (`standardize`).
// Fitted statistics are stored with the run, so that new rows meet the same numbers.

import type { Numbers } from "./table.js";

/** Multiplies fields by a number. */
export interface Scale {
  readonly kind: "scale";
  readonly fields: readonly string[];
  readonly by: number;
}

/** Takes fields to mean 0 and variance 1 over the training split. */
export interface Standardize {
  readonly kind: "standardize";
  readonly fields: readonly string[];
}

export type Transform = Scale | Standardize;

/** Declares a multiplication. */
export function scale(fields: readonly string[], by: number): Scale {
  return { kind: "scale", fields, by };
}

/** Declares a standardization: (x - mean) / std, each element of a vector by its own, each channel of what has more axes. */
export function standardize(fields: readonly string[]): Standardize {
  return { kind: "standardize", fields };
}

/** Mean and standard deviation per element or channel; a standard deviation of 0 counts as 1. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Statistics over `rows` of values with `size` elements per row, of which `real(row)` count; the last axis has `channels`. Population variance, two passes. */
export function fitStatistics(values: Numbers, rows: Int32Array, size: number, channels: number, real: (row: number) => number = () => size): Statistics {
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  const count = rows.reduce((sum, row) => sum + real(row), 0) / channels;
  const each = (visit: (channel: number, value: number) => void): void => {
    for (const row of rows) for (let at = 0, end = real(row); at < end; at++) visit(at % channels, values[row * size + at] ?? 0);
  };
  each((channel, value) => {
    mean[channel] = (mean[channel] ?? 0) + value;
  });
  for (let channel = 0; channel < channels; channel++) mean[channel] = (mean[channel] ?? 0) / count;
  each((channel, value) => {
    squares[channel] = (squares[channel] ?? 0) + (value - (mean[channel] ?? 0)) ** 2;
  });
  return { mean: [...mean], std: [...squares].map((sum) => Math.sqrt(sum / count) || 1) };
}

/** Takes values of a field (predictions of it) back to its own unit: the transforms undone, last first. */
export function undoTransforms(values: Float32Array, name: string, transforms: readonly Transform[], statistics: Statistics | undefined): void {
  for (const transform of [...transforms].reverse()) {
    if (!transform.fields.includes(name)) continue;
    if (transform.kind === "scale") {
      if (transform.by !== 0) applyScale(values, 1 / transform.by);
    } else if (statistics !== undefined) {
      const channels = statistics.mean.length;
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * (statistics.std[i % channels] ?? 1) + (statistics.mean[i % channels] ?? 0);
    }
  }
}

/** Scales all rows in place. */
export function applyScale(values: Numbers, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * by;
}

/** Standardizes all rows in place. */
export function applyStatistics(values: Numbers, statistics: Statistics): void {
  const channels = statistics.mean.length;
  for (let i = 0; i < values.length; i++) {
    const channel = i % channels;
    values[i] = ((values[i] ?? 0) - (statistics.mean[channel] ?? 0)) / (statistics.std[channel] ?? 1);
  }
}
