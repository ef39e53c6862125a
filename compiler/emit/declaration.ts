// Top-level declarations of a generated program, before they become text.

import type { Origin } from "../source/source.js";
import type { FunctionBody } from "./function-body.js";

export type Declaration = ConstantDeclaration | FunctionDeclaration;

interface Declared {
  readonly name: string;
  /** Text of any kind; it is made safe for a comment when it is written. */
  readonly doc: string | null;
  readonly exported: boolean;
  readonly origin: Origin;
}

export interface ConstantDeclaration extends Declared {
  readonly kind: "constant";
  readonly value: string;
}

export interface FunctionDeclaration extends Declared {
  readonly kind: "function";
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly body: FunctionBody;
}
