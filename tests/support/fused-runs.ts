// What tests of runs that start from others share: how a run is made, and a small model on small data.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Placed } from "./compiled.js";
import { smallData } from "./small-data.js";

export const cpu = ["--quiet", "--backend", "cpu"] as const;
/** Where a program finds the packages of this one. */
export const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Runs a command that ends well; all that it says. */
export async function done(program: Placed, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await program.run(...args);
  assert.is(code, 0, err);
  return out + err;
}

/** The bytes of a run's checkpoint. */
export function checkpoint(program: Placed, runs: string, run: string, step: number): Buffer {
  return readFileSync(program.path("..", runs, run, "checkpoints", `step-${String(step).padStart(8, "0")}.safetensors`));
}

/** A model of two layers and a recipe that is still open, with this highest rate. */
export function perceptron(peak: string): string {
  return `${smallData}
model Net(width: int) {
  input image: f32[64]
  output y: f32[1] = image |> dense(width) |> relu |> dense(1)
}
recipe all {
  loss      mse(y |> reshape([]), size)
  optimizer adam(lr: warmup_cosine(peak: ${peak}))
  batch     16
  steps     60
`;
}
