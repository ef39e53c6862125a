// Origins as files and lines for people: what a program's messages and its source map name.

import type { Host } from "./host.js";
import { lineMap, type LineMap } from "./source/line-map.js";
import type { Origin } from "./source/source.js";

/** Finds the line of an origin, and its file relative to the folder of `main`. Each file is read once. */
export function placeFinder(main: string, host: Host): (origin: Origin) => { readonly file: string; readonly line: number } {
  const folder = main.slice(0, main.lastIndexOf("/") + 1);
  const maps = new Map<string, LineMap>();
  return (origin) => {
    const map = maps.get(origin.file) ?? lineMap(host.read(origin.file) ?? "");
    maps.set(origin.file, map);
    const file = origin.file.startsWith(folder) ? origin.file.slice(folder.length) : origin.file;
    return { file, line: map.position(origin.span.start).line };
  };
}
