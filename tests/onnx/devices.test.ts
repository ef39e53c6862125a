// The devices of the backend `onnx` where there is none: what is said, and that a driver that crashes, hangs or computes nonsense does so in
// another process. And numbers that stay on a device, with a session that stands for one.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cpu } from "../../runtime/backends/cpu.js";
import { cuda } from "../../runtime/backends/cuda.js";
import { onnx } from "../../runtime/backends/onnx.js";
import type { NativeTensor } from "../../runtime/backends/onnx/binding.js";
import { explain, findDevice } from "../../runtime/backends/onnx/device.js";
import type { Model } from "../../runtime/backends/onnx/model.js";
import { DeviceMemory, type RawSession } from "../../runtime/backends/onnx/resident.js";

const listed = ["cpu", "webgpu", "cuda"];

/** What is found with a package whose native binding is `code`. */
function found(code: string, timeout = 20_000): ReturnType<typeof findDevice> {
  const folder = mkdtempSync(join(tmpdir(), "sop-device-"));
  try {
    const binding = join(folder, "binding.cjs");
    writeFileSync(binding, `exports.initOrt = () => undefined;\nexports.binding = { InferenceSession: class { loadModel() {} run(feeds, fetches) { ${code} } } };\n`);
    return findDevice("webgpu", { binding, listed, timeout });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a driver that works, crashes, hangs, fails or computes nonsense", () => {
  assert.is(found("fetches.y.data.set(feeds.x.data.map((x) => -x));"), null);
  const starts = (what: string): object => ({ missing: `WebGPU does not start: ${what}`, help: "Update the GPU's driver, or use `--device cpu`." });
  assert.equal(found('process.kill(process.pid, "SIGSEGV");'), starts("its process dies of SIGSEGV"));
  assert.equal(found("process.exit(7);"), starts("its process ends with code 7"));
  assert.equal(found("for (;;);", 1_500), starts("it does not answer within 1.5 seconds"));
  assert.equal(found("fetches.y.data.fill(3);"), starts("it computes 3,3,3,3 for -1,-2,-3,-4"));
  assert.equal(found('throw new Error("/onnxruntime_src/a.cc:1 f() x == y was false. Device lost.\\nmore");'), starts("Device lost"));
});

test("no device of that name, or none in this build", () => {
  const none = findDevice("cuda", { binding: "", listed: ["cpu", "webgpu"] });
  assert.equal(none, { missing: `onnxruntime-node has no \`cuda\` for ${process.platform} on ${process.arch}`, help: "Use `--device cpu` or `--device webgpu`." });
});

test("what is missing for WebGPU is told apart", () => {
  // As version 1.30.0 and the Dawn in it print them on Linux.
  const message = "/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(...) adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n";
  const of = (printed: string): string => explain("webgpu", { message, printed }).missing;
  assert.is(of("Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n"), "there is no Vulkan here (libvulkan.so.1 is not installed)");
  assert.is(of("Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.\n - While initializing adapter (backend=BackendType::Vulkan)\n"), "the GPU's driver is too limited (Vulkan shaderUniform*ArrayDynamicIndexing required)");
  assert.is(of(""), "no GPU is found");
});

test("what is missing for CUDA is told apart", () => {
  const message = "OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library";
  const log = (file: string, error: string): string => `[E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2235 Create] ... onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library ${file} with error: ${error}\n`;
  const shared = "/x/libonnxruntime_providers_shared.so";
  const absent = explain("cuda", { message, printed: log(shared, `${shared}: cannot open shared object file: No such file or directory`) });
  assert.is(absent.missing, "onnxruntime-node's CUDA provider is not installed");
  assert.match(absent.help, "ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node");
  const libraries = explain("cuda", { message, printed: log("/x/libonnxruntime_providers_cuda.so", "libcublasLt.so.12: cannot open shared object file: No such file or directory") });
  assert.is(libraries.missing, "the CUDA provider does not load: libcublasLt.so.12: cannot open shared object file: No such file or directory");
  assert.match(libraries.help, "CUDA 12 and cuDNN 9");
  assert.is(explain("cuda", { message: "CUDA failure 100: no CUDA-capable device is detected", printed: "" }).missing, "the CUDA provider does not start: CUDA failure 100: no CUDA-capable device is detected");
});

test("a device that a backend does not have is refused before anything is loaded", async () => {
  const unavailable = { unavailable: "it has no choice of devices, but `--device webgpu` is given", help: "Leave out `--device`, or use `--backend onnx`." };
  assert.equal(await cpu.load({ device: "webgpu", threads: null }), unavailable);
  assert.equal(await cuda.load({ device: "webgpu", threads: null }), { unavailable: "there is no device `webgpu` for it", help: "Use `--device gpu` or `--device cpu`." });
  assert.equal(await onnx.load({ device: "tpu", threads: null }), { unavailable: "there is no device `tpu` for it", help: "Use `--device cpu` or `--device webgpu` or `--device cuda`." });
});

