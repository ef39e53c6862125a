// The battery: every case, by kind.

import type { Case } from "./case.js";
import { functionCase, type FunctionCase } from "./function-case.js";
import { kernelSetCases } from "./kernel-sets.js";
import { metricCases } from "./metrics.js";
import { optimizerCases } from "./optimizers.js";
import { randomCases } from "./random-layers.js";
import { storedCases } from "./references.js";
import { wideCases } from "./wide.js";

/** All functions of tensors: layers, operators, losses, and parts of the runtime that have a gradient. Makes `cpu` the backend. */
export async function functionCases(): Promise<readonly FunctionCase[]> {
  return [...storedCases(), ...randomCases(), ...(await wideCases())];
}

/** Everything. Makes `cpu` the backend. */
export async function allCases(): Promise<readonly Case[]> {
  return [...(await functionCases()).map(functionCase), ...metricCases(), ...optimizerCases(), ...kernelSetCases()];
}
