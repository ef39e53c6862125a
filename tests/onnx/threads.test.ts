// The backend `onnx` gives the same bits with any number of threads: a seeded search over kernels, their gradients and shapes, and whole
// training runs. Shapes are such that the engine shares out the work, though this machine may have fewer processors.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installOnnxBackend } from "../../runtime/backends/onnx/install.js";
import { installGradients, selectBackend, type Run } from "../../runtime/index.js";
import { named, runsOf } from "../support/compiled.js";
import { digitsModels } from "../support/digits-models.js";
import { Stepping } from "../support/stepping.js";

installGradients();

/** Counts of threads that results are compared between. */
const threadCounts = [1, 2, 4];

class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** One of them; lists of sizes name the usual and the odd ones. */
  of<T>(...choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.next() * choices.length)];
    if (chosen === undefined) throw new Error("a choice of nothing");
    return chosen;
  }

  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

}

/** Inputs of a case, made when first asked for and given in the same order again after `rewind`. */
class Source {
  private readonly random: Random;
  private readonly made: (Float32Array | Int32Array)[] = [];
  private place = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  rewind(): void {
    this.place = 0;
  }

  /** Numbers in (-scale, scale). */
  tensor(shape: readonly number[], scale = 2): tf.Tensor {
    return tf.tensor(this.next(() => Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => (2 * this.random.next() - 1) * scale)), [...shape], "float32");
  }

  /** Whole numbers from 0 to `most`. */
  indices(size: number, most: number): tf.Tensor1D {
    return tf.tensor1d(this.next(() => Int32Array.from({ length: size }, () => this.random.integer(0, most))), "int32");
  }

  private next(make: () => Float32Array | Int32Array): Float32Array | Int32Array {
    const found = this.made[this.place] ?? make();
    this.made[this.place++] = found;
    return found;
  }
}

/** What is computed: a name that tells the shapes, and results. */
interface Case {
  readonly name: string;
  readonly compute: (source: Source) => tf.Tensor | readonly tf.Tensor[];
}

const list = (shape: readonly number[]): string => `[${shape.join()}]`;

function productCase(random: Random): Case | null {
  const rows = random.of(1, 2, 3, 8, 16, 31, 32, 64, 128, random.integer(1, 200));
  const columns = random.of(1, 2, 10, 16, 17, 32, 48, 64, 100, 128, 256, random.integer(1, 600), random.integer(1, 1400));
  const inner = random.of(64, 128, 129, 200, 256, 257, 512, 784, 1000, 2000, random.integer(1, 3000));
  const [leading, more] = random.of<readonly [readonly number[], readonly number[]]>([[], []], [[], []], [[], []], [[3], [3]], [[2], [1]], [[1], [4]], [[2, 2], [2, 2]]);
  if (rows * columns * inner * Math.max(1, ...leading, ...more) > 3e7) return null;
  const [isLeft, isRight] = [random.next() < 0.4, random.next() < 0.5];
  const left = [...leading, ...(isLeft ? [inner, rows] : [rows, inner])];
  const right = [...more, ...(isRight ? [columns, inner] : [inner, columns])];
  return { name: `matMul ${list(left)}${isLeft ? "^T" : ""} ${list(right)}${isRight ? "^T" : ""}`, compute: (source) => tf.matMul(source.tensor(left), source.tensor(right), isLeft, isRight) };
}

const reductions: Readonly<Record<string, (x: tf.Tensor, axes: number[]) => tf.Tensor>> = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, logSumExp: tf.logSumExp, prod: tf.prod, argMax: (x, axes) => tf.argMax(x, axes[0] ?? 0) };

function reductionCase(random: Random): Case | null {
  const shape = Array.from({ length: random.of(1, 2, 3, 4, 4) }, () => random.of(1, 2, 3, 5, 8, 15, 16, 33, 64, 300));
  if (tf.util.sizeFromShape(shape) > 3e5) return null;
  const chosen = shape.map((_, axis) => axis).filter(() => random.next() < 0.5);
  const axes = chosen.length === 0 ? [0] : chosen;
  const [op, reduce] = random.of(...Object.entries(reductions));
  const isZero = random.next() < 0.2;
  return { name: `${op} ${list(shape)} along ${list(axes)}${isZero ? " of -0" : ""}`, compute: (source) => reduce(isZero ? tf.fill(shape, -0) : source.tensor(shape), axes) };
}

