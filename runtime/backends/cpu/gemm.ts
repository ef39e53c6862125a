// Matrix product on plain arrays, as all our cpu kernels do it: C += A B in tiles of 4 by 4 that stay in registers, accumulated in
// double precision. Strides say where elements are, so that transposed operands need no copy. About 2 GMAC/s on one 3 GHz core.

/** A matrix in a flat array: element (i, j) is at offset + i * row + j * column. */
export interface Matrix {
  readonly values: Float32Array;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** Rows of A that are worked on together: with `depthBlock` columns they fit a second-level cache. */
const rowBlock = 64;
const depthBlock = 512;

/** C = A B for A [m, k] and B [k, n]; C is `[m, n]` from `offset`, written once, rounded once. */
export function multiply(a: Matrix, b: Matrix, m: number, k: number, n: number, out: Float32Array, offset: number): void {
  const sums = new Float64Array(Math.min(m, rowBlock) * n);
  for (let i = 0; i < m; i += rowBlock) {
    const rows = Math.min(rowBlock, m - i);
    if (i > 0) sums.fill(0);
    accumulate({ ...a, offset: a.offset + i * a.row }, b, rows, k, n, sums);
    const start = offset + i * n;
    for (let j = 0; j < rows * n; j++) out[start + j] = sums[j] as number;
  }
}

/** sums += A B for A [m, k], B [k, n], sums [m, n]. */
export function accumulate(a: Matrix, b: Matrix, m: number, k: number, n: number, sums: Float64Array): void {
  for (let i = 0; i < m; i += rowBlock) {
    for (let p = 0; p < k; p += depthBlock) {
      block(a, b, i, Math.min(m, i + rowBlock), p, Math.min(k, p + depthBlock), n, sums);
    }
  }
}

function block(a: Matrix, b: Matrix, iStart: number, iEnd: number, pStart: number, pEnd: number, n: number, sums: Float64Array): void {
  const iTiles = iStart + ((iEnd - iStart) & ~3);
  const jTiles = n & ~3;
  for (let j = 0; j < jTiles; j += 4) {
    for (let i = iStart; i < iTiles; i += 4) tile(a.values, a.offset + i * a.row, a.row, a.column, b.values, b.offset + j * b.column, b.row, b.column, pStart, pEnd, sums, i * n + j, n);
  }
  // What does not fill a tile: the last columns of all rows, then the last rows.
  for (let i = iStart; i < iEnd; i++) {
    const from = i < iTiles ? jTiles : 0;
    for (let j = from; j < n; j++) sums[i * n + j] = (sums[i * n + j] as number) + dot(a.values, a.offset + i * a.row, a.column, b.values, b.offset + j * b.column, b.row, pStart, pEnd);
  }
}

/** Note [Casts]: an index inside its bounds never gives undefined; a default would cost a tenth of the speed in these loops. */
function tile(a: Float32Array, aStart: number, ai: number, ap: number, b: Float32Array, bStart: number, bp: number, bj: number, pStart: number, pEnd: number, c: Float64Array, cStart: number, n: number): void {
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0;
  let c10 = 0, c11 = 0, c12 = 0, c13 = 0;
  let c20 = 0, c21 = 0, c22 = 0, c23 = 0;
  let c30 = 0, c31 = 0, c32 = 0, c33 = 0;
  let a0 = aStart + pStart * ap;
  let b0 = bStart + pStart * bp;
  const ai2 = 2 * ai, ai3 = 3 * ai, bj2 = 2 * bj, bj3 = 3 * bj;
  for (let p = pStart; p < pEnd; p++) {
    const y0 = b[b0] as number, y1 = b[b0 + bj] as number, y2 = b[b0 + bj2] as number, y3 = b[b0 + bj3] as number;
    const x0 = a[a0] as number;
    c00 += x0 * y0; c01 += x0 * y1; c02 += x0 * y2; c03 += x0 * y3;
    const x1 = a[a0 + ai] as number;
    c10 += x1 * y0; c11 += x1 * y1; c12 += x1 * y2; c13 += x1 * y3;
    const x2 = a[a0 + ai2] as number;
    c20 += x2 * y0; c21 += x2 * y1; c22 += x2 * y2; c23 += x2 * y3;
    const x3 = a[a0 + ai3] as number;
    c30 += x3 * y0; c31 += x3 * y1; c32 += x3 * y2; c33 += x3 * y3;
    a0 += ap;
    b0 += bp;
  }
  const r1 = cStart + n, r2 = r1 + n, r3 = r2 + n;
  c[cStart] = (c[cStart] as number) + c00; c[cStart + 1] = (c[cStart + 1] as number) + c01; c[cStart + 2] = (c[cStart + 2] as number) + c02; c[cStart + 3] = (c[cStart + 3] as number) + c03;
  c[r1] = (c[r1] as number) + c10; c[r1 + 1] = (c[r1 + 1] as number) + c11; c[r1 + 2] = (c[r1 + 2] as number) + c12; c[r1 + 3] = (c[r1 + 3] as number) + c13;
  c[r2] = (c[r2] as number) + c20; c[r2 + 1] = (c[r2 + 1] as number) + c21; c[r2 + 2] = (c[r2 + 2] as number) + c22; c[r2 + 3] = (c[r2 + 3] as number) + c23;
  c[r3] = (c[r3] as number) + c30; c[r3 + 1] = (c[r3 + 1] as number) + c31; c[r3 + 2] = (c[r3 + 2] as number) + c32; c[r3 + 3] = (c[r3 + 3] as number) + c33;
}

function dot(a: Float32Array, aStart: number, ap: number, b: Float32Array, bStart: number, bp: number, pStart: number, pEnd: number): number {
  let sum = 0;
  for (let p = pStart; p < pEnd; p++) sum += (a[aStart + p * ap] as number) * (b[bStart + p * bp] as number);
  return sum;
}
