// Text that names files: imports, files of data, checkpoints.

import type { Call } from "../ast/ast.js";
import { resolvePath, type FileScope } from "../semantics/files.js";
import { packageFile } from "../semantics/packages.js";
import type { Host } from "../host.js";
import type { Span } from "../source/source.js";

export interface Link {
  /** The text between the quotes. */
  readonly span: Span;
  /** A path of the host. */
  readonly path: string;
  readonly kind: "source" | "data" | "checkpoint";
}

export function linksOf({ program, path }: FileScope, host: Host): readonly Link[] {
  const links: Link[] = [];
  const add = (kind: Link["kind"], { start, end }: Span, target: string | null): void => {
    if (target !== null && end - start > 2) links.push({ kind, span: { start: start + 1, end: end - 1 }, path: target });
  };
  for (const node of program.declarations) {
    if (node.kind === "import") add("source", node.from.span, importedPath(path, node.from.value, host));
    else if (node.kind === "data") {
      if (node.source.callee.names[0]?.text !== "synthetic") for (const { span, value } of files(node.source)) add("data", span, resolvePath(path, value));
    } else if (node.kind === "model" && node.definition.kind !== "body") {
      for (const { source } of node.definition.fuse?.sources ?? []) if (source.callee.names[0]?.text === "checkpoint") for (const { span, value } of files(source)) add("checkpoint", span, resolvePath(path, value));
    }
  }
  return links;
}

/** The file that an import names, or null where it names none. It need not exist. */
export function importedPath(from: string, specifier: string, host: Host): string | null {
  if (specifier === "") return null;
  if (specifier.startsWith("std/")) return host.library(specifier, from);
  if (!specifier.startsWith("pkg:")) return resolvePath(from, specifier);
  const found = packageFile(specifier, from, host);
  return found.kind === "file" ? found.path : null;
}

const otherOptions: ReadonlySet<string> = new Set(["missing", "separator", "sha256", "unit"]);

function files(call: Call): readonly { readonly span: Span; readonly value: string }[] {
  return (call.arguments ?? []).flatMap(({ name, value }) => {
    const literals = value.kind === "list" ? value.items : [value];
    return name !== null && otherOptions.has(name.text) ? [] : literals.flatMap((literal) => (literal.kind === "string" ? [{ span: literal.span, value: literal.value }] : []));
  });
}