function convolutionCase(random: Random): Case | null {
  const [n, c, out] = [random.of(1, 1, 1, 2, 3, 8, 16), random.of(1, 3, 4, 8, 16, 32, 64, 128), random.of(1, 3, 4, 7, 8, 16, 31, 32, 64)];
  const [h, w, k] = [random.of(4, 5, 7, 8, 14, 16, 28), random.of(1, 4, 7, 8, 14, 28), random.of(1, 2, 3, 3, 5)];
  const [stride, padding] = [random.of(1, 1, 2), random.of<"same" | "valid">("same", "valid")];
  if (w < k || h < k || n * h * w * c * out * k * k > 6e7) return null;
  const [x, filter] = [[n, h, w, c] as const, [k, k, c, out] as const];
  const kind = random.of("conv2d", "conv2d", "conv2d", "conv2dTranspose", "depthwiseConv2d");
  return {
    name: `${kind} ${list(x)} ${list(kind === "depthwiseConv2d" ? [k, k, c, 2] : filter)} stride ${stride} ${padding}`,
    compute: (source) => {
      const image = source.tensor(x) as tf.Tensor4D;
      const forward = (given: tf.Tensor, weights: tf.Tensor): tf.Tensor => {
        if (kind === "conv2d") return tf.conv2d(given as tf.Tensor4D, weights as tf.Tensor4D, stride, padding);
        if (kind === "depthwiseConv2d") return tf.depthwiseConv2d(given as tf.Tensor4D, weights as tf.Tensor4D, stride, padding);
        return tf.conv2dTranspose(given as tf.Tensor4D, tf.transpose(weights as tf.Tensor4D, [0, 1, 3, 2]), [n, h * stride, w * stride, out], stride, "same");
      };
      const weights = source.tensor(kind === "depthwiseConv2d" ? [k, k, c, 2] : filter);
      const y = forward(image, weights);
      return [y, ...tf.grads(forward)([image, weights], source.tensor(y.shape))];
    },
  };
}

function poolCase(random: Random): Case {
  const shape = [random.of(1, 3, 16), random.of(8, 14, 28), random.of(8, 13, 28), random.of(1, 5, 16, 33)] as const;
  const [size, stride, isMax] = [random.of(2, 3), random.of(1, 2), random.next() < 0.5];
  return {
    name: `${isMax ? "maxPool" : "avgPool"} ${list(shape)} size ${size} stride ${stride}`,
    compute: (source) => {
      const x = source.tensor(shape);
      const forward = (given: tf.Tensor): tf.Tensor => (isMax ? tf.maxPool : tf.avgPool)(given as tf.Tensor4D, size, stride, "same");
      const y = forward(x);
      return [y, tf.grad(forward)(x, source.tensor(y.shape))];
    },
  };
}

/** Ops of one tensor, in sizes that several threads share. */
const pointwise: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  exp: tf.exp, log: (x) => tf.log(tf.abs(x)), sqrt: (x) => tf.sqrt(tf.abs(x)), rsqrt: (x) => tf.rsqrt(tf.abs(x)), sigmoid: tf.sigmoid, tanh: tf.tanh, relu: tf.relu, elu: tf.elu, selu: tf.selu, softplus: tf.softplus, erf: tf.erf, sin: tf.sin, cos: tf.cos, tan: tf.tan,
  atan: tf.atan, asin: (x) => tf.asin(tf.div(x, 8)), acos: (x) => tf.acos(tf.div(x, 8)), sinh: tf.sinh, cosh: tf.cosh, asinh: tf.asinh, acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1)), atanh: (x) => tf.atanh(tf.div(x, 8)), expm1: tf.expm1, log1p: (x) => tf.log1p(tf.abs(x)), round: tf.round,
  leakyRelu: (x) => tf.leakyRelu(x), reciprocal: tf.reciprocal, logSigmoid: tf.logSigmoid, pow: (x) => tf.pow(tf.abs(x), 1.7), atan2: (x) => tf.atan2(x, tf.reverse(x)), mod: (x) => tf.mod(x, 0.3), square: tf.square, clip: (x) => tf.clipByValue(x, -1, 1), prelu: (x) => tf.prelu(x, tf.scalar(0.1)),
};

