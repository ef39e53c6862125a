// One scan of a JPEG file: coefficients of some components, whole ones of a sequential file or a part of those of a progressive one
// (ITU-T T.81, annexes F and G).

import type { BitReader, HuffmanTable } from "./jpeg-bits.js";
import { ImageError } from "./pixels.js";

/** A component of the frame: its samples are in blocks of 8 x 8. */
export interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantTable: number;
  /** Samples that count. */
  readonly width: number;
  readonly height: number;
  /** Blocks that are held: whole units of what is interleaved. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Of all blocks, 64 each, in natural order. */
  readonly coefficients: Int16Array;
  /** As it stands when the first scan of the component begins; null before. */
  steps: Uint16Array | null;
}

/** What a scan's header says. */
export interface Scan {
  readonly parts: readonly { readonly component: Component; readonly dc: HuffmanTable | null; readonly ac: HuffmanTable | null }[];
  readonly isProgressive: boolean;
  /** First and last coefficient in zigzag order, and bits: of the scan before, of this one. */
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  /** Units between restart markers; 0: there are none. */
  readonly restartInterval: number;
  /** Units of interleaved scans. */
  readonly unitsWide: number;
  readonly unitsHigh: number;
}

/** Places of coefficients in a block, in the order of the file. */
// prettier-ignore
export const zigzag = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
);

/** Reads the scan's bits into the coefficients of its components. */
export function readScan(scan: Scan, bits: BitReader): void {
  const decoder = new ScanDecoder(scan, bits);
  const { parts, restartInterval } = scan;
  const [only, another] = parts;
  const single = another === undefined ? only?.component : undefined;
  const [wide, high] = single === undefined ? [scan.unitsWide, scan.unitsHigh] : [Math.ceil(single.width / 8), Math.ceil(single.height / 8)];
  let done = 0;
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++, done++) {
      if (restartInterval > 0 && done > 0 && done % restartInterval === 0) {
        bits.restart();
        decoder.reset();
      }
      for (const [index, { component }] of parts.entries()) {
        const [h, v] = single === undefined ? [component.h, component.v] : [1, 1];
        for (let row = y * v; row < (y + 1) * v; row++) for (let column = x * h; column < (x + 1) * h; column++) decoder.block(index, 64 * (row * component.blocksWide + column));
      }
    }
  }
}

class ScanDecoder {
  /** The last DC coefficient of each part. */
  private readonly before: Int32Array;
  /** Blocks that still have no coefficients of this scan. */
  private endRun = 0;

  constructor(
    private readonly scan: Scan,
    private readonly bits: BitReader,
  ) {
    this.before = new Int32Array(scan.parts.length);
  }

  reset(): void {
    this.before.fill(0);
    this.endRun = 0;
  }

  /** Reads the block of a part that begins in that place. */
  block(index: number, start: number): void {
    const { scan, bits } = this;
    const part = scan.parts[index];
    if (part === undefined) return;
    const { coefficients } = part.component;
    if (!scan.isProgressive) {
      this.dc(coefficients, start, index, present(part.dc));
      this.ac(coefficients, start, present(part.ac));
    } else if (scan.first === 0) {
      if (scan.high === 0) this.dc(coefficients, start, index, present(part.dc));
      else if (bits.read(1) === 1) coefficients[start] = (coefficients[start] ?? 0) | (1 << scan.low);
    } else if (scan.high === 0) this.acFirst(coefficients, start, present(part.ac));
    else this.acMore(coefficients, start, present(part.ac));
  }

  private dc(coefficients: Int16Array, start: number, index: number, table: HuffmanTable): void {
    const size = table.read(this.bits);
    if (size > 15) throw damaged();
    const value = (this.before[index] ?? 0) + this.bits.readSigned(size);
    this.before[index] = value;
    coefficients[start] = value << (this.scan.isProgressive ? this.scan.low : 0);
  }

  private ac(coefficients: Int16Array, start: number, table: HuffmanTable): void {
    for (let k = 1; k < 64; k++) {
      const symbol = table.read(this.bits);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0) {
        if (run !== 15) return;
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) throw damaged();
      coefficients[start + (zigzag[k] ?? 0)] = this.bits.readSigned(size);
    }
  }

  private acFirst(coefficients: Int16Array, start: number, table: HuffmanTable): void {
    if (this.endRun > 0) {
      this.endRun--;
      return;
    }
    const { bits, scan } = this;
    for (let k = scan.first; k <= scan.last; k++) {
      const symbol = table.read(bits);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0) {
        if (run !== 15) {
          this.endRun = (1 << run) - 1 + bits.read(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > scan.last) throw damaged();
      coefficients[start + (zigzag[k] ?? 0)] = bits.readSigned(size) << scan.low;
    }
  }

  /** One more bit of coefficients that are known, and coefficients that this bit makes known (T.81, G.1.2.3). */
  private acMore(coefficients: Int16Array, start: number, table: HuffmanTable): void {
    const { bits, scan } = this;
    const unit = 1 << scan.low;
    let k = scan.first;
    while (this.endRun === 0 && k <= scan.last) {
      const symbol = table.read(bits);
      let run = symbol >> 4;
      let value = 0;
      if ((symbol & 15) !== 0) value = bits.read(1) === 1 ? unit : -unit;
      else if (run !== 15) {
        this.endRun = (1 << run) + bits.read(run);
        break;
      }
      // Over those that are known, and over as many others as the run says.
      for (; k <= scan.last; k++) {
        const place = start + (zigzag[k] ?? 0);
        if (coefficients[place] !== 0) this.refine(coefficients, place, unit);
        else if (run-- === 0) break;
      }
      if (k > scan.last && value !== 0) throw damaged();
      if (value !== 0) coefficients[start + (zigzag[k] ?? 0)] = value;
      k++;
    }
    if (this.endRun === 0) return;
    for (; k <= scan.last; k++) {
      const place = start + (zigzag[k] ?? 0);
      if (coefficients[place] !== 0) this.refine(coefficients, place, unit);
    }
    this.endRun--;
  }

  private refine(coefficients: Int16Array, place: number, unit: number): void {
    const value = coefficients[place] ?? 0;
    if (this.bits.read(1) === 1 && (Math.abs(value) & unit) === 0) coefficients[place] = value + (value > 0 ? unit : -unit);
  }
}

const damaged = (): ImageError => new ImageError("its data are damaged");

function present(table: HuffmanTable | null): HuffmanTable {
  if (table === null) throw new ImageError("it lacks a table of its codes");
  return table;
}
