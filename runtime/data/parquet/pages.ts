// The pages of a column in a row group, gone over before they are decoded: sizes, counts and the runs of levels and indices must add up to what the file's
// footer says, so that no page makes more than was reckoned with.

import { snappyUncompress, type Compressors } from "hyparquet";
import { PageError } from "./codecs.js";
import { checkRuns } from "./runs.js";
import { ThriftReader, type Structure } from "./thrift.js";

/** What footer and schema say of a column in a row group. */
export interface Chunk {
  /** Where its bytes are in the file. */
  readonly start: number;
  readonly end: number;
  /** Values with nulls, of lists those in them. */
  readonly values: number;
  readonly codec: string;
  readonly isBoolean: boolean;
  /** Largest levels of repetition and definition. */
  readonly repetition: number;
  readonly definition: number;
}

/** Nothing packs better than that and is data. */
const largestExpansion = 100_000;
const dataPage = 0;
const dictionaryPage = 2;
const dataPageV2 = 3;
/** Encodings by their numbers. */
const [plainDictionary, rle, deltaByteArray, rleDictionary] = [2, 3, 7, 8];

interface Page {
  readonly kind: number;
  readonly unpacked: number;
  readonly content: Uint8Array;
  readonly header: Structure;
}

/** The pages of a column, and the bytes that they have when they are unpacked. Throws a PageError or ThriftError. */
export function pagesOf(bytes: Uint8Array, { start, end, values }: Pick<Chunk, "start" | "end" | "values">): { readonly pages: readonly Page[]; readonly unpacked: number } {
  if (!(start >= 0 && start < end && end <= bytes.length)) throw new PageError("its footer names places that it does not have");
  const reader = new ThriftReader(bytes, start, end);
  const pages: Page[] = [];
  let total = 0;
  let left = values;
  while (reader.at < end && left > 0) {
    const { numbers, structures } = reader.structure();
    const [kind = -1, unpacked = -1, packed = -1] = [numbers.get(1), numbers.get(2), numbers.get(3)];
    if (packed < 0 || reader.at + packed > end) throw new PageError("its data end early");
    if (unpacked < 0 || unpacked > 2 ** 31 - 1 || unpacked > packed * largestExpansion + 1024) throw new PageError("a page declares a size that it cannot have");
    const header = structures.get(kind === dictionaryPage ? 7 : kind === dataPage ? 5 : 8);
    if (header === undefined || (kind !== dictionaryPage && kind !== dataPage && kind !== dataPageV2)) throw new PageError(`it has a page of kind ${kind}`);
    pages.push({ kind, unpacked, content: bytes.subarray(reader.at, reader.at + packed), header });
    reader.at += packed;
    total += unpacked;
    const count = header.numbers.get(1) ?? -1;
    if (kind === dictionaryPage) {
      // A truth value takes a bit.
      if (count < 0 || count > 8 * unpacked) throw new PageError("a dictionary declares more values than it has");
      continue;
    }
    if (count < 0 || count > left) throw new PageError("its pages hold more values than its footer says");
    if (header.numbers.get(kind === dataPage ? 2 : 4) === deltaByteArray) throw new PageError("it has the encoding DELTA_BYTE_ARRAY, of which no size is known before it is read");
    left -= count;
  }
  if (left !== 0) throw new PageError("its pages hold fewer values than its footer says");
  return { pages, unpacked: total };
}

/** Unpacks pages in order and checks them; what it gives hands the same bytes to hyparquet, which asks for them in that order. */
export function unpackedPages(pages: readonly Page[], chunk: Chunk, compressors: Compressors): Compressors {
  const queue: Uint8Array[] = [];
  const unpack = (packed: Uint8Array, length: number): Uint8Array => {
    if (chunk.codec === "UNCOMPRESSED") return packed;
    const found = codecOf(chunk.codec, compressors)(packed, length);
    if (found.length !== length) throw new PageError("a page is smaller than its header says");
    queue.push(found);
    return found;
  };
  for (const { kind, unpacked, content, header: { numbers } } of pages) {
    const count = numbers.get(1) ?? 0;
    if (kind === dictionaryPage) unpack(content, unpacked);
    else if (kind === dataPage) checkFirst(unpack(content, unpacked), count, numbers.get(2) ?? 0, chunk);
    else {
      const [nulls = 0, rows = 0, encoding = 0, definitions = 0, repetitions = 0] = [2, 3, 4, 5, 6].map((field) => numbers.get(field));
      if (nulls < 0 || nulls > count || rows < 0 || rows > count || definitions < 0 || repetitions < 0 || definitions + repetitions > Math.min(unpacked, content.length)) throw new PageError("the header of a page is damaged");
      const levels = definitions + repetitions;
      if (chunk.repetition > 0) checkRuns(content, 0, repetitions, chunk.repetition, count);
      if (chunk.definition > 0) checkRuns(content, repetitions, levels, chunk.definition, count);
      const packed = content.subarray(levels);
      checkValues(numbers.get(7) !== 0 && unpacked > levels ? unpack(packed, unpacked - levels) : packed, 0, count, encoding, chunk.isBoolean);
    }
  }
  return { [chunk.codec]: () => queue.shift() ?? new Uint8Array(0) };
}

// Levels with their lengths in front, then values.
function checkFirst(page: Uint8Array, count: number, encoding: number, { repetition, definition, isBoolean }: Chunk): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  for (const most of [repetition, definition]) {
    if (most === 0) continue;
    const end = at + 4 + (at + 4 <= page.length ? view.getUint32(at, true) : 0);
    if (at + 4 > page.length || end > page.length) throw new PageError("a page is damaged");
    checkRuns(page, at + 4, end, most, count);
    at = end;
  }
  checkValues(page, at, count, encoding, isBoolean);
}

function checkValues(page: Uint8Array, start: number, count: number, encoding: number, isBoolean: boolean): void {
  // Truth values in runs have their length in front.
  if (encoding === rle && isBoolean) checkRuns(page, start + 4, page.length, 1, count);
  else if (encoding === plainDictionary || encoding === rleDictionary) {
    const width = page[start] ?? 0;
    if (width > 32) throw new PageError("a page is damaged");
    if (width > 0) checkRuns(page, start + 1, page.length, 2 ** width - 1, count);
  }
}

function codecOf(codec: string, compressors: Compressors): (packed: Uint8Array, length: number) => Uint8Array {
  const own = Object.entries(compressors).find(([name]) => name === codec)?.[1];
  if (own !== undefined) return own;
  if (codec !== "SNAPPY") throw new PageError(`it is packed by ${codec}, which is not read`);
  return (packed, length) => {
    const output = new Uint8Array(length);
    snappyUncompress(packed, output);
    return output;
  };
}
