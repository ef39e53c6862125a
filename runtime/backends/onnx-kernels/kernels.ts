// Kernels that only the runtime's own layers and optimizers call, for the backend `onnx`.

import type { KernelDefinition } from "../onnx/definition.js";
import { batchNorm } from "./batch-norm.js";

export const onnxKernels: readonly KernelDefinition[] = [...batchNorm];

/** Those that change tensors on the host: for devices whose memory that is. */
export { updates as hostUpdates } from "./updates.js";
