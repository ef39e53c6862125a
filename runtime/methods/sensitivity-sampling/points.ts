// Points of a space: the embeddings of rows, and distances between them. All sums are in double precision, one after the other, so that
// the same points give the same bits everywhere.

/** `count` points of `size` numbers each, one after the other. */
export interface Points {
  readonly values: Float32Array | Float64Array;
  readonly count: number;
  readonly size: number;
}

/** So many terms are added up between two looks at the bound. */
const block = 16;

/** |a_i - b_j|^2, or some number of at least `bound` where it is at least that: the rest of the sum is then left out. */
export function squaredDistance(a: Points, i: number, b: Points, j: number, bound: number = Infinity): number {
  const { size, values: left } = a;
  const { values: right } = b;
  let sum = 0;
  let from = i * size;
  let other = j * size;
  for (let done = 0; done < size && sum < bound; done += block) {
    const end = from + Math.min(block, size - done);
    for (; from < end; from++, other++) {
      const difference = (left[from] ?? 0) - (right[other] ?? 0);
      sum += difference * difference;
    }
  }
  return sum;
}
