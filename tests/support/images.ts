// Images for tests: PNG files of given pixels, and files of other programs with what these say their pixels are.

import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

/** A file of another program. JPEG: Pillow 12.3 and cjpeg, both over libjpeg-turbo, which gave the pixels too; PNG: pypng 0.20220715 and Pillow, of given pixels. */
export interface ImageReference {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly most: number;
  /** SHA-256 of the pixels, bytes or little-endian numbers of 16 bits. */
  readonly sha256: string;
  readonly bytes: Buffer;
}

const file = new URL("../unit/image-references.json", import.meta.url);

export function imageReferences(): { readonly jpeg: readonly ImageReference[]; readonly png: readonly ImageReference[] } {
  const read: Readonly<Record<"jpeg" | "png", readonly (Omit<ImageReference, "bytes"> & { readonly bytes: string })[]>> = JSON.parse(readFileSync(file, "utf8"));
  const decoded = (kind: "jpeg" | "png"): readonly ImageReference[] => read[kind].map((each) => ({ ...each, bytes: Buffer.from(each.bytes, "base64") }));
  return { jpeg: decoded("jpeg"), png: decoded("png") };
}

/** A chunk of a PNG file. */
export function pngChunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** A PNG file of 8 bits; `lines` overrides what is packed in it. */
export function pngBytes(width: number, height: number, channels: 1 | 2 | 3 | 4, pixels: readonly number[], lines: Uint8Array | null = null): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = [0, 4, 2, 6][channels - 1] ?? 0;
  const rows = lines ?? Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.from([0, ...pixels.slice(y * width * channels, (y + 1) * width * channels)])));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), pngChunk("IHDR", header), pngChunk("IDAT", deflateSync(rows)), pngChunk("IEND", new Uint8Array(0))]);
}
