// Pages of diagnostics as files that editors can open from a diagnostic's code: written into the user's cache when they are first linked to.

import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildId, packageVersion } from "../cli/package-root.js";
import { catalog } from "../diagnostics/catalog.js";
import type { DiagnosticId } from "../diagnostics/diagnostic.js";
import type { Row } from "../diagnostics/rows/row.js";

const links = new Map<string, string | null>();
let folder: string | null = null;

/** The address of a diagnostic's page; null where it cannot be written. */
export function pageLink(id: DiagnosticId): string | null {
  const known = links.get(id);
  if (known !== undefined) return known;
  const link = writePage(id);
  links.set(id, link);
  return link;
}

function writePage(id: DiagnosticId): string | null {
  try {
    folder ??= pagesFolder();
    const file = join(folder, `${id}.md`);
    if (buildId === null || !existsSync(file)) {
      mkdirSync(folder, { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, pageText(id));
      renameSync(temporary, file);
    }
    return pathToFileURL(file).href;
  } catch {
    return null;
  }
}

/** The page as Markdown. */
export function pageText(id: DiagnosticId): string {
  const { severity, page, example }: Pick<Row<never>, "severity" | "page" | "example"> = catalog[id];
  return `# ${severity}[${id}]\n\n${page}\n\nFor example:\n\n\`\`\`sop\n${example.trimEnd()}\n\`\`\`\n`;
}

function pagesFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] ?? (process.platform === "win32" ? process.env["LOCALAPPDATA"] : undefined) ?? join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
  return join(base, "sop", "pages", buildId ?? packageVersion());
}
