// Decoders of PNG and JPEG: pixels bit for bit as other programs have them; files that are damaged, cut off or lie end in a sentence.

import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeJpeg } from "../../runtime/data/images/jpeg.js";
import { ImageError, writePixels, type CheckSize, type Pixels } from "../../runtime/data/images/pixels.js";
import { decodePng } from "../../runtime/data/images/png.js";
import { imageReferences, pngBytes, pngChunk, type ImageReference } from "../support/images.js";

const references = imageReferences();
const any: CheckSize = () => undefined;
const decode = (bytes: Buffer, check: CheckSize = any): Pixels => (bytes[0] === 0x89 ? decodePng(bytes, check) : decodeJpeg(bytes, check));

/** What was decoded, or the message of an ImageError. Anything else gets through. */
function tried(bytes: Buffer, check: CheckSize = any): Pixels | string {
  try {
    return decode(bytes, check);
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
}

function sameAs({ width, height, channels, most, sha256, bytes }: ImageReference): void {
  const found = decode(bytes);
  assert.equal([found.width, found.height, found.channels, found.most], [width, height, channels, most]);
  const { values } = found;
  assert.is(createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest("hex"), sha256);
}

for (const kind of ["jpeg", "png"] as const) {
  for (const reference of references[kind]) test(`${kind}: ${reference.name}`, () => sameAs(reference));

  test(`${kind}: a file that is cut off anywhere is refused`, () => {
    for (const { bytes } of references[kind].slice(0, 6)) {
      // Behind the magic bytes, which whoever calls a decoder has seen; JPEG's last two bytes are the end itself.
      for (let length = 8; length < bytes.length - 2; length += 3) assert.type(tried(bytes.subarray(0, length)), "string", `${length} of ${bytes.length} bytes`);
    }
  });

  test(`${kind}: flipped bytes are read or told of`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...references[kind]), fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { minLength: 1, maxLength: 4 }), ({ bytes }, changes) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of changes) broken[8 + (at % (bytes.length - 8))] = value;
        // A size that is not asked for stops at the header, as it does where a field says how large images are.
        const found = tried(broken, (width, height) => {
          if (width * height > 10_000) throw new ImageError("too large");
        });
        if (typeof found !== "string") assert.is(found.values.length, found.width * found.height * found.channels);
      }),
      { numRuns: 1500 },
    );
  });
}

test("PNG: what lies about its size makes nothing of that size", () => {
  assert.is(tried(pngBytes(2, 2, 1, [], Buffer.alloc(50_000_000))), "it holds more pixels than its header declares");
  assert.is(tried(pngBytes(2, 2, 1, [1, 2])), "its data end early");
  const asked: string[] = [];
  const stop: CheckSize = (width, height) => {
    asked.push(`${width} x ${height}`);
    throw new ImageError("not that large");
  };
  assert.is(tried(pngBytes(2 ** 31, 2 ** 31, 4, [], Buffer.alloc(5)), stop), "not that large");
  assert.equal(asked, ["2147483648 x 2147483648"]);
});

test("PNG: parts that are wrong", () => {
  const whole = pngBytes(2, 1, 3, [1, 2, 3, 4, 5, 6]);
  const end = whole.length - 12;
  assert.is(tried(Buffer.concat([whole.subarray(0, end), pngChunk("XXXX", new Uint8Array(4)), whole.subarray(end)])), "it has a part `XXXX`, which few programs read");
  assert.not.type(tried(Buffer.concat([whole.subarray(0, end), pngChunk("teXt", new Uint8Array(4)), whole.subarray(end)])), "string");
  const wrongSum = Buffer.from(whole);
  wrongSum[30] = (wrongSum[30] ?? 0) ^ 1;
  assert.is(tried(wrongSum), "its data are damaged: a checksum differs");
  assert.is(tried(Buffer.concat([whole.subarray(0, 8), whole.subarray(33)])), "it begins without a header");
});

/** The segments of a JPEG file up to its first scan, and the rest. */
function inParts(bytes: Buffer): { readonly head: Buffer; readonly rest: Buffer } {
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2)) if (bytes[at + 1] === 0xda) return { head: bytes.subarray(0, at), rest: bytes.subarray(at) };
}

test("JPEG: forms that are not read are named; a size is asked for before anything is made of it; scans have a limit", () => {
  const [first] = references.jpeg;
  const progressive = references.jpeg.find(({ name }) => name === "gray, progressive");
  if (first === undefined || progressive === undefined) throw new Error("no reference");
  const frame = first.bytes.indexOf(Buffer.from([0xff, 0xc0]));
  const changed = (at: number, ...values: readonly number[]): Buffer => {
    const copy = Buffer.from(first.bytes);
    copy.set(values, at);
    return copy;
  };
  assert.match(String(tried(changed(frame + 1, 0xc9))), "arithmetic coding");
  assert.match(String(tried(changed(frame + 1, 0xc3))), "lossless");
  assert.match(String(tried(changed(frame + 4, 12))), "12 bits");
  assert.match(String(tried(changed(frame + 5, 0xff, 0xff, 0xff, 0xff), (width, height) => {
    throw new ImageError(`${width} x ${height}`);
  })), "65535 x 65535");
  const { head, rest } = inParts(progressive.bytes);
  const scan = rest.subarray(0, rest.indexOf(Buffer.from([0xff, 0xc4]), 2));
  assert.match(String(tried(Buffer.concat([head, ...new Array<Buffer>(300).fill(scan), rest]))), "more than 200 scans");
});

test("channels are exchanged where nothing is lost", () => {
  const written = (pixels: readonly number[], given: 1 | 2 | 3 | 4, channels: 1 | 3 | 4): readonly number[] | string => {
    const target = new Float32Array(channels);
    try {
      writePixels(decode(pngBytes(1, 1, given, pixels)), channels, target, 0);
      return [...target];
    } catch (error) {
      if (error instanceof ImageError) return error.message;
      throw error;
    }
  };
  assert.equal(written([7], 1, 3), [7, 7, 7]);
  assert.equal(written([7], 1, 4), [7, 7, 7, 255]);
  assert.equal(written([7, 255], 2, 1), [7]);
  assert.equal(written([1, 2, 3], 3, 4), [1, 2, 3, 255]);
  assert.equal(written([1, 2, 3, 9], 4, 4), [1, 2, 3, 9]);
  assert.equal(written([5, 5, 5], 3, 1), [5]);
  assert.match(String(written([5, 5, 6], 3, 1)), "it has colors");
  assert.match(String(written([5, 5, 6, 254], 4, 3)), "it has transparent pixels");
  const target = new Float32Array(1);
  writePixels({ width: 1, height: 1, channels: 1, values: Uint16Array.of(257 * 100 + 128), most: 65535 }, 1, target, 0);
  assert.is(target[0], Math.fround((257 * 100 + 128) * (255 / 65535)));
});

test.run();
