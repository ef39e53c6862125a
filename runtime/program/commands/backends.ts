// `backends`: what can execute tensors here, on what device, how fast, and why the others cannot.

import * as tf from "@tensorflow/tfjs-core";
import { backends, selfTest, speed } from "../../backends/select.js";
import type { Output } from "../output.js";

export async function backendsCommand(output: Output): Promise<void> {
  const width = Math.max(...backends.map(({ name }) => name.length)) + 2;
  for (const backend of backends) {
    const loaded = await backend.load();
    const name = backend.name.padEnd(width);
    if ("unavailable" in loaded) {
      output.result(`${name}no: ${loaded.unavailable}${loaded.help === null ? "" : `. ${loaded.help}`}`);
      continue;
    }
    const starts = await tf.setBackend(loaded.registered).catch(() => false);
    const wrong = starts ? await selfTest() : "it does not start";
    output.result(wrong === null ? `${name}yes: ${loaded.device}, ${(await speed()).toFixed(1)} GFLOP/s` : `${name}no: ${wrong}`);
  }
}
