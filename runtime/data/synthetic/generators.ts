// Generators of `synthetic(...)` by name. Another generator is another entry.

import type { Numbers } from "../table.js";
import { drawDigits } from "./digits.js";
import { drawShapes } from "./shapes.js";
import { drawSpirals } from "./spirals.js";

export interface Generator {
  /** Fields that it makes: dtype and shape per row. */
  readonly fields: Readonly<Record<string, { readonly shape: readonly number[]; readonly below: number | null }>>;
  readonly generate: (rows: number, seed: number) => Readonly<Record<string, Numbers>>;
}

export const generators: Readonly<Record<string, Generator>> = {
  digits: {
    fields: { image: { shape: [28, 28, 1], below: null }, label: { shape: [], below: 10 } },
    generate: (rows, seed) => ({ ...drawDigits(rows, seed) }),
  },
  shapes: {
    fields: { noisy: { shape: [64, 64, 1], below: null }, target: { shape: [64, 64, 1], below: null } },
    generate: (rows, seed) => ({ ...drawShapes(rows, seed) }),
  },
  spirals: {
    fields: { point: { shape: [2], below: null }, label: { shape: [], below: 2 } },
    generate: (rows, seed) => ({ ...drawSpirals(rows, seed) }),
  },
};
