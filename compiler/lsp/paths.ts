// URIs of the protocol and paths of the host. A path is absolute and has forward slashes; files of the standard library have names of their
// own (`sop:std/vision.sop`), whichever way they were opened; a document without a file keeps its URI as its path.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LIBRARY } from "../cli/file-host.js";
import { sourcePath } from "../cli/find-source.js";
import { packageRoot } from "../cli/package-root.js";

const libraryFolder = `${sourcePath(join(packageRoot, "stdlib"))}/`;

/** The host's name of a document. */
export function pathOf(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  let path: string;
  try {
    path = sourcePath(fileURLToPath(uri));
  } catch {
    return uri;
  }
  return pathOnDisk(path);
}

/** The host's name of a file on disk. */
export function pathOnDisk(path: string): string {
  return path.startsWith(libraryFolder) ? `${LIBRARY}${path.slice(libraryFolder.length)}` : path;
}

/** The URI of a path of the host. */
export function uriOf(path: string): string {
  if (path.startsWith(LIBRARY)) return pathToFileURL(libraryFolder + path.slice(LIBRARY.length)).href;
  return isFile(path) ? pathToFileURL(path).href : path;
}

/** Is it the path of a file, and not the URI of a document that has none? */
export function isFile(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}