const others: Readonly<Record<string, (source: Source) => tf.Tensor | readonly tf.Tensor[]>> = {
  "softmax [300,1001]": (source) => tf.softmax(source.tensor([300, 1001])),
  "softmax [64,4,64,64]": (source) => tf.softmax(source.tensor([64, 4, 64, 64])),
  "logSoftmax [3,100003]": (source) => tf.logSoftmax(source.tensor([3, 100003])),
  "cumsum [1001,301]": (source) => [0, 1].map((axis) => tf.cumsum(source.tensor([1001, 301]), axis)),
  "unsortedSegmentSum [100003,5]": (source) => tf.unsortedSegmentSum(source.tensor([100003, 5]), source.indices(100003, 49), 50),
  "scatterND [30001]": (source) => tf.scatterND(tf.reshape(source.indices(30001, 49), [30001, 1]), source.tensor([30001]), [50]),
  "gather and its gradient [5000,33]": (source) => tf.grad((x) => tf.gather(x, source.indices(20011, 4999)))(source.tensor([5000, 33]), source.tensor([20011, 33])),
  "moments of rows [700,257]": (source) => Object.values(tf.moments(source.tensor([700, 257]), 1)),
  "moments of channels [16,14,14,6]": (source) => Object.values(tf.moments(source.tensor([16, 14, 14, 6]), [0, 1, 2])),
  "einsum ij,kj->ik [10,700] [120,700]": (source) => tf.einsum("ij,kj->ik", source.tensor([10, 700]), source.tensor([120, 700])),
  "einsum bij,bjk->bik [3,20,300] [3,300,40]": (source) => tf.einsum("bij,bjk->bik", source.tensor([3, 20, 300]), source.tensor([3, 300, 40])),
  "einsum bhqd,bhkd->bhqk [2,3,20,400] [2,3,70,400]": (source) => tf.einsum("bhqd,bhkd->bhqk", source.tensor([2, 3, 20, 400]), source.tensor([2, 3, 70, 400])),
  "einsum ij,ij-> [300,1001]": (source) => tf.einsum("ij,ij->", source.tensor([300, 1001]), source.tensor([300, 1001])),
  "resizeBilinear [4,30,31,17]": (source) => [tf.image.resizeBilinear(source.tensor([4, 30, 31, 17]) as tf.Tensor4D, [47, 53]), tf.grad((x) => tf.image.resizeBilinear(x as tf.Tensor4D, [47, 53]))(source.tensor([4, 30, 31, 17]), source.tensor([4, 47, 53, 17]))],
  "resizeNearestNeighbor [4,30,31,17]": (source) => tf.grad((x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [47, 53]))(source.tensor([4, 30, 31, 17]), source.tensor([4, 47, 53, 17])),
  "batchNorm [8,14,14,5]": (source) => tf.batchNorm(source.tensor([8, 14, 14, 5]) as tf.Tensor4D, source.tensor([5]) as tf.Tensor1D, tf.abs(source.tensor([5])) as tf.Tensor1D),
  "localResponseNormalization [4,14,14,40]": (source) => tf.grad((x) => tf.localResponseNormalization(x as tf.Tensor4D, 2))(source.tensor([4, 14, 14, 40]), source.tensor([4, 14, 14, 40])),
  "conv3d [1,6,8,8,16] [3,3,3,16,8]": (source) => {
    const forward = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 1, "same");
    const [x, filter] = [source.tensor([1, 6, 8, 8, 16]), source.tensor([3, 3, 3, 16, 8])];
    return [forward(x, filter), ...tf.grads(forward)([x, filter], source.tensor([1, 6, 8, 8, 8]))];
  },
  "pools of volumes [2,6,8,8,5]": (source) => [tf.maxPool3d, tf.avgPool3d].flatMap((pool) => {
    const forward = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor5D, 2, 2, "same");
    return [forward(source.tensor([2, 6, 8, 8, 5])), tf.grad(forward)(source.tensor([2, 6, 8, 8, 5]), source.tensor([2, 3, 4, 4, 5]))];
  }),
  "topk [301,1001]": (source) => Object.values(tf.topk(source.tensor([301, 1001]), 5)),
  "cumprod [1001,31]": (source) => tf.cumprod(source.tensor([1001, 31])),
  "arithmetic that broadcasts": (source) => [tf.add, tf.sub, tf.mul, tf.div, tf.maximum, tf.minimum, tf.squaredDifference].map((op) => op(source.tensor([33, 1, 65, 31]), source.tensor([33, 17, 1, 31]))),
  "attention [2,3,70,40]": (source) => {
    const forward = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor => tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v);
    return tf.grads(forward)([0, 1, 2].map(() => source.tensor([2, 3, 170, 40])), source.tensor([2, 3, 170, 40]));
  },
};

