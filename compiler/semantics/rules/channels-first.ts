// Images that stand as [channels, height, width], as other frameworks have them: layers over images take the last axis for the channels.

import type { LayerKind } from "../layers/layers.js";
import { printType } from "../types.js";
import type { GraphInput, Instance } from "../semantic-model.js";
import type { Linted } from "./rule.js";

const overImages: ReadonlySet<LayerKind> = new Set<LayerKind>(["conv2d", "depthwise_conv2d", "conv2d_transpose", "max_pool", "avg_pool", "global_avg_pool", "resize"]);
/** What changes no axis. */
const transparent: ReadonlySet<LayerKind> = new Set<LayerKind>(["add", "sub", "mul", "div", "neg", "cast", "batch_norm", "dropout"]);
/** Channels of gray and of color images, and of color with transparency. */
const channels: readonly number[] = [1, 3, 4];

/** Warns once for each input that looks like it: few in front, then a square. */
export function channelsFirst({ model, say, ownPlace }: Linted): void {
  for (const instance of model.instances) {
    const told = new Set<GraphInput>();
    for (const { layer, operands: [operand], origin, callers } of instance.graph.applications.filter((application) => overImages.has(application.layer))) {
      const input = operand === undefined ? null : inputBehind(instance, operand);
      if (input === null || told.has(input) || !isChannelsFirst(input)) continue;
      const place = ownPlace([origin, ...callers]);
      if (place === null) continue;
      told.add(input);
      say("channels-first", place, { layer, input: input.name, found: printType(input.type) }, { notes: [{ origin: input.origin, message: `\`${input.name}\` is declared here.` }] });
    }
  }
}

function isChannelsFirst({ type: { shape } }: GraphInput): boolean {
  const [first = 0, height = 0, width = 0] = shape;
  return shape.length === 3 && channels.includes(first) && height === width && height > 4;
}

/** The input that a value is, up to what changes no axis; null if there is none. */
function inputBehind({ graph }: Instance, value: number): GraphInput | null {
  for (let at = value; ; ) {
    const input = graph.inputs[at];
    if (input !== undefined) return input;
    const application = graph.applications[at - graph.inputs.length];
    const [operand] = application?.operands ?? [];
    if (application === undefined || operand === undefined || !transparent.has(application.layer)) return null;
    at = operand;
  }
}
