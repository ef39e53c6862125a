// Optimizer steps as loops over memory of their own: one pass reads a weight, its moments and its gradient and writes them back, where ops
// of the engine would take ten. The arithmetic is that of the composed steps, operation by operation, so that both give the same bits.

import { assemble, type VectorLoop } from "./wasm.js";

const loops: readonly VectorLoop[] = [
  {
    // v = b2 v + (1 - b2) g^2, and by what a first moment is multiplied.
    name: "adamPace",
    arrays: ["v", "g", "pace"],
    numbers: ["b2", "rest2", "rate", "offset"],
    values: ["gradient", "second"],
    body: ({ load, store, keep, get, add, mul, div, sqrt }) => [
      ...store("v", keep("second", add(mul(load("v"), get("b2")), mul(mul(keep("gradient", load("g")), get("rest2")), get("gradient"))))),
      ...store("pace", div(get("rate"), add(sqrt(get("second")), get("offset")))),
    ],
  },
  {
    name: "adamMove",
    arrays: ["w", "m", "g", "pace"],
    numbers: ["b1", "share", "keep"],
    values: ["first"],
    body: ({ load, store, keep, get, add, sub, mul }) => [
      ...store("m", keep("first", add(mul(load("m"), get("b1")), mul(get("share"), load("g"))))),
      ...store("w", sub(mul(load("w"), get("keep")), mul(get("first"), load("pace")))),
    ],
  },
  {
    name: "sgd",
    arrays: ["w", "g"],
    numbers: ["share", "rate"],
    values: [],
    body: ({ load, store, get, sub, mul }) => store("w", sub(load("w"), mul(mul(get("share"), load("g")), get("rate")))),
  },
  {
    name: "momentum",
    arrays: ["w", "m", "g"],
    numbers: ["share", "rate", "mu"],
    values: ["first"],
    body: ({ load, store, keep, get, add, sub, mul }) => [
      ...store("m", keep("first", add(mul(load("m"), get("mu")), mul(get("share"), load("g"))))),
      ...store("w", sub(load("w"), mul(get("first"), get("rate")))),
    ],
  },
  {
    name: "nesterov",
    arrays: ["w", "m", "g"],
    numbers: ["share", "rate", "mu"],
    values: ["first", "gradient"],
    body: ({ load, store, keep, get, add, sub, mul }) => [
      ...store("m", keep("first", add(mul(load("m"), get("mu")), keep("gradient", mul(get("share"), load("g")))))),
      ...store("w", sub(load("w"), mul(add(get("gradient"), mul(get("first"), get("mu"))), get("rate")))),
    ],
  },
];

/** Addresses of the arrays, the number of bytes, the numbers. */
export type Loop = (...given: readonly number[]) => void;
export type LoopName = "adamPace" | "adamMove" | "sgd" | "momentum" | "nesterov";

const pageBytes = 2 ** 16;
/** Bytes that one instance can address. */
export const mostBytes = 2 ** 32 - pageBytes;

/** As much as is used of what every engine of JavaScript has, and the types of Node do not say. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (options: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
const { Module, Memory, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

let compiled: object | null = null;

/** The loops over a new memory of at least so many bytes; null if there is not so much. */
export function updateLoops(bytes: number): { readonly buffer: ArrayBuffer; readonly loops: Readonly<Record<LoopName, Loop>> } | null {
  compiled ??= new Module(assemble(loops));
  let memory: { readonly buffer: ArrayBuffer };
  try {
    memory = new Memory({ initial: Math.ceil(bytes / pageBytes) });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const instance = new Instance(compiled, { host: { memory } });
  // The module exports exactly these functions; its type cannot say so.
  return { buffer: memory.buffer, loops: instance.exports as Readonly<Record<LoopName, Loop>> };
}
