// All kernels that run on the engine.

import type { KernelDefinition } from "../definition.js";
import { blocks } from "./blocks.js";
import { convolutions } from "./convolutions.js";
import { cumprod } from "./cumprod.js";
import { depthwise } from "./depthwise.js";
import { einsum } from "./einsum.js";
import { elementwise } from "./elementwise.js";
import { functions } from "./functions.js";
import { fusions } from "./fused.js";
import { indexing } from "./indexing.js";
import { integers } from "./integers.js";
import { localResponse } from "./local-response.js";
import { morphology } from "./morphology.js";
import { normalization } from "./normalization.js";
import { places } from "./places.js";
import { pools } from "./pools.js";
import { products } from "./products.js";
import { reductions } from "./reductions.js";
import { resizes } from "./resizes.js";
import { shapes } from "./shapes.js";
import { volumes } from "./volumes.js";

export const definitions: readonly KernelDefinition[] = [
  ...elementwise,
  ...functions,
  ...integers,
  ...reductions,
  ...products,
  einsum,
  ...convolutions,
  ...depthwise,
  ...volumes,
  ...morphology,
  ...fusions,
  ...pools,
  ...normalization,
  ...localResponse,
  cumprod,
  ...resizes,
  ...shapes,
  ...blocks,
  ...indexing,
  ...places,
];
