// Byte pair encoding: the pair of neighbours whose merge has the lowest rank is merged, the leftmost first, until none is left. A heap of
// candidates over a linked list keeps long words from taking time that grows with the square of their length.

/** Merges by `left * 2^24 + right`: the rank of each, and by rank the token that it makes. */
export interface Merges {
  readonly ranks: ReadonlyMap<number, number>;
  readonly results: readonly number[];
}

interface Candidate {
  readonly rank: number;
  /** Place of its left token. */
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

/** The tokens that are left of `tokens`. */
export function mergePairs(tokens: readonly number[], { ranks, results }: Merges): readonly number[] {
  const token: (number | null)[] = [...tokens];
  const next = tokens.map((_, at) => (at + 1 < tokens.length ? at + 1 : -1));
  const before = tokens.map((_, at) => at - 1);
  const heap = new Heap();
  const offer = (at: number): void => {
    const [left, right] = [token[at] ?? null, token[next[at] ?? -1] ?? null];
    if (left === null || right === null) return;
    const rank = ranks.get(left * 2 ** 24 + right);
    if (rank !== undefined) heap.push({ rank, at, left, right });
  };
  for (let at = 0; at + 1 < tokens.length; at++) offer(at);
  for (let best = heap.pop(); best !== null; best = heap.pop()) {
    const { at, rank } = best;
    const right = next[at] ?? -1;
    // One of the two has gone into another token since.
    if (token[at] !== best.left || right < 0 || token[right] !== best.right) continue;
    token[at] = results[rank] ?? null;
    token[right] = null;
    const after = next[right] ?? -1;
    next[at] = after;
    if (after >= 0) before[after] = at;
    const previous = before[at] ?? -1;
    if (previous >= 0) offer(previous);
    offer(at);
  }
  return token.filter((one) => one !== null);
}

/** The candidate of lowest rank first, of equal ones the leftmost. */
class Heap {
  private readonly items: Candidate[] = [];

  push(item: Candidate): void {
    let at = this.items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.items[parent];
      if (above === undefined || !isBefore(item, above)) break;
      this.items[at] = above;
      at = parent;
    }
    this.items[at] = item;
  }

  pop(): Candidate | null {
    const { items } = this;
    const [top] = items;
    const last = items.pop();
    if (top === undefined || last === undefined) return null;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      const child = 2 * at + 1;
      const [left, right] = [items[child], items[child + 1]];
      const smaller = left !== undefined && right !== undefined && isBefore(right, left) ? child + 1 : child;
      const below = items[smaller];
      if (below === undefined || !isBefore(below, last)) break;
      items[at] = below;
      at = smaller;
    }
    items[at] = last;
    return top;
  }
}

const isBefore = (a: Candidate, b: Candidate): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);
