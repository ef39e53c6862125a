// The layouts an image may lie in, and how it gets from one to the other: `plain` [n, h, w, c] as TensorFlow.js has it, `channelsFirst`
// [n, c, h, w], and `blocked`, which the engine calls [n, c, h, w] too, but keeps as [n, c / block, h, w, block].

import type { Emitter } from "./emitter.js";
import { blockedDomain, type ElementType } from "./model.js";

export type Layout = "plain" | "channelsFirst" | "blocked";

/** [n, h, w, c] as [n, c, h, w]. */
export function firstShape([n = 1, h = 1, w = 1, c = 1]: readonly number[]): readonly number[] {
  return [n, c, h, w];
}

/** The value in another layout; `shape` is [n, h, w, c] whatever the layout. */
export function relaid(to: Emitter, name: string, from: Layout, target: Layout, shape: readonly number[], type: ElementType): string {
  if (from === target) return name;
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  const { block } = to;
  const blocks = c / block;
  const space = h * w;
  if (from === "plain" && target === "channelsFirst") return to.transposed(name, shape, [0, 3, 1, 2]);
  if (from === "channelsFirst" && target === "plain") return to.transposed(name, firstShape(shape), [0, 2, 3, 1]);
  // One block of channels is all of them last; one pixel has no order.
  const isSame = space === 1 || (blocks === 1 && (from === "plain" || target === "plain"));
  if (isSame) return to.reshape(name, target === "plain" ? shape : firstShape(shape));
  if (target === "blocked") {
    if (type === "float32") return to.op("ReorderInput", [name], from === "plain" ? { channels_last: 1 } : {}, blockedDomain);
    const parts = from === "plain" ? to.transposed(to.reshape(name, [n, space, blocks, block]), [n, space, blocks, block], [0, 2, 1, 3]) : to.transposed(to.reshape(name, [n, blocks, block, space]), [n, blocks, block, space], [0, 1, 3, 2]);
    return to.reshape(parts, firstShape(shape));
  }
  if (type === "float32") return to.op("ReorderOutput", [name], target === "plain" ? { channels: c, channels_last: 1 } : { channels: c }, blockedDomain);
  const parts = [n, blocks, space, block];
  return to.reshape(to.transposed(to.reshape(name, parts), parts, target === "plain" ? [0, 2, 1, 3] : [0, 1, 3, 2]), target === "plain" ? shape : firstShape(shape));
}
