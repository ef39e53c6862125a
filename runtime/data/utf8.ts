// Text files are UTF-8; what is not says in which line.

import { isUtf8 } from "node:buffer";
import { UserError } from "../program/errors.js";
import type { DataFile } from "./read-file.js";

/** Throws a UserError unless the file is UTF-8 text. `kind` is what the message calls such a file: `a CSV file`. */
export function requireText({ name, bytes }: DataFile, kind: string): void {
  if (bytes.includes(0)) throw new UserError(`\`${name}\` holds a zero byte, expected text.`, `Name ${kind} in UTF-8.`);
  if (isUtf8(bytes)) return;
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(from, to))) break;
    from = to;
  }
  throw new UserError(`Line ${line} of \`${name}\` is not UTF-8 text.`, "Save the file in UTF-8.");
}

/** Where the text begins: after a byte order mark. */
export function textStart(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
