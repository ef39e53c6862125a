// Files with their names, without a check: for questions about names in files that nobody has open.

import { parseOnce } from "../ast/parse-once.js";
import type { Host } from "../host.js";
import { loadFiles, type FileScope } from "../semantics/files.js";
import { createReport } from "../semantics/report.js";

/** The file with all that it imports, by path. */
export function loaded(path: string, host: Host): ReadonlyMap<string, FileScope> {
  return loadFiles(path, host, parseOnce, createReport());
}
