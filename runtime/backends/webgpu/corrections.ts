// Kernels of TensorFlow.js on WebGPU that fail at what this runtime asks of them, put together from what they can do.

import * as tf from "@tensorflow/tfjs-core";

const backendName = "webgpu";

/** Registers them over TensorFlow.js's. */
export function correctKernels(): void {
  replace(tf.Tile, tile);
  replace(tf.AddN, addN);
}

type Kernel = (inputs: tf.NamedTensorInfoMap, attrs: object) => tf.TensorInfo;

function replace(kernelName: string, make: (original: Kernel, backend: () => tf.KernelBackend) => Kernel): void {
  const { kernelFunc } = tf.getKernel(kernelName, backendName);
  let current: object = {};
  const original: Kernel = (inputs, attrs) => {
    const result = kernelFunc({ inputs, backend: current, attrs: attrs as tf.NamedAttrMap });
    if (Array.isArray(result)) throw new Error(`${kernelName} gave several tensors`);
    return result;
  };
  const kernel = make(original, () => current as tf.KernelBackend);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      current = backend as object;
      return kernel(inputs, attrs ?? {});
    },
  });
}

/** Theirs goes up to four axes and reads longer shapes back to the processor, synchronously. Axis by axis three do. */
function tile(original: Kernel, backend: () => tf.KernelBackend): Kernel {
  const mostAxes = 4;
  return (inputs, attrs) => {
    const { x } = inputs;
    const { reps } = attrs as tf.TileAttrs;
    if (x === undefined) throw new Error("a tile without a tensor");
    if (x.shape.length <= mostAxes) return original(inputs, attrs);
    const repeated = reps.flatMap((times, axis) => (times === 1 ? [] : [{ times, axis }]));
    let result: tf.TensorInfo = x;
    for (const { times, axis } of repeated.length === 0 ? [{ times: 1, axis: 0 }] : repeated) {
      const { shape } = result;
      const flat = { ...result, shape: [tf.util.sizeFromShape(shape.slice(0, axis)), shape[axis] ?? 1, tf.util.sizeFromShape(shape.slice(axis + 1))] };
      const tiled = original({ x: flat }, { reps: [1, times, 1] });
      if (result !== x) backend().disposeData(result.dataId);
      result = { ...tiled, shape: shape.map((size, i) => (i === axis ? size * times : size)) };
    }
    return result;
  };
}

/** Theirs gives one program all tensors; a device has room for as few as eight buffers in one, the sum among them. */
function addN(original: Kernel, backend: () => tf.KernelBackend): Kernel {
  const most = 7;
  return (inputs, attrs) => {
    const tensors = Object.values(inputs).flatMap((tensor) => tensor ?? []);
    let [sum, rest] = [original(tensors.slice(0, most) as unknown as tf.NamedTensorInfoMap, attrs), tensors.slice(most)];
    while (rest.length > 0) {
      const next = original([sum, ...rest.slice(0, most - 1)] as unknown as tf.NamedTensorInfoMap, attrs);
      backend().disposeData(sum.dataId);
      [sum, rest] = [next, rest.slice(most - 1)];
    }
    return sum;
  };
}
