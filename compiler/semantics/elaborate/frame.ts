// What a body knows of its own call: whose it is, what it was given, what it gives.

import type { Block, Model } from "../../ast/ast.js";
import type { Origin, Span } from "../../source/source.js";
import type { Env } from "../context.js";
import type { Value } from "../values.js";

export interface Frame {
  readonly owner: Block | Model;
  /** The tensors of a model that is called as a block, by input; null for a model on its own. */
  readonly given: ReadonlyMap<string, { readonly value: Value; readonly span: Span }> | null;
  /** Shapes of the data's fields by input, for sizes that only data give; null: there are none. */
  readonly fed: ReadonlyMap<string, readonly number[]> | null;
  /** The caller, for messages about what it gave. */
  readonly caller: Env | null;
  /** Values after `return`, or null before it. */
  returned: readonly Value[] | null;
  readonly outputs: { readonly name: string; readonly value: Value; readonly origin: Origin }[];
}
