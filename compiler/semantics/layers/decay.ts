// The option `l2`, which layers with kernels or tables have; the lowering hands it to their weights.

import type { OptionSpec } from "../options.js";

export const l2Option: OptionSpec = {
  name: "l2",
  doc: "Adds this number times W to the gradient of the layer's kernels and tables, in the place of what `regularize l2` says; 0 exempts them.",
  type: { kind: "float", min: 0 },
  default: null,
};
