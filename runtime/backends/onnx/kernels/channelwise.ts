// What is done to each channel of images, or to each column of a matrix, by numbers of its own; and sums over everything else. In the layout that
// the images have.

import { firstShape, type Emitted, type Emitter, type Operand } from "../emitter.js";
import type { Layout } from "../layouts.js";
import { blockedDomain } from "../model.js";
import { reduceSteadily } from "./steady-sums.js";

/** Numbers for each channel, [channels]. */
export interface Affine {
  readonly factor?: string;
  readonly offset?: string;
  /** An image of the same shape. */
  readonly plus?: string;
}

/** x * factor + offset + plus with channels in blocks, in one pass: a convolution of size 1 on each channel alone. */
export function affine(to: Emitter, x: string, channels: number, { factor, offset, plus }: Affine): string {
  const weights = factor === undefined ? to.unit(channels) : to.reshape(factor, [channels, 1, 1, 1]);
  const inputs = [x, weights, ...(offset === undefined && plus === undefined ? [] : [offset ?? ""]), ...(plus === undefined ? [] : [plus])];
  return to.op("Conv", inputs, { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: channels }, blockedDomain);
}

/** Images or matrices of one shape in one layout, [..., channels]. */
export class Channelwise {
  readonly channels: number;
  /** Numbers of each channel. */
  readonly rows: number;
  private readonly layout: Layout;

  /** Blocks where one of `operands` has them, else [n, c, h, w] where one is that. */
  constructor(
    private readonly to: Emitter,
    operands: readonly Operand[],
  ) {
    const shape = operands[0]?.shape ?? [];
    this.channels = shape.at(-1) ?? 1;
    this.shape = shape;
    this.rows = (operands[0]?.size ?? 1) / this.channels;
    this.layout = operands.some(({ isBlocked }) => isBlocked) ? "blocked" : operands.some(({ isChannelsFirst }) => isChannelsFirst) ? "channelsFirst" : "plain";
  }

  private readonly shape: readonly number[];

  /** An operand in the layout. */
  of(operand: Operand): string {
    return operand.in(this.layout);
  }

  /** What a kernel gives for a value in the layout. */
  given(name: string): Emitted {
    return this.layout === "blocked" ? { blocked: name } : this.layout === "channelsFirst" ? { channelsFirst: name } : name;
  }

  /** x * factor + offset + plus. */
  affine(x: string, by: Affine): string {
    if (this.layout === "blocked") return affine(this.to, x, this.channels, by);
    const scaled = by.factor === undefined ? x : this.to.op("Mul", [x, this.spread(by.factor)]);
    const moved = by.offset === undefined ? scaled : this.to.op("Add", [scaled, this.spread(by.offset)]);
    return by.plus === undefined ? moved : this.to.op("Add", [moved, by.plus]);
  }

  /** The sum of each channel, [channels]. */
  sum(x: string): string {
    const { to, channels } = this;
    const reduce = (of: string, shape: readonly number[], axes: readonly number[]): string => reduceSteadily(to, "ReduceSum", to.reshape(of, shape), shape, axes, false);
    const [n = 1, , h = 1, w = 1] = firstShape(this.shape);
    if (this.layout === "channelsFirst") return reduce(x, [n, channels, h * w], [0, 2]);
    if (this.layout === "plain") return reduce(x, [this.rows, channels], [0]);
    // Over images first: these are long rows, one below the other.
    return to.reshape(reduce(reduce(x, [n, channels * h * w], [0]), [channels / to.block, h * w, to.block], [1]), [channels]);
  }

  /** The mean of each channel, [channels]. */
  mean(x: string): string {
    return this.to.op("Div", [this.sum(x), this.to.float(this.rows)]);
  }

  /** x without the mean of its channel. */
  centered(x: string, mean: string): string {
    return this.affine(x, { offset: this.to.op("Neg", [mean]) });
  }

  private spread(numbers: string): string {
    return this.layout === "channelsFirst" ? this.to.reshape(numbers, [1, this.channels, 1, 1]) : numbers;
  }
}
