// The battery: every case, by kind.

import type { Case } from "./case.js";
import { functionCase, type FunctionCase } from "./function-case.js";
import { kernelSetCases } from "./kernel-sets.js";
import { metricCases } from "./metrics.js";
import { optimizerCases } from "./optimizers.js";
import { randomCases } from "./random-layers.js";
import { storedCases } from "./references.js";
import { wideCases } from "./wide.js";

let functions: Promise<readonly FunctionCase[]> | null = null;

/** All functions of tensors: layers, operators, losses, and parts of the runtime that have a gradient. The first call makes `cpu` the backend. */
export function functionCases(): Promise<readonly FunctionCase[]> {
  functions ??= wideCases().then((wide) => [...storedCases(), ...randomCases(), ...wide]);
  return functions;
}

/** Everything. The first call makes `cpu` the backend. */
export async function allCases(): Promise<readonly Case[]> {
  return [...(await functionCases()).map(functionCase), ...metricCases(), ...optimizerCases(), ...kernelSetCases()];
}
