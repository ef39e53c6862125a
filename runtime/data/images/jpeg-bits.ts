// The entropy-coded part of a JPEG file: bits without the stuffed zeros, and Huffman codes (ITU-T T.81, annexes C and F).

import { ImageError } from "./pixels.js";

/** Codes of so many bits are found at once. */
const fastBits = 9;

/** A table of codes, made of the number of codes of each length from 1 to 16, and their symbols in order. */
export class HuffmanTable {
  /** By the next bits: length * 256 + symbol; 0 where the code is longer. */
  private readonly fast = new Uint16Array(1 << fastBits);
  /** By length: the largest code, -1 where there is none, and what leads from a code to the place of its symbol. */
  private readonly largest = new Int32Array(17).fill(-1);
  private readonly shift = new Int32Array(17);

  constructor(
    counts: Uint8Array,
    private readonly symbols: Uint8Array,
  ) {
    let code = 0;
    let place = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1] ?? 0;
      this.shift[length] = place - code;
      for (let i = 0; i < count; i++, code++, place++) {
        if (code >= 1 << length) throw new ImageError("a table of its codes is damaged");
        if (length <= fastBits) this.fast.fill(length * 256 + (symbols[place] ?? 0), code << (fastBits - length), (code + 1) << (fastBits - length));
      }
      if (count > 0) this.largest[length] = code - 1;
      code <<= 1;
    }
  }

  /** The next symbol. */
  read(bits: BitReader): number {
    const ahead = bits.peek();
    const found = this.fast[ahead >>> (16 - fastBits)] ?? 0;
    if (found !== 0) {
      bits.skip(found >>> 8);
      return found & 255;
    }
    for (let length = fastBits + 1; length <= 16; length++) {
      const code = ahead >>> (16 - length);
      if (code > (this.largest[length] ?? -1)) continue;
      bits.skip(length);
      return this.symbols[code + (this.shift[length] ?? 0)] ?? 0;
    }
    throw new ImageError("its data are damaged");
  }
}

/** Bits from `at` on, up to the next marker. */
export class BitReader {
  private bits = 0;
  private count = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Of the next byte; at a marker it stays. */
    public at: number,
  ) {}

  /** The next 16 bits; behind the last one there are zeros. */
  peek(): number {
    while (this.count < 16 && this.fill());
    return (this.count >= 16 ? this.bits >>> (this.count - 16) : this.bits << (16 - this.count)) & 0xffff;
  }

  skip(count: number): void {
    this.count -= count;
    if (this.count < 0) throw new ImageError(this.at >= this.bytes.length ? "its data end early" : "its data are damaged");
  }

  /** The next `count` bits as a number, at most 16. */
  read(count: number): number {
    if (count === 0) return 0;
    const value = this.peek() >>> (16 - count);
    this.skip(count);
    return value;
  }

  /** A number of so many bits, the negative ones below (T.81, F.2.2.1). */
  readSigned(count: number): number {
    const value = this.read(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** Goes behind the restart marker that must follow. */
  restart(): void {
    this.bits = 0;
    this.count = 0;
    while (this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === 0xff) this.at++;
    const marker = this.bytes[this.at + 1] ?? 0;
    if (this.bytes[this.at] !== 0xff || marker < 0xd0 || marker > 0xd7) throw new ImageError(this.at + 1 >= this.bytes.length ? "its data end early" : "its data are damaged");
    this.at += 2;
  }

  private fill(): boolean {
    const byte = this.bytes[this.at];
    if (byte === undefined) return false;
    if (byte === 0xff) {
      if (this.bytes[this.at + 1] !== 0) return false;
      this.at++;
    }
    this.at++;
    this.bits = (this.bits << 8) | byte;
    this.count += 8;
    return true;
  }
}
