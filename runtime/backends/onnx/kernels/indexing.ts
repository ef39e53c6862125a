// Rows by index, one-hot rows, and sums of rows by index. Indices that are known when the op is recorded are checked then.

import * as tf from "@tensorflow/tfjs-core";
import type { Call, KernelDefinition } from "../definition.js";
import { sizeOf, type Ref } from "../value.js";
import { dtypeOf } from "./pointwise.js";

/** Are all indices in [0, count)? Null if they are not known yet. */
function isWithin(call: Call, indices: Ref, count: number): boolean | null {
  const host = call.known(indices);
  if (host === null) return null;
  for (const index of host) if (index < 0 || index >= count) return false;
  return true;
}

export const indexing: readonly KernelDefinition[] = [
  {
    kernel: tf.GatherV2,
    plan: (call) => {
      const [x, indices] = [call.input("x"), call.input("indices")];
      const [given = 0] = call.numbers("axis");
      const axis = given < 0 ? given + x.shape.length : given;
      // The fallback says which index is wrong.
      if (indices.value.dtype !== "int32" || Number(call.attribute("batchDims") ?? 0) !== 0) return null;
      const count = x.shape[axis] ?? 0;
      const isKnown = isWithin(call, indices, count);
      if (isKnown === false) return null;
      return { inputs: [x, indices], outputs: [{ shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: dtypeOf(x) }], params: [axis, isKnown === true ? 1 : 0] };
    },
    // To the engine negative indices count from the end: moved below that they are the error that they are to TensorFlow.js.
    emit: (to, [x, indices], [axis = 0, isKnown = 0]) => {
      const given = indices?.name ?? "";
      const safe = isKnown === 1 ? given : to.op("Where", [to.op("Less", [given, to.int32(0)]), to.op("Sub", [given, to.int32(x?.shape[axis] ?? 0)]), given]);
      return to.op("Gather", [x?.name ?? "", safe], { axis });
    },
  },
  {
    kernel: tf.OneHot,
    plan: (call) => {
      const indices = call.input("indices");
      const depth = Number(call.attribute("depth"));
      const dtype = call.attribute("dtype") ?? "int32";
      if (indices.value.dtype !== "int32" || (dtype !== "float32" && dtype !== "int32") || depth < 1) return null;
      return {
        inputs: [indices, call.scalar(Number(call.attribute("onValue")), dtype), call.scalar(Number(call.attribute("offValue")), dtype)],
        outputs: [{ shape: [...indices.shape, depth], dtype }],
        params: [depth],
      };
    },
    emit: (to, [indices, on, off], [depth = 1]) => {
      const classes = to.int32s(Array.from({ length: depth }, (_, i) => i));
      const hit = to.op("Equal", [to.reshape(indices?.name ?? "", [...(indices?.shape ?? []), 1]), classes]);
      return to.op("Where", [hit, on?.name ?? "", off?.name ?? ""]);
    },
  },
  {
    kernel: tf.UnsortedSegmentSum,
    plan: (call) => {
      const [x, ids] = [call.input("x"), call.input("segmentIds")];
      const count = Number(call.attribute("numSegments"));
      if (x.value.dtype !== "float32" || ids.value.dtype !== "int32" || count < 1) return null;
      const rest = x.shape.slice(ids.shape.length);
      const isKnown = isWithin(call, ids, count) === true;
      const rows = sizeOf(ids.shape);
      const width = sizeOf(rest);
      return { inputs: [{ value: x.value, shape: [rows, width] }, { value: ids.value, shape: [rows, 1] }], outputs: [{ shape: [count, ...rest], dtype: "float32" }], params: [count, isKnown ? 1 : 0] };
    },
    // Row by row in order, so that sums do not depend on threads. Ids outside go to a row that is dropped.
    emit: (to, [x, ids], [count = 1, isKnown = 0], [output]) => {
      const [rows = 1, width = 1] = x?.shape ?? [];
      const safe = isKnown === 1 ? (ids?.name ?? "") : to.op("Where", [to.op("Or", [to.op("Less", [ids?.name ?? "", to.int32(0)]), to.op("GreaterOrEqual", [ids?.name ?? "", to.int32(count)])]), to.int32(count), ids?.name ?? ""]);
      const zeros = to.op("Expand", [to.float(0), to.integers([count + 1 - isKnown, width])]);
      const places = to.op("Expand", [safe, to.integers([rows, width])]);
      const sums = to.op("ScatterElements", [zeros, places, x?.name ?? ""], { axis: 0, reduction: "add" });
      const kept = isKnown === 1 ? sums : to.op("Slice", [sums, to.integers([0]), to.integers([count]), to.integers([0])]);
      return to.reshape(kept, output?.shape ?? []);
    },
  },
];
