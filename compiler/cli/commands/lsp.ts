// `sop lsp`: the language server. It is a module of its own, loaded by its address, only for this command.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../package-root.js";
import type { ImportModule } from "./backends.js";

/** Serves until the editor leaves. */
export async function lspCommand(importModule: ImportModule): Promise<number> {
  const built = join(packageRoot, "dist", "lsp.mjs");
  const module: unknown = await importModule(pathToFileURL(existsSync(built) ? built : join(packageRoot, "compiler", "lsp", "main.ts")).href);
  if (!hasServe(module)) throw new Error("the language server has no `serve`");
  return module.serve();
}

function hasServe(value: unknown): value is { readonly serve: () => Promise<number> } {
  return typeof value === "object" && value !== null && "serve" in value && typeof value.serve === "function";
}
