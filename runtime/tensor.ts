// Tensors, and the trace by which the first op that went wrong is found. Relies on TensorFlow.js alone.

import * as tf from "@tensorflow/tfjs-core";

export type { Tensor } from "@tensorflow/tfjs-core";

/** What element-wise functions take: a tensor or a number. */
export type Operand = tf.Tensor | number;

/** An op of the forward pass, by its place in the order of execution. */
export interface OpAt {
  /** 0 for the first op. */
  readonly ordinal: number;
  /** The op's name as in generated code: `matmul`. */
  readonly op: string;
}

interface Seen extends OpAt {
  readonly finite: tf.Tensor;
}

/** The ops seen so far while `diagnose` runs; null otherwise, so that a trace costs nothing. */
let trace: Seen[] | null = null;

/** Where the op that is running stands; its number is that of the program's places. */
let running: OpAt | null = null;
let started = 0;

/** An op of the forward pass that threw. */
export class OpFailure extends Error {
  constructor(
    readonly at: OpAt,
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/** The forward pass begins: its ops count from 0. */
export function startOps(): void {
  started = 0;
}

/** The op of the forward pass that is being run or recorded, or null. */
export function runningOp(): OpAt | null {
  return running;
}

/** Runs one op; while `diagnose` watches, notes whether its result is finite. Every layer function goes through here. */
export function traced(op: string, run: () => tf.Tensor): tf.Tensor {
  const outer = running;
  running = { ordinal: started++, op };
  let result: tf.Tensor;
  try {
    result = run();
  } catch (error) {
    throw error instanceof OpFailure ? error : new OpFailure(running, error);
  } finally {
    running = outer;
  }
  if (trace !== null) {
    const finite = tf.tidy(() => tf.keep(result.dtype === "float32" ? tf.all(tf.isFinite(result)) : tf.scalar(true, "bool")));
    trace.push({ ordinal: trace.length, op, finite });
  }
  return result;
}

/** Runs `run` and tells the first op whose result has a NaN or an infinity, or null. Ops that `run` calls count from 0. */
export async function diagnose(run: () => unknown): Promise<OpAt | null> {
  const seen: Seen[] = [];
  trace = seen;
  try {
    tf.tidy(() => {
      run();
    });
  } finally {
    trace = null;
  }
  let first: OpAt | null = null;
  for (const { ordinal, op, finite } of seen) {
    if (first === null && (await finite.data())[0] === 0) first = { ordinal, op };
    finite.dispose();
  }
  return first;
}
