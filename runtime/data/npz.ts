// The npz format of NumPy: a zip archive of npy files, one for each array. A field reads the array of its own name, or that of its `from`.

import { UserError } from "../program/errors.js";
import { nearest } from "../program/nearest.js";
import type { Field } from "./field.js";
import { longestNpyHead, readArray, requireLength } from "./npy.js";
import { readPerField } from "./per-field.js";
import { readDataFile } from "./read-file.js";
import type { NpzSource } from "./source.js";
import type { Table } from "./table.js";
import { zipEntries, type ZipEntry } from "./zip.js";

/** Reads the arrays of `fields`, the first `take` rows. */
export function readNpz(source: NpzSource, fields: Readonly<Record<string, Field>>, directory: string, take: number | null): Table {
  const file = readDataFile(source.file, directory, source.sha256?.[0] ?? null);
  const entries = zipEntries(file.bytes, source.file);
  return readPerField(fields, take, [file.sha256], (field, declared) => {
    const array = declared.from !== null && "column" in declared.from ? declared.from.column : field;
    const entry = entries.get(`${array}.npy`) ?? missing(array, field, source.file, entries);
    const name = `${source.file}/${array}.npy`;
    const read = (expected: number): Buffer => {
      requireLength(entry.size, expected, name);
      const content = entry.read(expected);
      requireLength(content.length, expected, name);
      return content;
    };
    return readArray({ name, head: entry.head(longestNpyHead), extra: (expected) => expected, read }, field, declared, take);
  });
}

function missing(array: string, field: string, file: string, entries: ReadonlyMap<string, ZipEntry>): never {
  const arrays = [...entries.keys()].flatMap((name) => (name.endsWith(".npy") ? [name.slice(0, -4)] : []));
  const close = nearest(array, arrays);
  const list = arrays.slice(0, 12).map((name) => `\`${name}\``).join(", ") + (arrays.length > 12 ? ` and ${arrays.length - 12} more` : "");
  throw new UserError(
    `\`${file}\` has no array \`${array}\` for the field \`${field}\`; ${arrays.length === 0 ? "it has none" : `its arrays are ${list}`}.`,
    close === null ? `Write \`${field}: ... from "<array>"\` with one of its arrays.` : `Write \`from "${close}"\` if that is meant.`,
  );
}