/** A device whose sessions add 1 to `x`; it counts what travels and what lives. */
class FakeDevice {
  readonly log: string[] = [];
  live = 0;

  readonly open = (model: Model, _threads: number, resident: readonly string[]): RawSession => {
    const name = model.outputs[0]?.name ?? "";
    let isOpen = true;
    return {
      loadModel: () => undefined,
      run: (feeds, fetches) => {
        if (!isOpen) throw new Error("a run of a session that is gone");
        const [feed] = Object.values(feeds as Record<string, NativeTensor & { readonly gpuBuffer?: { readonly numbers: Float32Array | null } }>);
        if (feed === undefined) throw new Error("no feed");
        const numbers = feed.gpuBuffer === undefined ? (feed.data as Float32Array) : feed.gpuBuffer.numbers;
        if (numbers === null) throw new Error("a feed that was freed");
        this.log.push(feed.gpuBuffer === undefined ? "up" : "stays");
        const place = (fetches as Record<string, NativeTensor | null>)[name] ?? null;
        const result = name === "y" && feed.gpuBuffer !== undefined && resident.length === 0 ? numbers.slice() : numbers.map((x) => x + 1);
        if (!resident.includes(name)) {
          place?.data.set(result);
          this.log.push("down");
          return { [name]: { location: "cpu", data: result } };
        }
        const gpuBuffer: { numbers: Float32Array | null } = { numbers: result };
        this.live++;
        const dispose = (): void => {
          if (gpuBuffer.numbers === null || !isOpen) throw new Error("freed twice, or after its session");
          gpuBuffer.numbers = null;
          this.live--;
        };
        return { [name]: { location: "gpu-buffer", gpuBuffer, dispose } };
      },
      dispose: () => {
        isOpen = false;
        this.log.push("closed");
      },
    };
  };
}

const step: Model = { nodes: [], constants: [], inputs: [{ name: "x", type: "float32", shape: [3] }], outputs: [{ name: "y", type: "float32", shape: [3] }] };
const tensor = (data: Float32Array): NativeTensor => ({ type: "float32", dims: [data.length], data, location: "cpu" });

test("what a run leaves on the device is given to the next as it is, and comes when it is asked for", () => {
  const device = new FakeDevice();
  const memory = new DeviceMemory(device.open, {});
  const session = memory.session(step, 1);
  const [a, b] = [Float32Array.of(1, 2, 3), new Float32Array(3)];
  session.run({ x: tensor(a) }, { y: tensor(b) });
  session.run({ x: tensor(b) }, { y: tensor(a) });
  session.run({ x: tensor(a) }, { y: tensor(b) });
  assert.equal(device.log, ["up", "stays", "stays"]);
  assert.is(device.live, 2);
  memory.settle(b);
  memory.settle(b);
  assert.equal([...b], [4, 5, 6]);
  assert.equal(device.log.slice(3), ["stays", "down"]);
  // The host writes: what the device has is no longer the content.
  memory.forget(a);
  a.set([10, 20, 30]);
  memory.settle(a);
  session.run({ x: tensor(a) }, { y: tensor(b) });
  memory.settle(b);
  assert.equal([[...a], [...b]], [[10, 20, 30], [11, 21, 31]]);
});

test("a session goes after its results", () => {
  const device = new FakeDevice();
  const memory = new DeviceMemory(device.open, {});
  const session = memory.session(step, 1);
  const [a, b] = [new Float32Array(3), new Float32Array(3)];
  session.run({ x: tensor(new Float32Array(3)) }, { y: tensor(a) });
  session.run({ x: tensor(new Float32Array(3)) }, { y: tensor(b) });
  session.dispose();
  session.dispose();
  memory.settle(a);
  assert.equal([...a], [1, 1, 1]);
  memory.forget(a);
  assert.is(device.log.includes("closed"), false);
  memory.forget(b);
  assert.is(device.log.filter((entry) => entry === "closed").length, 1);
  assert.is(device.live, 0);
});

test("scalars, integers and results of a run that fails do not stay", () => {
  const device = new FakeDevice();
  const memory = new DeviceMemory(device.open, {});
  const loss = memory.session({ ...step, outputs: [{ name: "y", type: "float32", shape: [1] }] }, 1);
  const place = new Float32Array(1);
  loss.run({ x: tensor(Float32Array.of(6)) }, { y: tensor(place) });
  assert.equal([[...place], device.live], [[7], 0]);
  const session = memory.session(step, 1);
  const kept = new Float32Array(3);
  session.run({ x: tensor(Float32Array.of(1, 1, 1)) }, { y: tensor(kept) });
  assert.throws(() => session.run({}, { y: tensor(kept) }), /no feed/);
  memory.settle(kept);
  assert.equal([...kept], [2, 2, 2]);
});

test.run();
