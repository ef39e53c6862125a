// From a graph to a session of the engine.

import type { NativeEngine } from "./binding.js";
import { channelBlock } from "./channel-blocks.js";
import { Emitter, formsOf, Operand, type Emitted, type Forms } from "./emitter.js";
import type { Graph } from "./graph.js";
import type { ModelValue } from "./model.js";
import type { Compiled } from "./sessions.js";
import { isSameShape } from "./value.js";

/** Opens the session. Throws with the engine's message, which names the node at fault as `nodeName` does. */
export function compile(engine: NativeEngine, threads: number, { nodes, feeds, fetches }: Graph): Compiled {
  const to = new Emitter(channelBlock(engine));
  const made = new Map<number, { readonly forms: Forms; readonly shape: readonly number[]; readonly dtype: ModelValue["type"] }>();
  const inputs: ModelValue[] = [];
  for (const { slot, shape, dtype } of feeds) {
    const name = `i${slot}`;
    made.set(slot, { forms: formsOf(name), shape, dtype });
    inputs.push({ name, type: dtype, shape });
  }
  for (const [place, node] of nodes.entries()) {
    to.label = nodeName(node.definition.kernel, place);
    const operands = node.inputs.map(({ slot, shape }) => {
      const found = made.get(slot);
      if (found === undefined) throw new Error("an operand that no op made");
      const operand = new Operand(to, found.forms, found.shape, found.dtype);
      return isSameShape(shape, found.shape) ? operand : new Operand(to, formsOf(to.reshape(operand.name, shape)), shape, found.dtype);
    });
    const given = node.definition.emit(to, operands, node.params, node.specs);
    const results = Array.isArray(given) ? given : [given];
    for (const [i, slot] of node.outputs.entries()) {
      const spec = node.specs[i] ?? { shape: [], dtype: "float32" };
      made.set(slot, { forms: formsOf(results[i] as Emitted), ...spec });
    }
  }
  to.label = "result";
  const taken = new Set(inputs.map(({ name }) => name));
  const outputs = fetches.map(({ slot, spec }): ModelValue => {
    const found = made.get(slot);
    if (found === undefined) throw new Error("a result that no op made");
    const plain = new Operand(to, found.forms, found.shape, spec.dtype).name;
    // An output may not be an input or another output, nor a constant.
    const name = taken.has(plain) || plain.startsWith("c") ? to.op("Identity", [plain]) : plain;
    taken.add(name);
    return { name, type: spec.dtype, shape: spec.shape };
  });
  const session = engine.open(to.model(inputs, outputs), threads);
  return { session, feeds: inputs.map(({ name }) => name), fetches: outputs.map(({ name }) => name) };
}

function nodeName(kernel: string, place: number): string {
  return `${kernel}_${place}`;
}

/** The place of the node that an error of the engine names, or null. */
export function nodeNamed(message: string): number | null {
  const found = /\b\w+?_(\d+)_\d+\b/.exec(message)?.[1];
  return found === undefined ? null : Number(found);
}
