// A worker of the step benchmark: a model written by hand in TensorFlow.js, on the backend `onnx` (traced or captured), on TensorFlow.js's own
// `cpu` with its own kernels, or on `wasm` if whoever bundles this has registered it. Its arguments are the model, the backend, the threads
// and, for the captured one, `captured`.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { CapturedTraining, numbersOf } from "../models/captured.js";
import { sizedModel } from "../models/sizes.js";
import { HandTraining } from "../models/training.js";
import { answer } from "./answer.js";
import { useBackend } from "./use-backend.js";

/** Batches that take turns. */
const batches = 5;

export async function workByHand(): Promise<void> {
  const [name = "", backend = "", threads = "1", form = "traced"] = process.argv.slice(2);
  const { model, optimizer } = sizedModel(name);
  if (backend === "onnx") await useBackend(backend, Number(threads));
  else if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  const inputs = Array.from({ length: batches }, (_, i) => model.inputs(i));
  let step = 0;
  if (form === "captured") {
    const training = new CapturedTraining(model, optimizer);
    const numbers = await Promise.all(inputs.map(numbersOf));
    await answer(() => Promise.resolve([training.step(numbers[step++ % batches] ?? {})]));
  } else {
    const training = new HandTraining(model, optimizer);
    await answer(async () => [await training.step(inputs[step++ % batches] ?? {})]);
  }
}
