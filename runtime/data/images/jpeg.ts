// JPEG files (ITU-T T.81): sequential and progressive ones of 8 bits with Huffman codes, gray or in three colors. Pixels are those of libjpeg,
// bit by bit. What cannot be read whole is refused, where a viewer would show a gray rest. See Note [Decoders of our own].

import { BitReader, HuffmanTable } from "./jpeg-bits.js";
import { colorsOf, planeOf, upsample } from "./jpeg-samples.js";
import { readScan, zigzag, type Component, type Scan } from "./jpeg-scan.js";
import { ImageError, type CheckSize, type Pixels } from "./pixels.js";

/** Each scan goes over all blocks, and a scan of nothing takes a few bytes; encoders make about ten. */
const mostScans = 200;

interface Frame {
  readonly isProgressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
  /** Largest sampling factors. */
  readonly h: number;
  readonly v: number;
}

/** Does the file start like a JPEG file? */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Decodes a whole file. Throws an ImageError. */
export function decodeJpeg(bytes: Uint8Array, check: CheckSize): Pixels {
  const decoder = new Decoder(bytes, check);
  while (decoder.segment());
  return decoder.pixels();
}

class Decoder {
  private at = 2;
  private frame: Frame | null = null;
  private scans = 0;
  private restartInterval = 0;
  private hasJfif = false;
  /** What Adobe's segment says of the colors; null: there is none. */
  private adobe: number | null = null;
  private readonly quant = new Map<number, Uint16Array>();
  private readonly dc = new Map<number, HuffmanTable>();
  private readonly ac = new Map<number, HuffmanTable>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly check: CheckSize,
  ) {}

  /** Reads the next segment; false at the end of the image. */
  segment(): boolean {
    const { bytes } = this;
    // Between segments there may be what other programs left.
    while (this.at < bytes.length && bytes[this.at] !== 0xff) this.at++;
    while (bytes[this.at] === 0xff) this.at++;
    const marker = bytes[this.at++];
    if (marker === undefined) throw early();
    if (marker === 0xd9) return false;
    if (marker === 0 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) return true;
    const length = this.two(this.at);
    const end = this.at + length;
    if (length < 2) throw damaged();
    if (end > bytes.length) throw early();
    const content = bytes.subarray(this.at + 2, end);
    this.at = end;
    if (marker === 0xc4) this.readCodes(content);
    else if (marker === 0xdb) this.readSteps(content);
    else if (marker === 0xdd) this.restartInterval = ((content[0] ?? 0) << 8) | (content[1] ?? 0);
    else if (marker === 0xda) this.readScan(content);
    else if (marker === 0xe0) this.hasJfif ||= startsWith(content, "JFIF\0");
    else if (marker === 0xee && startsWith(content, "Adobe") && content.length >= 12) this.adobe = content[11] ?? 0;
    else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) this.readFrame(content, marker === 0xc2);
    else if (marker === 0xcc || marker >= 0xc9 && marker <= 0xcb) throw new ImageError("it uses arithmetic coding, which few programs read");
    else if (marker > 0xc2 && marker < 0xd0 && marker !== 0xc8) throw new ImageError("it is a lossless or hierarchical JPEG file, which few programs read");
    return true;
  }

  pixels(): Pixels {
    const { frame } = this;
    if (frame === null || this.scans === 0 || frame.components.some(({ steps }) => steps === null)) throw early();
    const { width, height } = frame;
    const planes = frame.components.map((component) => upsample(planeOf(component), frame.h / component.h, frame.v / component.v, width, height));
    const [first, second, third] = planes;
    if (first === undefined) throw damaged();
    if (second !== undefined && third !== undefined) return { width, height, channels: 3, values: colorsOf([first, second, third], width, height, this.isYcc(frame)), most: 255 };
    const values = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) values.set(first.samples.subarray(y * first.stride, y * first.stride + width), y * width);
    return { width, height, channels: 1, values, most: 255 };
  }

  /** As libjpeg tells it (jdapimin.c). */
  private isYcc({ components }: Frame): boolean {
    if (this.hasJfif) return true;
    if (this.adobe !== null) return this.adobe !== 0;
    return components.map(({ id }) => String.fromCharCode(id)).join("") !== "RGB";
  }

  private readFrame(content: Uint8Array, isProgressive: boolean): void {
    if (this.frame !== null) throw damaged();
    const [bits, , , , , count = 0] = content;
    const height = ((content[1] ?? 0) << 8) | (content[2] ?? 0);
    const width = ((content[3] ?? 0) << 8) | (content[4] ?? 0);
    if (content.length < 6 + 3 * count || width === 0 || height === 0) throw damaged();
    if (bits !== 8) throw new ImageError(`it has ${bits} bits in each number, which few programs read`);
    if (count !== 1 && count !== 3) throw new ImageError(count === 4 ? "its colors are those of print (CMYK)" : `it has ${count} channels`);
    const declared = Array.from({ length: count }, (_, index) => {
      const [id = 0, factors = 0, quantTable = 0] = content.subarray(6 + 3 * index, 9 + 3 * index);
      return { id, h: factors >> 4, v: factors & 15, quantTable };
    });
    if (declared.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw damaged();
    const [h, v] = [Math.max(...declared.map((each) => each.h)), Math.max(...declared.map((each) => each.v))];
    if (declared.some((each) => h % each.h !== 0 || v % each.v !== 0)) throw new ImageError("its colors are sampled in steps that few programs read");
    this.check(width, height);
    const [unitsWide, unitsHigh] = [Math.ceil(width / (8 * h)), Math.ceil(height / (8 * v))];
    const components = declared.map((each): Component => {
      const [blocksWide, blocksHigh] = [unitsWide * each.h, unitsHigh * each.v];
      return { ...each, width: Math.ceil((width * each.h) / h), height: Math.ceil((height * each.v) / v), blocksWide, blocksHigh, coefficients: new Int16Array(64 * blocksWide * blocksHigh), steps: null };
    });
    this.frame = { isProgressive, width, height, components, h, v };
  }

  private readScan(content: Uint8Array): void {
    const { frame } = this;
    const count = content[0] ?? 0;
    if (frame === null || count < 1 || count > frame.components.length || content.length < 4 + 2 * count) throw damaged();
    if (++this.scans > mostScans) throw new ImageError(`it has more than ${mostScans} scans`);
    const parts = Array.from({ length: count }, (_, index) => {
      const [id = 0, tables = 0] = content.subarray(1 + 2 * index, 3 + 2 * index);
      const component = frame.components.find((each) => each.id === id);
      if (component === undefined) throw damaged();
      if (component.steps === null) {
        const steps = this.quant.get(component.quantTable);
        if (steps === undefined) throw new ImageError("it lacks a table of its steps");
        component.steps = steps;
      }
      return { component, dc: this.dc.get(tables >> 4) ?? null, ac: this.ac.get(tables & 15) ?? null };
    });
    const [first = 0, last = 0, bits = 0] = content.subarray(1 + 2 * count);
    const isSpectral = frame.isProgressive && first > 0;
    if (frame.isProgressive && (first > last || last > 63 || (first === 0) !== (last === 0) || (bits & 15) > 13 || (isSpectral && count > 1))) throw damaged();
    const reader = new BitReader(this.bytes, this.at);
    const scan: Scan = {
      parts,
      isProgressive: frame.isProgressive,
      first,
      last,
      high: bits >> 4,
      low: bits & 15,
      restartInterval: this.restartInterval,
      unitsWide: Math.ceil(frame.width / (8 * frame.h)),
      unitsHigh: Math.ceil(frame.height / (8 * frame.v)),
    };
    readScan(scan, reader);
    this.at = reader.at;
  }

  private readCodes(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const place = content[at] ?? 0;
      const counts = content.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      at += 17 + total;
      if (at > content.length || total > 256 || (place & 15) > 3) throw damaged();
      (place >> 4 === 0 ? this.dc : this.ac).set(place & 15, new HuffmanTable(counts, content.slice(at - total, at)));
    }
  }

  private readSteps(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const place = content[at++] ?? 0;
      const width = place >> 4 === 0 ? 1 : 2;
      if (at + 64 * width > content.length) throw damaged();
      const steps = new Uint16Array(64);
      for (let k = 0; k < 64; k++, at += width) steps[zigzag[k] ?? 0] = width === 1 ? (content[at] ?? 0) : ((content[at] ?? 0) << 8) | (content[at + 1] ?? 0);
      this.quant.set(place & 15, steps);
    }
  }

  private two(at: number): number {
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }
}

const startsWith = (content: Uint8Array, text: string): boolean => [...text].every((letter, index) => content[index] === letter.charCodeAt(0));
const early = (): ImageError => new ImageError("its data end early");
const damaged = (): ImageError => new ImageError("its data are damaged");

// Note [Decoders of our own]
// fast-png inflates all that a file holds, whatever its header says; jpeg-js is off by many levels where colors are sampled coarsely. Neither of the
// formats is large, and pixels that are libjpeg's are those that other frameworks train on.
