// Backend `onnx`: ONNX Runtime's CPU engine. Its package is optional; it is looked for beside the program and beside the runtime.

import { realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Backend } from "./backend.js";
import { onnxKernels } from "./onnx-kernels/kernels.js";
import { installOnnxBackend } from "./onnx/install.js";

export const onnx: Backend = {
  name: "onnx",
  doc: "The CPU through ONNX Runtime's native engine.",
  load: () => {
    const installed = installOnnxBackend({ roots: roots(), extraKernels: onnxKernels });
    if ("missing" in installed) return Promise.resolve({ unavailable: installed.missing, help: installed.help });
    const threads = installed.threads === 1 ? "one thread" : `${installed.threads} threads`;
    return Promise.resolve({ registered: "onnx", device: `native code, ${threads} (onnxruntime-node ${installed.version})` });
  },
};

/** Files whose packages are searched: the bundle or runtime, the program that was started, the `sop` that started it, one on the PATH. */
function roots(): readonly string[] {
  const started = process.argv[1];
  const commands = (process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => (folder === "" ? [] : realPath(join(folder, "sop"))));
  const starter = process.env["SOP_PACKAGE"];
  return [import.meta.url, ...(started === undefined ? [] : realPath(started)), ...(starter === undefined ? [] : realPath(starter)), ...commands];
}

function realPath(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
