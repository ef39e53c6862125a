// The pages of a column in a row group, gone over before they are decoded: sizes and counts must add up to what the file's footer says, so that no page makes
// more than was reckoned with.

import { PageError } from "./codecs.js";
import { ThriftReader, type Structure } from "./thrift.js";

/** What the footer says of a column in a row group. */
export interface Chunk {
  /** Where its bytes are in the file. */
  readonly start: number;
  readonly end: number;
  /** Values with nulls, of lists those in them. */
  readonly values: number;
}

/** Nothing packs better than that and is data. */
const largestExpansion = 100_000;
const dataPage = 0;
const dictionaryPage = 2;
const dataPageV2 = 3;
const deltaByteArray = 7;

/** The bytes that the pages have when they are unpacked. Throws a PageError or ThriftError. */
export function unpackedBytes(bytes: Uint8Array, { start, end, values }: Chunk): number {
  if (!(start >= 0 && start < end && end <= bytes.length)) throw new PageError("its footer names places that it does not have");
  const reader = new ThriftReader(bytes, start, end);
  let total = 0;
  let left = values;
  while (reader.at < end && left > 0) {
    const { numbers, structures } = reader.structure();
    const [kind = -1, unpacked = -1, packed = -1] = [numbers.get(1), numbers.get(2), numbers.get(3)];
    if (packed < 0 || reader.at + packed > end) throw new PageError("its data end early");
    if (unpacked < 0 || unpacked > 2 ** 31 - 1 || unpacked > packed * largestExpansion + 1024) throw new PageError("a page declares a size that it cannot have");
    reader.at += packed;
    total += unpacked;
    if (kind === dictionaryPage) {
      const count = structures.get(7)?.numbers.get(1) ?? -1;
      // A truth value takes a bit.
      if (count < 0 || count > 8 * unpacked) throw new PageError("a dictionary declares more values than it has");
    } else if (kind === dataPage || kind === dataPageV2) left -= valuesOf(structures.get(kind === dataPage ? 5 : 8), kind === dataPageV2, unpacked, left);
    else throw new PageError(`it has a page of kind ${kind}`);
  }
  if (left !== 0) throw new PageError("its pages hold fewer values than its footer says");
  return total;
}

function valuesOf(header: Structure | undefined, isSecond: boolean, unpacked: number, left: number): number {
  const numbers = header?.numbers;
  const count = numbers?.get(1) ?? -1;
  if (numbers === undefined || count < 0 || count > left) throw new PageError("its pages hold more values than its footer says");
  if (numbers.get(isSecond ? 4 : 2) === deltaByteArray) throw new PageError("it has the encoding DELTA_BYTE_ARRAY, of which no size is known before it is read");
  if (isSecond) {
    const [nulls = 0, rows = 0, definitions = 0, repetitions = 0] = [numbers.get(2), numbers.get(3), numbers.get(5), numbers.get(6)];
    if (nulls < 0 || nulls > count || rows < 0 || rows > count || definitions < 0 || repetitions < 0 || definitions + repetitions > unpacked) throw new PageError("the header of a page is damaged");
  }
  return count;
}
