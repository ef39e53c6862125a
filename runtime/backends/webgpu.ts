// Backend `webgpu`: TensorFlow.js's kernels on any current GPU, through Vulkan, Metal or Direct3D 12.

import type { Backend, LoadedBackend, LoadOptions, Unavailable } from "./backend.js";
import { gibibytes } from "./memory.js";
import { installedPackage } from "./package-roots.js";
import { addressOf, install, openDevice, packageName, preferences, tryAdapter, type AdapterInfo, type FoundDevice } from "./webgpu/device.js";
import { installWebGpuBackend, registeredName } from "./webgpu/install.js";

export const webgpu: Backend = {
  name: "webgpu",
  doc: "Any current GPU, through Vulkan, Metal or Direct3D 12.",
  devices: preferences,
  takesNames: true,
  installed: () => installedPackage(packageName)?.version ?? null,
  load,
  tryDevice: (device) => {
    const found = installedPackage(packageName);
    if (found === null) return { unavailable: "webgpu is not installed", help: `Run \`${install}\`.` };
    const tried = tryAdapter(addressOf(found), device);
    return "missing" in tried ? { unavailable: tried.missing, help: tried.help } : null;
  },
};

/** The device of this process. */
let opened: { readonly name: string; readonly found: FoundDevice } | null = null;

async function load({ device, mustGain = false }: LoadOptions): Promise<LoadedBackend | Unavailable> {
  const name = device ?? preferences[0];
  if (mustGain && opened?.found.info.isFallbackAdapter === true) return { unavailable: "its only device is the processor", help: null };
  if (opened === null) {
    const found = await openDevice(installedPackage(packageName), name, mustGain);
    if ("missing" in found) return { unavailable: found.missing, help: found.help, isUsage: found.isUsage === true };
    await installWebGpuBackend(found);
    opened = { name, found };
  }
  if (device !== null && opened.name !== name) return { unavailable: `it runs on \`${opened.name}\` already`, help: null };
  const { info, version, device: { limits } } = opened.found;
  return { registered: registeredName, isGpu: true, memory: `tensors of at most ${gibibytes(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize))}`, device: `${inWords(info)} (webgpu ${version})` };
}

/** The description is the driver's; it may not name the card. */
function inWords({ vendor, architecture, device, description, isFallbackAdapter }: AdapterInfo): string {
  if (isFallbackAdapter) return `no GPU but the processor, through ${description}`;
  const card = device === "" ? [vendor, architecture].filter((word) => word !== "").join(" ") : device;
  return [card, description].filter((word) => word !== "").join(", ");
}
