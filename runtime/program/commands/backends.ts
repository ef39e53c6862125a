// `backends`: what can execute tensors here, on what device, how fast, and why the others cannot. `backends --kernels`: which kernels a
// backend runs itself.

import { automatic, backends, speed } from "../../backends/select.js";
import { tryBackend } from "../../backends/start.js";
import type { Unavailable } from "../../backends/backend.js";
import { beside, terminalColumns } from "../columns.js";
import type { Output } from "../output.js";

export async function backendsCommand(output: Output): Promise<void> {
  const width = Math.max(...backends.map(({ name }) => name.length)) + 2;
  const columns = terminalColumns();
  let chosen = automatic.resort.name;
  for (const backend of backends) {
    const found = await tryBackend(backend, { device: null, threads: null });
    if (backend === automatic.preferred && "name" in found) chosen = backend.name;
    output.result(beside(backend.name.padEnd(width), "name" in found ? `yes: ${found.device}, ${(await speed()).toFixed(1)} GFLOP/s` : refusal(found), columns));
    if ("unavailable" in found) continue;
    const others = backend.devices.slice(1);
    const longest = Math.max(0, ...others.map((device) => device.length));
    for (const device of others) {
      const refused = backend.tryDevice?.(device) ?? null;
      output.result(beside(`${" ".repeat(width)}--device ${device.padEnd(longest)}  `, refused === null ? "yes" : refusal(refused), columns, width + 2));
    }
  }
  output.result(beside("auto".padEnd(width), `is ${chosen} here`, columns));
}

function refusal({ unavailable, help }: Unavailable): string {
  return `no: ${unavailable}.${help === null ? "" : ` ${help}`}`;
}

/** Of the backends that leave kernels to another: the kernels of their own, then the others by the reason. */
export function kernelsCommand(output: Output): void {
  const columns = Math.min(terminalColumns(), 120);
  for (const { name, kernels } of backends) {
    if (kernels === undefined) continue;
    const { native, fallback } = kernels();
    const byReason = new Map<string, string[]>();
    for (const [kernel, reason] of Object.entries(fallback)) byReason.set(reason, [...(byReason.get(reason) ?? []), kernel]);
    output.result(`${name}: ${native.length} kernels run on the engine`);
    output.result(beside("  ", native.join(" "), columns));
    output.result(`${name}: ${Object.keys(fallback).length} kernels run on the backend cpu in its place`);
    for (const [reason, left] of byReason) {
      output.result(beside("  ", `${reason}:`, columns));
      output.result(beside("    ", left.join(" "), columns));
    }
  }
}
