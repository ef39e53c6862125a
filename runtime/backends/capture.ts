// Replaying steps, where the backend in use can record one: the seam between training and the backends that can.

import * as tf from "@tensorflow/tfjs-core";
import { OnnxBackend } from "./onnx/backend.js";
import { capture, type Obstacle, type Recording } from "./onnx/capture.js";
import type { CapturedStep } from "./onnx/captured-step.js";

export { CapturedStep, type Numbers } from "./onnx/captured-step.js";
export type { Obstacle, Recording } from "./onnx/capture.js";

/** Captures a step as `capture` of the backend says, `unroll` steps in one run. */
export type Capture = (record: (round: 0 | 1) => Recording, unroll: number) => CapturedStep | Obstacle;

let isWanted = true;

/** How the backend in use captures steps; null if it cannot. */
export function captureOfBackend(): Capture | null {
  const { backend } = tf.engine();
  return isWanted && backend instanceof OnnxBackend ? (record, unroll) => capture(backend, record, { unroll }) : null;
}

/** Runs `run` without captures: for comparisons. */
export async function withoutCapture<T>(run: () => Promise<T>): Promise<T> {
  isWanted = false;
  try {
    return await run();
  } finally {
    isWanted = true;
  }
}
