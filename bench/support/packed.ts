// What a packed folder is measured with: the step benchmark on a GPU, for the programs that lie beside it.

import { parseArgs } from "node:util";
import { gpuFlags, measureOnGpu } from "./gpu-bench.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: gpuFlags });
await measureOnGpu(import.meta.dirname, positionals, values);