/** So many cases that the generator gives. */
function drawn(count: number, seed: number, draw: (random: Random) => Case | null): readonly Case[] {
  const random = new Random(seed);
  const cases: Case[] = [];
  while (cases.length < count) {
    const found = draw(random);
    if (found !== null) cases.push(found);
  }
  return cases;
}

const { backend, threads } = await installed();

/** The results as bits. */
function bitsOf({ compute }: Case, source: Source): readonly Uint32Array[] {
  source.rewind();
  const bits: Uint32Array[] = [];
  tf.tidy(() => {
    for (const result of [compute(source)].flat() as readonly tf.Tensor[]) bits.push(new Uint32Array(Float32Array.from(result.dataSync()).buffer));
  });
  return bits;
}

function compare(cases: readonly Case[]): void {
  const differing: string[] = [];
  for (const [seed, each] of cases.entries()) {
    const source = new Source(seed);
    let expected: readonly Uint32Array[] | null = null;
    for (const count of threadCounts) {
      backend.recorder.setThreads(count);
      const found = bitsOf(each, source);
      expected ??= found;
      const differences = found.map((bits, i) => bits.reduce((sum, one, place) => sum + (one === expected?.[i]?.[place] ? 0 : 1), 0));
      if (differences.some((sum) => sum > 0)) differing.push(`${each.name}: ${differences.join(" and ")} numbers with ${count} threads`);
    }
  }
  backend.recorder.setThreads(threads);
  assert.equal(differing, []);
}

test("products of matrices", () => compare(drawn(60, 1, productCase)));
test("reductions", () => compare(drawn(80, 2, reductionCase)));
test("convolutions and their gradients", () => compare(drawn(40, 3, convolutionCase)));
test("pools and their gradients", () => compare(drawn(12, 4, poolCase)));
test("element-wise ops", () => compare(Object.entries(pointwise).map(([name, op]): Case => ({ name, compute: (source) => op(source.tensor([70_001], 2)) }))));
test("other kernels", () => compare(Object.entries(others).map(([name, compute]): Case => ({ name, compute }))));

const source = `${digitsModels}
model Wide {
  input  image: f32[28, 28, 1]
  output digit: f32[10] = image |> flatten |> dense(256) |> gelu |> dense(160) |> elu |> dense(10)
}

recipe all {
  loss  cross_entropy(digit, label)
  batch 32
  steps 10_000
}

train mlp: Mlp on digits { use all; optimizer adam(lr: 1e-3) }
train wide: Wide on digits { use all; optimizer sgd(lr: 0.05, momentum: 0.9, nesterov: true); clip norm 0.5 }
train mlp_kernel_set: Mlp overparam(3, per: output) on digits { use all; optimizer adamw(lr: cosine(1e-3), weight_decay: 0.1) }
train cnn: Cnn on digits { use all; optimizer adam(lr: 1e-3) }
train cnn_kernel_set: Cnn overparam 4 on digits { use all; optimizer adam(lr: 1e-3) }
`;

const runs = await runsOf(source);

async function curve(run: Run, steps: number): Promise<readonly number[]> {
  const stepping = await Stepping.over(run, ".");
  const losses = Array.from({ length: steps }, () => stepping.take());
  stepping.training.dispose();
  return losses;
}

// Seven steps of 32 rows are an epoch, whose last has 8.
for (const name of ["mlp", "wide", "mlp_kernel_set", "cnn", "cnn_kernel_set"]) {
  test(`20 steps of ${name}`, async () => {
    const run = named(runs, name);
    const curves: (readonly number[])[] = [];
    for (const count of threadCounts) {
      backend.recorder.setThreads(count);
      curves.push(await curve(run, 20));
    }
    backend.recorder.setThreads(threads);
    for (const [i, found] of curves.entries()) assert.equal(found, curves[0], `${threadCounts[i]} threads`);
  });
}

async function installed(): Promise<Exclude<ReturnType<typeof installOnnxBackend>, { readonly missing: string }>> {
  const found = installOnnxBackend({ roots: [import.meta.url] });
  if ("missing" in found) throw new Error(found.missing);
  await selectBackend("onnx");
  return found;
}

test.run();
