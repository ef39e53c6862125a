// `backends`: what can execute tensors here, on what device, how fast, and why the others cannot. `backends --kernels`: which kernels a
// backend runs itself. `backends --measure <name>`: how fast one is, for the choice of `auto`.

import type { Backend, Unavailable } from "../../backends/backend.js";
import { measure, ranked } from "../../backends/ranking.js";
import { automatic, backendNamed, backends } from "../../backends/select.js";
import { speed } from "../../backends/speed.js";
import { tryBackend } from "../../backends/start.js";
import { beside, terminalColumns } from "../columns.js";
import type { Output } from "../output.js";

export async function backendsCommand(output: Output): Promise<void> {
  const width = Math.max(...backends.map(({ name }) => name.length)) + 2;
  const columns = terminalColumns();
  const working: Backend[] = [];
  for (const backend of backends) {
    const found = await tryBackend(backend, { device: null, threads: null });
    if ("name" in found) working.push(backend);
    output.result(beside(backend.name.padEnd(width), "name" in found ? `yes: ${[found.device, found.memory, "self-test passed", `${digits(await speed())} GFLOP/s`].filter((part) => part !== null).join(", ")}` : refusal(found), columns));
    if ("unavailable" in found) continue;
    const others = backend.devices.slice(1);
    const longest = Math.max(0, ...others.map((device) => device.length));
    for (const device of others) {
      const refused = backend.tryDevice?.(device) ?? null;
      output.result(beside(`${" ".repeat(width)}--device ${device.padEnd(longest)}  `, refused === null ? "yes" : refusal(refused), columns, width + 2));
    }
  }
  const { order } = await ranked(automatic.preferred);
  const chosen = order.find((backend) => working.includes(backend)) ?? automatic.resort;
  output.result(beside("auto".padEnd(width), `is ${chosen.name} here`, columns));
}

function digits(speed: number): string {
  return speed >= 100 ? speed.toFixed(0) : speed.toFixed(1);
}

/** One line of JSON: see `Measured`. */
export async function measureCommand(name: string, output: Output): Promise<void> {
  output.result(JSON.stringify(await measure(backendNamed(name))));
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
