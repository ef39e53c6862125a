// Registers the backend and its kernels with TensorFlow.js: ours where ONNX expresses them, the fallback for all others that the
// backend `cpu` has.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { availableParallelism } from "node:os";
import { OnnxBackend } from "./backend.js";
import { loadEngine, type MissingEngine, type NativeEngine } from "./binding.js";
import type { Device } from "./device.js";
import type { Call, KernelDefinition, Plan } from "./definition.js";
import { runFallback } from "./fallback.js";
import { installGradients } from "./gradients.js";
import { aliases } from "./kernels/aliases.js";
import { definitions } from "./kernels/definitions.js";
import type { DataType } from "./pool.js";
import type { Limits } from "./recorder.js";
import { broadcast, isNative, isSameShape, sizeOf, type Ref } from "./value.js";

export const backendName = "onnx";

export interface InstallOptions {
  /** Files from which the engine's package is looked for, best first. */
  readonly roots: readonly string[];
  /** Threads of the engine; by default one for every two processors, at most 8: more wait for each other where others use the machine. Up to `mostThreads` results do not depend on it. */
  readonly threads?: number;
  /** What computes; by default the CPU. */
  readonly device?: Device;
  readonly limits?: Limits;
  /** Kernels of whoever installs the backend, beside those of TensorFlow.js. */
  readonly extraKernels?: readonly KernelDefinition[];
}

export interface Installed {
  readonly version: string;
  readonly device: Device;
  readonly threads: number;
  readonly backend: OnnxBackend;
}

let installed: Installed | null = null;

/** Registers the backend `onnx`, once; says what is missing otherwise. Asked again, it takes other threads, but no other device. */
export function installOnnxBackend({ roots, threads: wanted, device, limits, extraKernels = [] }: InstallOptions): Installed | MissingEngine {
  if (installed !== null) return again(installed, wanted, device);
  const threads = wanted ?? defaultThreads(availableParallelism());
  const engine = loadEngine(roots, device);
  if ("missing" in engine) return engine;
  const backend = create(engine, threads, limits);
  tf.registerBackend(backendName, () => backend, 0);
  registerKernels(backend, [...definitions, ...extraKernels]);
  flushBetweenSteps(backend);
  installGradients(() => tf.getBackend() === backendName);
  installed = { version: engine.version, device: engine.device, threads, backend };
  return installed;
}

/** Half the processors, at most 8: where others use the machine, threads that wait for each other cost two to three times what they save. */
function defaultThreads(processors: number): number {
  return Math.min(8, Math.max(1, processors >> 1));
}

function again(known: Installed, threads: number | undefined, device: Device | undefined): Installed | MissingEngine {
  if (device !== undefined && device !== known.device) return { missing: `it runs on \`${known.device}\` already`, help: "Start another process for another device." };
  if (threads === undefined || threads === known.threads) return known;
  known.backend.recorder.setThreads(threads);
  installed = { ...known, threads };
  return installed;
}

function create(engine: NativeEngine, threads: number, limits: Limits | undefined): OnnxBackend {
  return limits === undefined ? new OnnxBackend(engine, threads) : new OnnxBackend(engine, threads, limits);
}

/** Kernels that run on the engine, and those that fall back. */
export function kernelCoverage(): { readonly native: readonly string[]; readonly fallback: readonly string[] } {
  const ours = new Set([...definitions.map(({ kernel }) => kernel), ...Object.keys(aliases)]);
  const all = tf.getKernelsForBackend("cpu").map(({ kernelName }) => kernelName);
  return { native: [...ours].sort(), fallback: all.filter((name) => !ours.has(name)).sort() };
}

function registerKernels(backend: OnnxBackend, native: readonly KernelDefinition[]): void {
  const byKernel = new Map<string, KernelDefinition[]>();
  for (const definition of native) byKernel.set(definition.kernel, [...(byKernel.get(definition.kernel) ?? []), definition]);
  const published = tf.getKernelsForBackend("cpu").filter(({ kernelName }) => !kernelName.startsWith("Sop"));
  for (const kernelName of new Set([...byKernel.keys(), ...Object.keys(aliases), ...published.map((kernel) => kernel.kernelName)])) {
    const own = byKernel.get(kernelName) ?? [];
    const alias = aliases[kernelName];
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const call = callOf(backend, inputs, attrs ?? {});
        const shared = alias?.(backend, inputs, attrs ?? {}, call) ?? null;
        if (shared !== null) return shared;
        for (const definition of own) {
          const plan = definition.plan(call);
          if (plan === null || !isServed(plan)) continue;
          if (definition.update !== undefined && !backend.recorder.isTracing) throw new Error(`${kernelName} changes its inputs, which only a captured step may do`);
          return record(backend, definition, plan);
        }
        return runFallback(backend, kernelName, inputs, attrs);
      },
    });
  }
}

