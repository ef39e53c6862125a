// The kernels of batch norm in training on the backend `cpu`: x is a matrix [rows, features], all sums in double precision.

import type * as tf from "@tensorflow/tfjs-core";
import { floats, input, type Call } from "./arrays.js";

export const batchStatisticsKernelName = "SopBatchStatistics";
export const normalizeKernelName = "SopNormalize";
export const normalizeGradKernelName = "SopNormalizeGrad";

/** x to [mean, variance], each [features], the variance with divisor rows. */
export function batchStatistics(call: Call): tf.TensorInfo[] {
  const x = floats(call, "x");
  const features = input(call, "x").shape.at(-1) ?? 1;
  const rows = x.length / features;
  const mean = new Float64Array(features);
  for (let from = 0; from < x.length; from += features) {
    for (let c = 0; c < features; c++) mean[c] = (mean[c] as number) + (x[from + c] as number);
  }
  for (let c = 0; c < features; c++) mean[c] = (mean[c] as number) / rows;
  const variance = new Float64Array(features);
  for (let from = 0; from < x.length; from += features) {
    for (let c = 0; c < features; c++) {
      const d = (x[from + c] as number) - (mean[c] as number);
      variance[c] = (variance[c] as number) + d * d;
    }
  }
  return [
    call.backend.makeTensorInfo([features], "float32", Float32Array.from(mean)),
    call.backend.makeTensorInfo([features], "float32", Float32Array.from(variance, (sum) => sum / rows)),
  ];
}

/** (x - mean) * scale / sqrt(variance + epsilon) + bias. */
export function normalize(call: Call): tf.TensorInfo {
  const x = floats(call, "x");
  const { shape } = input(call, "x");
  const mean = floats(call, "mean");
  const bias = floats(call, "bias");
  const factor = factors(call, floats(call, "scale"));
  const features = factor.length;
  const out = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += features) {
    for (let c = 0; c < features; c++) out[from + c] = ((x[from + c] as number) - (mean[c] as number)) * (factor[c] as number) + (bias[c] as number);
  }
  return call.backend.makeTensorInfo([...shape], "float32", out);
}

/** dy to [dx, dscale, dbias] where mean and variance are those of x: dx = factor (dy - mean(dy) - z mean(dy z)), z the normalized x. */
export function normalizeGrad(call: Call): tf.TensorInfo[] {
  const x = floats(call, "x");
  const { shape } = input(call, "x");
  const dy = floats(call, "dy");
  const mean = floats(call, "mean");
  const scale = floats(call, "scale");
  const inverse = factors(call, null);
  const features = inverse.length;
  const rows = x.length / features;
  const dscale = new Float64Array(features);
  const dbias = new Float64Array(features);
  for (let from = 0; from < x.length; from += features) {
    for (let c = 0; c < features; c++) {
      const g = dy[from + c] as number;
      dbias[c] = (dbias[c] as number) + g;
      dscale[c] = (dscale[c] as number) + g * ((x[from + c] as number) - (mean[c] as number)) * (inverse[c] as number);
    }
  }
  const dx = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += features) {
    for (let c = 0; c < features; c++) {
      const z = ((x[from + c] as number) - (mean[c] as number)) * (inverse[c] as number);
      dx[from + c] = (scale[c] as number) * (inverse[c] as number) * ((dy[from + c] as number) - ((dbias[c] as number) + z * (dscale[c] as number)) / rows);
    }
  }
  return [
    call.backend.makeTensorInfo([...shape], "float32", dx),
    call.backend.makeTensorInfo([features], "float32", Float32Array.from(dscale)),
    call.backend.makeTensorInfo([features], "float32", Float32Array.from(dbias)),
  ];
}

/** scale / sqrt(variance + epsilon) per feature; scale 1 where it is null. */
function factors(call: Call, scale: Float32Array | null): Float64Array {
  const variance = floats(call, "variance");
  const epsilon = typeof call.attrs["epsilon"] === "number" ? call.attrs["epsilon"] : 0;
  return Float64Array.from(variance, (v, c) => (scale === null ? 1 : (scale[c] as number)) / Math.sqrt(v + epsilon));
}
