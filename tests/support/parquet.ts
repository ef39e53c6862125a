// Writes small Parquet files of columns that are lists of whole numbers: one row group, one page a column, plain, uncompressed. The form is that
// of apache/parquet-format (`parquet.thrift`, "Encodings.md"); structures are Thrift's compact protocol.

const magic = Buffer.from("PAR1", "latin1");

type Value =
  | { readonly kind: "int"; readonly value: number; readonly wide?: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "struct"; readonly fields: Fields };

/** By the numbers of `parquet.thrift`. */
type Fields = Readonly<Record<number, Value>>;

const int = (value: number): Value => ({ kind: "int", value });
const long = (value: number): Value => ({ kind: "int", value, wide: true });
const text = (value: string): Value => ({ kind: "text", value });
const list = (...items: readonly Value[]): Value => ({ kind: "list", items });
const struct = (fields: Fields): Value => ({ kind: "struct", fields });

const [int32, plain, rle, required, repeated, listType] = [1, 0, 3, 0, 2, 3];

/** A Parquet file; each column has a list of at least one number for each row. */
export function parquet(columns: Readonly<Record<string, readonly (readonly number[])[]>>): Uint8Array {
  const parts: Buffer[] = [magic];
  let at = magic.length;
  const chunks: Value[] = [];
  for (const [name, rows] of Object.entries(columns)) {
    const [page, count] = [pageOf(rows), rows.reduce((sum, row) => sum + row.length, 0)];
    const header = written({ 1: int(0), 2: int(page.length), 3: int(page.length), 5: struct({ 1: int(count), 2: int(plain), 3: int(rle), 4: int(rle) }) });
    const size = header.length + page.length;
    const path = list(text(name), text("list"), text("element"));
    const about = struct({ 1: int(int32), 2: list(int(plain), int(rle)), 3: path, 4: int(0), 5: long(count), 6: long(size), 7: long(size), 9: long(at) });
    chunks.push(struct({ 2: long(at), 3: about }));
    parts.push(header, page);
    at += size;
  }
  const names = Object.keys(columns);
  const rows = Object.values(columns)[0]?.length ?? 0;
  const schema = names.flatMap((name) => [
    struct({ 3: int(required), 4: text(name), 5: int(1), 6: int(listType) }),
    struct({ 3: int(repeated), 4: text("list"), 5: int(1) }),
    struct({ 1: int(int32), 3: int(required), 4: text("element") }),
  ]);
  const group = struct({ 1: list(...chunks), 2: long(at - magic.length), 3: long(rows) });
  const footer = written({ 1: int(1), 2: list(struct({ 4: text("schema"), 5: int(names.length) }), ...schema), 3: long(rows), 4: list(group), 6: text("sop tests") });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, magic]);
}

/** Levels and values: a repetition of 0 begins a row, every list has a value at each place. */
function pageOf(rows: readonly (readonly number[])[]): Buffer {
  const all = rows.flat();
  const values = Buffer.alloc(4 * all.length);
  for (const [i, value] of all.entries()) values.writeInt32LE(value, 4 * i);
  return Buffer.concat([levels(rows.flatMap((row) => [[0, 1], [1, row.length - 1]])), levels([[1, all.length]]), values]);
}

/** Runs of levels of one bit: [level, how often]. */
function levels(runs: readonly (readonly number[])[]): Buffer {
  const bytes = runs.filter(([, count = 0]) => count > 0).flatMap(([level = 0, count = 0]) => [...varint(2 * count), level]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}

function varint(value: number): readonly number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...varint(Math.floor(value / 128))];
}

const typeOf = (value: Value): number => ({ int: value.kind === "int" && value.wide === true ? 6 : 5, text: 8, list: 9, struct: 12 })[value.kind];

function written(fields: Fields): Buffer {
  let before = 0;
  const parts = Object.entries(fields).map(([key, value]) => {
    const delta = Number(key) - before;
    before = Number(key);
    return Buffer.concat([Buffer.from([16 * delta + typeOf(value)]), content(value)]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function content(value: Value): Buffer {
  switch (value.kind) {
    case "int":
      return Buffer.from(varint(2 * value.value));
    case "text":
      return Buffer.from([...varint(value.value.length), ...Buffer.from(value.value, "latin1")]);
    case "list": {
      const [first] = value.items;
      const type = first === undefined ? 5 : typeOf(first);
      const head = value.items.length < 15 ? [16 * value.items.length + type] : [240 + type, ...varint(value.items.length)];
      return Buffer.concat([Buffer.from(head), ...value.items.map(content)]);
    }
    case "struct":
      return written(value.fields);
  }
}
