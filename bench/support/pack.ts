// A folder that a machine with a GPU, but without the internet and npm, can measure with: Node, bundles, data, and the native packages of this
// platform. `sh gpu.sh` in it measures.

import { cpSync, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleForGpu, bundledPeer } from "./step-bundles.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Packages with native code, and the folders of them that have it for one platform each. */
const packages: Readonly<Record<string, { readonly folder: string; readonly own: string } | null>> = {
  webgpu: { folder: "dist", own: `${process.platform}-${process.arch}` },
  "onnxruntime-node": { folder: "bin/napi-v6", own: process.platform },
  "onnxruntime-common": null,
};

/** Writes the folder, which must not be there yet. */
export async function pack(folder: string): Promise<void> {
  if (existsSync(folder)) throw new Error(`${folder} is there already`);
  mkdirSync(folder, { recursive: true });
  await bundleForGpu(folder);
  await bundledPeer(join(folder, "measure.mjs"), `import ${JSON.stringify(here("./packed.ts"))};\n`, null);
  copyFileSync(process.execPath, join(folder, "node"));
  for (const file of ["./torch_peer.py", "../gpu.sh"]) cpSync(here(file), join(folder, file.split("/").at(-1) ?? ""));
  for (const [name, native] of Object.entries(packages)) {
    const [from, to] = [here(`../../node_modules/${name}`), join(folder, "node_modules", name)];
    if (!existsSync(from)) continue;
    const others = native === null ? [] : readdirSync(join(from, native.folder), { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== native.own).map((entry) => join(from, native.folder, entry.name));
    cpSync(from, to, { recursive: true, filter: (path) => !others.includes(path) && path !== join(from, "node_modules") && (native === null || !path.includes(join(native.folder, native.own, process.arch === "x64" ? "arm64" : "x64"))) });
  }
}
