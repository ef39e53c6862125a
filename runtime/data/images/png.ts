// PNG files (ISO/IEC 15948): gray, color, palettes, transparency, 1 to 16 bits, interlaced or not. Relies on Node's zlib, which stops at the size that
// the header declares. Chunks that change no pixel are not looked at.

import { crc32, inflateSync } from "node:zlib";
import { systemCode } from "../../program/errors.js";
import { ImageError, type CheckSize, type Pixels } from "./pixels.js";

const magic = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** Channels in the file by color type. */
const fileChannels: ReadonlyMap<number, number> = new Map([[0, 1], [2, 3], [3, 1], [4, 2], [6, 4]]);
/** Bits of a number that a color type may have. */
const depths: ReadonlyMap<number, readonly number[]> = new Map([[0, [1, 2, 4, 8, 16]], [2, [8, 16]], [3, [1, 2, 4, 8]], [4, [8, 16]], [6, [8, 16]]]);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly isInterlaced: boolean;
}

/** A part of the image whose rows stand together: all of it, or one of the seven of Adam7. */
interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly down: number;
  readonly width: number;
  readonly height: number;
}

/** Does the file start like a PNG file? */
export function isPng(bytes: Uint8Array): boolean {
  return magic.equals(bytes.subarray(0, magic.length));
}

/** Decodes a whole file. Throws an ImageError. */
export function decodePng(bytes: Buffer, check: CheckSize): Pixels {
  let header: Header | null = null;
  let palette: Buffer | null = null;
  let transparent: Buffer | null = null;
  const data: Buffer[] = [];
  for (let at = magic.length; ; ) {
    if (at + 12 > bytes.length) throw new ImageError("its data end early");
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > bytes.length) throw new ImageError("its data end early");
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)) throw new ImageError("its data are damaged: a checksum differs");
    at += 12 + length;
    if (header === null && type !== "IHDR") throw new ImageError("it begins without a header");
    if (type === "IHDR") {
      if (header !== null) throw new ImageError("it has two headers");
      header = readHeader(content);
      check(header.width, header.height);
    } else if (type === "PLTE") palette = content;
    else if (type === "tRNS") transparent = content;
    else if (type === "IDAT") data.push(content);
    else if (type === "IEND") break;
    else if (type.charCodeAt(0) < 97) throw new ImageError(`it has a part \`${type.replace(/[^A-Za-z]/g, "?")}\`, which few programs read`);
  }
  if (header === null || data.length === 0) throw new ImageError("its data end early");
  if (header.color === 3 && (palette === null || palette.length === 0 || palette.length % 3 !== 0)) throw new ImageError("it lacks its palette");
  return colored(header, readSamples(header, Buffer.concat(data)), palette, transparent);
}

function readHeader(content: Buffer): Header {
  if (content.length !== 13) throw new ImageError("its header is damaged");
  const [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)];
  const [depth = 0, color = 0, packing, filter, interlace = 0] = content.subarray(8);
  if (width === 0 || height === 0 || depths.get(color)?.includes(depth) !== true || packing !== 0 || filter !== 0 || interlace > 1) throw new ImageError("its header is damaged");
  return { width, height, depth, color, isInterlaced: interlace === 1 };
}

/** Numbers as the file has them, in the order of the pixels. */
function readSamples(header: Header, packed: Buffer): Uint8Array | Uint16Array {
  const { width, height, depth, color } = header;
  const channels = fileChannels.get(color) ?? 1;
  const parts = partsOf(header);
  const rowBytes = (part: Part): number => Math.ceil((part.width * channels * depth) / 8);
  const expected = parts.reduce((sum, part) => sum + part.height * (1 + rowBytes(part)), 0);
  const lines = inflate(packed, expected);
  const samples = depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  const pixelBytes = Math.max(1, (channels * depth) >> 3);
  let at = 0;
  for (const part of parts) {
    const bytes = rowBytes(part);
    for (let y = 0; y < part.height; y++, at += 1 + bytes) {
      unfilter(lines, at + 1, bytes, pixelBytes, lines[at] ?? 0, y === 0);
      const row = part.top + y * part.down;
      for (let x = 0; x < part.width; x++) {
        const to = (row * width + part.left + x * part.right) * channels;
        for (let channel = 0; channel < channels; channel++) samples[to + channel] = sampleAt(lines, at + 1, x * channels + channel, depth);
      }
    }
  }
  return samples;
}

