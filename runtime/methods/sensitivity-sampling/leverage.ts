// Leverage scores: how much a row of a linear regression can move its own prediction, h_i = x_i (X'X)^-1 x_i' with x_i = (1, embedding).

import type { Points } from "./points.js";

/** Added to the diagonal of X'X in units of its mean: columns that depend on each other then share their leverage. */
const ridge = 1e-9;

/** The leverage of each point. Its cost is `count * size^2`. */
export async function leverageScores(points: Points, pause: () => Promise<void>): Promise<Float64Array> {
  const width = points.size + 1;
  const gram = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let i = 0; i < points.count; i++) {
    rowOf(points, i, row);
    for (let a = 0; a < width; a++) for (let b = 0; b <= a; b++) gram[a * width + b] = (gram[a * width + b] ?? 0) + (row[a] ?? 0) * (row[b] ?? 0);
    if (i % 256 === 255) await pause();
  }
  let trace = 0;
  for (let a = 0; a < width; a++) trace += gram[a * width + a] ?? 0;
  for (let a = 0; a < width; a++) gram[a * width + a] = (gram[a * width + a] ?? 0) + (ridge * trace) / width;
  const lower = await cholesky(gram, width, pause);
  const scores = new Float64Array(points.count);
  for (let i = 0; i < points.count; i++) {
    rowOf(points, i, row);
    scores[i] = solvedSquare(lower, width, row);
    if (i % 256 === 255) await pause();
  }
  return scores;
}

function rowOf({ values, size }: Points, i: number, row: Float64Array): void {
  row[0] = 1;
  for (let at = 0; at < size; at++) row[at + 1] = values[i * size + at] ?? 0;
}

/** L with L L' the symmetric matrix whose lower half is given. */
async function cholesky(matrix: Float64Array, width: number, pause: () => Promise<void>): Promise<Float64Array> {
  const lower = new Float64Array(width * width);
  for (let a = 0; a < width; a++) {
    if (a % 64 === 63) await pause();
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * width + b] ?? 0;
      for (let c = 0; c < b; c++) sum -= (lower[a * width + c] ?? 0) * (lower[b * width + c] ?? 0);
      // Rounding may take a pivot below 0 where columns depend on each other.
      lower[a * width + b] = a === b ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / (lower[b * width + b] ?? 1);
    }
  }
  return lower;
}

/** |L^-1 x|^2; overwrites x. */
function solvedSquare(lower: Float64Array, width: number, x: Float64Array): number {
  let square = 0;
  for (let a = 0; a < width; a++) {
    let value = x[a] ?? 0;
    for (let b = 0; b < a; b++) value -= (lower[a * width + b] ?? 0) * (x[b] ?? 0);
    value /= lower[a * width + a] ?? 1;
    x[a] = value;
    square += value * value;
  }
  return square;
}
