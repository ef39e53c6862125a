// What a user sees when sop itself is at fault: one paragraph that asks for a report, and a stack only on request.

import type { Terminal } from "./terminal.js";
import { packageVersion } from "./package-root.js";
import { printable } from "../diagnostics/printable.js";

/** Tells of a fault of sop; the process should leave with 3. */
export function reportFault(terminal: Terminal, error: unknown): void {
  const name = error instanceof Error ? error.name : "Error";
  const message = printable((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "").slice(0, 500);
  terminal.err(`${terminal.paint.error("fault of sop")}: ${name}: ${message}\n`);
  terminal.err("This is a fault of sop, not of your program. Please report it with your .sop file and this line:\n");
  terminal.err(`  sop ${packageVersion()}, node ${process.versions.node}, ${process.platform} ${process.arch}, arguments: ${process.argv.slice(2).map((word) => JSON.stringify(word)).join(" ")}\n`);
  if (process.env.SOP_DEBUG === "1" && error instanceof Error) terminal.err(`${error.stack ?? ""}\n`);
  else terminal.err("SOP_DEBUG=1 shows where it happened.\n");
}
