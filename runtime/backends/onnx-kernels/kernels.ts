// Kernels that only the runtime's own layers and optimizers call, for the backend `onnx`.

import type { KernelDefinition } from "../onnx/definition.js";

export const onnxKernels: readonly KernelDefinition[] = [];
