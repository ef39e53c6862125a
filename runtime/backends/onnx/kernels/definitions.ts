// All kernels that run on the engine.

import type { KernelDefinition } from "../definition.js";
import { convolutions } from "./convolutions.js";
import { elementwise } from "./elementwise.js";
import { indexing } from "./indexing.js";
import { normalization } from "./normalization.js";
import { pools } from "./pools.js";
import { products } from "./products.js";
import { reductions } from "./reductions.js";
import { shapes } from "./shapes.js";

export const definitions: readonly KernelDefinition[] = [...elementwise, ...reductions, ...products, ...convolutions, ...pools, ...normalization, ...shapes, ...indexing];
