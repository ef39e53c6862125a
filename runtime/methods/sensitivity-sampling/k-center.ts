// Greedy k-center (Gonzalez 1985; as a choice of training data Sener and Savarese 2018): each next point is the one farthest from all before.

import type { Stream } from "../../random.js";
import { squaredDistance, type Points } from "./points.js";

/** At most `k` points, the first by equal chances; fewer where all others have the place of one of them. */
export async function kCenter(points: Points, k: number, stream: Stream, pause: () => Promise<void>): Promise<Int32Array> {
  const squares = new Float64Array(points.count).fill(Infinity);
  const chosen: number[] = [];
  for (let next = points.count === 0 ? -1 : stream.below(points.count); next >= 0 && chosen.length < k; ) {
    chosen.push(next);
    let farthest = -1;
    let most = 0;
    for (let i = 0; i < points.count; i++) {
      const known = squares[i] ?? 0;
      const square = known === 0 ? 0 : Math.min(known, squaredDistance(points, i, points, next, known));
      squares[i] = square;
      if (square <= most) continue;
      most = square;
      farthest = i;
    }
    next = farthest;
    await pause();
  }
  return Int32Array.from(chosen);
}
