// What the step benchmark compares, and what is aimed at.

import { fileURLToPath } from "node:url";
import { sizedModel } from "../models/sizes.js";
import { copiesOf } from "./step-programs.js";
import type { StepBundles } from "./step-bundles.js";
import type { Variant } from "./worker.js";

/** A quotient that is printed beside its target, if it has one. */
export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Case {
  /** Of the model by hand, in PyTorch and, with `_<k>`, in the `.sop` program. */
  readonly model: string;
  readonly title: string;
  readonly variants: (bundles: StepBundles, threads: number) => readonly Variant[];
  readonly ratios: readonly Ratio[];
}

const python = "/usr/bin/python3";
export const torchName = "PyTorch";
const tracedName = "by hand, onnx";
const capturedName = "by hand, onnx, captured";
const wasmName = "by hand, wasm";
const cpuName = "by hand, cpu";
export const sopName = (k: number): string => (k === 1 ? "sop" : `sop, overparam ${k}`);

/** The models of the backend `onnx` and how many times as long as PyTorch's their steps may be. */
const targets: Readonly<Record<string, number | null>> = { mlp: 1, large_mlp: 1, tiny_mlp: null, cnn: 1.25, cnn_128: 1.25, resnet8: 1.25, transformer: 1 };
/** At most so many times as long with four kernels per layer, at batch 128. */
const overparam: Readonly<Record<string, number>> = { mlp: 1.1, cnn_128: 1.1 };
/** At least so many times as fast as the wasm backend, which has no gradients of convolutions and embeddings. */
const wasm: Readonly<Record<string, number | null>> = { mlp: 15, large_mlp: null, tiny_mlp: null };
/** On TensorFlow.js's own `cpu` a step takes seconds to minutes. */
const slow = new Set(["large_mlp", "cnn", "cnn_128", "resnet8", "transformer"]);

/** The model in words, with its batch and what trains it. */
export function titleOf(name: string): string {
  const { model } = sizedModel(name);
  return `${model.title}, batch ${model.batch}, ${name.endsWith("sgd") ? "SGD with momentum" : "Adam"}`;
}

/** The backend `onnx` beside its peers; with `isSlow` also where TensorFlow.js's `cpu` takes long. */
export function nativeCases(isSlow: boolean): readonly Case[] {
  return Object.entries(targets).map(([model, target]) => {
    const copies = copiesOf[model] ?? [];
    const limit = target === null ? {} : { atMost: target };
    const least = wasm[model];
    return {
      model,
      title: titleOf(model),
      variants: ({ program, folder, hand, wasm: wasmBundle }, threads) => [
        ...copies.map((k): Variant => ({ name: sopName(k), command: process.execPath, args: [program, `${model}_${k}`, "onnx", String(threads), folder] })),
        { name: tracedName, command: process.execPath, args: [hand, model, "onnx", String(threads)] },
        { name: capturedName, command: process.execPath, args: [hand, model, "onnx", String(threads), "captured"] },
        // Those of one thread are measured where the others have one too.
        ...(threads > 1 || wasmBundle === null || least === undefined ? [] : [{ name: wasmName, command: process.execPath, args: [wasmBundle, model, "wasm"] }]),
        ...(threads > 1 || (slow.has(model) && !isSlow) ? [] : [{ name: cpuName, command: process.execPath, args: [hand, model, "cpu"] }]),
        torchVariant(model, threads),
      ],
      ratios: [
        { of: sopName(1), to: torchName, ...limit },
        ...[tracedName, capturedName].map((name) => ({ of: name, to: torchName })),
        ...[tracedName, capturedName].map((name) => ({ of: sopName(1), to: name })),
        ...copies.filter((k) => k > 1).map((k) => ({ of: sopName(k), to: sopName(1), ...(overparam[model] === undefined ? {} : { atMost: overparam[model] }) })),
        ...(least === undefined ? [] : [{ of: wasmName, to: sopName(1), ...(least === null ? {} : { atLeast: least }) }]),
        { of: cpuName, to: sopName(1) },
      ],
    };
  });
}

/** The backend `cpu` with 1, 2, 4 and 8 kernels per layer. */
export const cpuCases: readonly Case[] = ["small_mlp_adam", "small_mlp_sgd", "small_cnn_adam"].map((model) => {
  const copies = copiesOf[model] ?? [];
  return {
    model,
    title: titleOf(model),
    variants: ({ program, folder, hand }) => [
      ...copies.map((k): Variant => ({ name: sopName(k), command: process.execPath, args: [program, `${model}_${k}`, "cpu", "1", folder] })),
      { name: cpuName, command: process.execPath, args: [hand, model, "cpu"] },
      torchVariant(model, 1),
    ],
    ratios: [
      ...copies.filter((k) => k > 1).map((k) => ({ of: sopName(k), to: sopName(1), ...(k === 4 ? { atMost: 1.1 } : {}) })),
      { of: cpuName, to: sopName(1) },
      { of: torchName, to: sopName(1) },
    ],
  };
});

function torchVariant(model: string, threads: number): Variant {
  return { name: torchName, command: python, args: [fileURLToPath(new URL("./torch_peer.py", import.meta.url)), model, String(threads), "cpu"] };
}