/** The engine takes neither empty tensors nor strings and complex numbers. */
function isServed({ inputs, outputs }: Plan): boolean {
  return inputs.every(({ value }) => isNative(value.dtype) && value.size > 0) && outputs.every(({ shape }) => sizeOf(shape) > 0);
}

function record(backend: OnnxBackend, definition: KernelDefinition, plan: Plan): tf.TensorInfo | tf.TensorInfo[] {
  const inputs = definition.broadcasts === true ? small(plan) : plan.inputs;
  const values = backend.recorder.record(definition, inputs, plan.outputs, plan.params ?? []);
  const infos = values.map((value, i) => backend.adopt(value, plan.outputs[i]?.shape ?? []));
  if (definition.kernel === tf.Tile || definition.kernel === tf.Fill) expandsFrom(plan, values);
  if (backend.isEager || backend.recorder.isFull) backend.recorder.flush();
  const [first] = infos;
  return definition.isList === true || first === undefined ? infos : first;
}

/** Notes that a value is the broadcast of a smaller one. */
function expandsFrom({ inputs, outputs }: Plan, [value]: readonly { small: Ref | null }[]): void {
  const [input] = inputs;
  const shape = outputs[0]?.shape;
  if (input === undefined || value === undefined || shape === undefined) return;
  const result = broadcast(input.shape, shape);
  if (result !== null && isSameShape(result, shape)) value.small = input;
}

/** The inputs, small ones in the place of their broadcasts as long as the result keeps its shape. */
function small({ inputs, outputs }: Plan): readonly Ref[] {
  const chosen = [...inputs];
  const target = outputs[0]?.shape ?? [];
  for (const [i, { value, shape }] of inputs.entries()) {
    const { small: of } = value;
    if (of === null || value.node === null || of.shape.length > shape.length || shape.length !== value.node.specs[0]?.shape.length) continue;
    if (!isSameShape(shape, value.node.specs[0].shape)) continue;
    const before = chosen[i];
    chosen[i] = of;
    const result = chosen.reduce<readonly number[] | null>((sum, each) => (sum === null ? null : broadcast(sum, each.shape)), []);
    if ((result === null || !isSameShape(result, target)) && before !== undefined) chosen[i] = before;
  }
  return chosen;
}

function callOf(backend: OnnxBackend, inputs: unknown, attrs: Readonly<Record<string, unknown>>): Call {
  const named = inputs as Readonly<Record<string, tf.TensorInfo | undefined>>;
  const input = (name: string): Ref => {
    const found = named[name];
    if (found === undefined) throw new Error(`a kernel without its input ${name}`);
    return backend.ref(found);
  };
  return {
    input,
    list: () => Object.values(named).flatMap((each) => (each === undefined ? [] : [backend.ref(each)])),
    has: (name) => named[name] !== undefined && named[name] !== null,
    attribute: (name) => attrs[name],
    numbers: (name) => {
      const found = attrs[name];
      if (typeof found === "number") return [found];
      return Array.isArray(found) || ArrayBuffer.isView(found) ? Array.from(found as ArrayLike<number>) : [];
    },
    flag: (name) => attrs[name] === true,
    // What is recorded to be captured is replayed with other numbers.
    known: ({ value }) => (backend.recorder.isTracing ? null : value.host),
    scalar: (number, dtype: DataType = "float32") => {
      const value = backend.hostValue([number], dtype);
      value.references = 0;
      return { value, shape: [] };
    },
  };
}

/**
 * A program that never reads would record a whole epoch: when gradients are asked for and those of an earlier call are still to be
 * computed, these go first. So a step - gradients, update, what comes before the next gradients - is one run.
 */
function flushBetweenSteps(backend: OnnxBackend): void {
  const engine = tf.engine();
  const original = engine.gradients.bind(engine);
  let depth = 0;
  let flushesAtLastStep = -1;
  engine.gradients = ((...args: Parameters<typeof original>) => {
    const isOutermost = depth === 0 && engine.backendName === backendName && !backend.recorder.isTracing;
    if (isOutermost && backend.counts.pending > 0 && backend.counts.flushes === flushesAtLastStep) backend.recorder.flush();
    depth++;
    try {
      return original(...args);
    } finally {
      depth--;
      if (isOutermost) flushesAtLastStep = backend.counts.flushes;
    }
  }) as typeof engine.gradients;
}
