// Products of matrices.

import * as tf from "@tensorflow/tfjs-core";
import type { KernelDefinition } from "../definition.js";
import { broadcast } from "../value.js";

export const products: readonly KernelDefinition[] = [
  {
    kernel: tf.BatchMatMul,
    plan: (call) => {
      const [a, b] = [call.input("a"), call.input("b")];
      if (a.value.dtype !== "float32" || b.value.dtype !== "float32" || a.shape.length < 2 || b.shape.length < 2) return null;
      const [isLeft, isRight] = [call.flag("transposeA"), call.flag("transposeB")];
      const rows = a.shape.at(isLeft ? -1 : -2) ?? 1;
      const columns = b.shape.at(isRight ? -2 : -1) ?? 1;
      const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
      if (batch === null || a.shape.at(isLeft ? -2 : -1) !== b.shape.at(isRight ? -1 : -2)) return null;
      return { inputs: [a, b], outputs: [{ shape: [...batch, rows, columns], dtype: "float32" }], params: [isLeft ? 1 : 0, isRight ? 1 : 0] };
    },
    emit: (to, [a, b], [transA = 0, transB = 0], [output]) => {
      const names = [a?.name ?? "", b?.name ?? ""];
      if (output?.shape.length === 2) return to.op("Gemm", names, { transA, transB });
      return transA === 0 && transB === 0 ? to.op("MatMul", names) : to.op("FusedMatMul", names, { transA, transB }, "com.microsoft");
    },
  },
];