function sampleAt(lines: Buffer, start: number, index: number, depth: number): number {
  if (depth === 8) return lines[start + index] ?? 0;
  if (depth === 16) return ((lines[start + 2 * index] ?? 0) << 8) | (lines[start + 2 * index + 1] ?? 0);
  const bit = index * depth;
  return ((lines[start + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function partsOf({ width, height, isInterlaced }: Header): readonly Part[] {
  if (!isInterlaced) return [{ left: 0, top: 0, right: 1, down: 1, width, height }];
  const steps = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;
  return steps
    .map(([left, top, right, down]) => ({ left, top, right, down, width: Math.ceil((width - left) / right), height: Math.ceil((height - top) / down) }))
    .filter((part) => part.width > 0 && part.height > 0);
}

function inflate(packed: Buffer, expected: number): Buffer {
  try {
    const found = inflateSync(packed, { maxOutputLength: expected });
    if (found.length === expected) return found;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ERR_BUFFER_TOO_LARGE") throw new ImageError("it holds more pixels than its header declares");
    if (code === null || !code.startsWith("Z_")) throw error;
    if (code !== "Z_BUF_ERROR") throw new ImageError("its data are damaged");
  }
  throw new ImageError("its data end early");
}

/** Makes bytes of the differences in a row; the row above stands before it. */
function unfilter(lines: Buffer, start: number, bytes: number, pixelBytes: number, filter: number, isFirst: boolean): void {
  if (filter === 0) return;
  if (filter > 4) throw new ImageError("its data are damaged");
  const above = start - bytes - 1;
  for (let i = 0; i < bytes; i++) {
    const a = i < pixelBytes ? 0 : (lines[start + i - pixelBytes] ?? 0);
    const b = isFirst ? 0 : (lines[above + i] ?? 0);
    const c = isFirst || i < pixelBytes ? 0 : (lines[above + i - pixelBytes] ?? 0);
    const predicted = filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
    lines[start + i] = (lines[start + i] ?? 0) + predicted;
  }
}

function paeth(a: number, b: number, c: number): number {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

/** Pixels with their colors and transparency. */
function colored({ width, height, depth, color }: Header, samples: Uint8Array | Uint16Array, palette: Buffer | null, transparent: Buffer | null): Pixels {
  const given = fileChannels.get(color) ?? 1;
  // What has transparency of its own needs no color that stands for it.
  if (color > 3) transparent = null;
  const hasAlpha = given === 2 || given === 4 || transparent !== null;
  const hues = color === 0 || color === 4 ? 1 : 3;
  const channels = hues === 1 ? (hasAlpha ? 2 : 1) : hasAlpha ? 4 : 3;
  const most = depth === 16 ? 65535 : 255;
  const factor = color === 3 ? 1 : most / (2 ** depth - 1);
  const values = depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  if (transparent !== null && color !== 3 && transparent.length < 2 * hues) throw new ImageError("its data are damaged");
  const key = transparent === null || color === 3 ? null : Array.from({ length: hues }, (_, hue) => transparent.readUInt16BE(2 * hue));
  for (let pixel = 0, from = 0, to = 0; pixel < width * height; pixel++, from += given, to += channels) {
    const index = samples[from] ?? 0;
    if (color === 3 && palette !== null) {
      if (3 * index >= palette.length) throw new ImageError("it has a color that its palette lacks");
      for (let hue = 0; hue < 3; hue++) values[to + hue] = palette[3 * index + hue] ?? 0;
      if (transparent !== null) values[to + 3] = transparent[index] ?? 255;
      continue;
    }
    for (let channel = 0; channel < given; channel++) values[to + channel] = (samples[from + channel] ?? 0) * factor;
    if (key !== null) values[to + hues] = key.every((value, hue) => value === samples[from + hue]) ? 0 : most;
  }
  return { width, height, channels, values, most };
}
