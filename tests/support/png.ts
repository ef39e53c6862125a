// Writes PNG files: eight bits, red, green and blue, no filter (W3C, "Portable Network Graphics (PNG) Specification").

import { crc32, deflateSync } from "node:zlib";

/** An image as a PNG file; `pixels` are [height, width, 3]. */
export function png(height: number, width: number, pixels: Uint8Array): Uint8Array {
  const lines = Buffer.alloc(height * (1 + 3 * width));
  for (let row = 0; row < height; row++) lines.set(pixels.subarray(3 * width * row, 3 * width * (row + 1)), row * (1 + 3 * width) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
