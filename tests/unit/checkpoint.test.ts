// Safetensors and checkpoints: what is written is read again bit for bit, and no file, however broken, does more than give a message.

import * as fc from "fast-check";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readCheckpoint, writeCheckpoint, writeModel } from "../../runtime/checkpoint/checkpoint.js";
import { writeFileAtomically } from "../../runtime/checkpoint/files.js";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../runtime/checkpoint/safetensors.js";
import { UserError } from "../../runtime/program/errors.js";

const folder = mkdtempSync(join(tmpdir(), "sop-checkpoint-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const tensor: fc.Arbitrary<StoredTensor> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((product, n) => product * n, 1);
  const of = <T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(element, { minLength: size, maxLength: size });
  return fc.oneof(
    of(fc.float()).map((values) => ({ dtype: "F32", shape, values: Float32Array.from(values) }) as const),
    of(fc.integer()).map((values) => ({ dtype: "I32", shape, values: Int32Array.from(values) }) as const),
    of(fc.boolean()).map((values) => ({ dtype: "BOOL", shape, values: Uint8Array.from(values, Number) }) as const),
  );
});

const file = fc.record({
  tensors: fc.array(fc.tuple(fc.string({ unit: "binary" }).filter((name) => name !== "__metadata__" && !/^\d+$/.test(name)), tensor), { maxLength: 5 }).map((entries) => new Map(entries)),
  metadata: fc.dictionary(fc.string().filter((name) => !/^\d+$/.test(name)), fc.string(), { maxKeys: 3 }).map((entries) => new Map(Object.entries(entries))),
});

/** Reads, or gives the message. Anything but a UserError gets through. */
function read(bytes: Buffer): ReturnType<typeof decodeSafetensors> | string {
  try {
    return decodeSafetensors(bytes, "x.safetensors");
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const withHeader = (header: string, data: Buffer = Buffer.alloc(0)): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
};

test("reading gives what was written, and writing that gives the same bytes", () => {
  fc.assert(
    fc.property(file, (content) => {
      const bytes = encodeSafetensors(content);
      const found = decodeSafetensors(bytes, "x");
      assert.equal(new Set(found.tensors.keys()), new Set(content.tensors.keys()));
      for (const [name, { dtype, shape, values }] of content.tensors) {
        const other = found.tensors.get(name);
        assert.is(other?.dtype, dtype);
        assert.equal(other?.shape, shape);
        assert.ok(other !== undefined && Buffer.from(other.values.buffer).equals(Buffer.from(values.buffer)));
      }
      assert.equal(found.metadata, content.metadata);
      assert.is(bytes.readBigUInt64LE() % 8n, 0n);
    }),
    { numRuns: 300 },
  );
});

test("no damage does more than give a message or another sound file", () => {
  const bytes = encodeSafetensors({
    tensors: new Map([
      ["a", { dtype: "F32", shape: [2, 3], values: new Float32Array(6) } as const],
      ["b", { dtype: "I32", shape: [4], values: new Int32Array(4) } as const],
    ]),
    metadata: new Map([["step", "3"]]),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(bytes.length), (changes, length) => {
      const broken = Buffer.from(bytes);
      for (const [at, value] of changes) broken[at] = value;
      const found = read(broken.subarray(0, length));
      if (typeof found === "string") assert.ok(found.startsWith("`x.safetensors` "));
    }),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void read(Buffer.from(noise))), { numRuns: 1000 });
});

test("each kind of damage has its message", () => {
  const says = (bytes: Buffer, part: string): void => {
    const found = read(bytes);
    assert.ok(typeof found === "string" && found.includes(part), `expected "${part}" in: ${String(found)}`);
  };
  const entry = (shape: string, offsets: string, dtype = "F32"): string => `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
  const data = Buffer.alloc(8);
  says(Buffer.from("abc"), "has 3 bytes");
  says(Buffer.alloc(16, 255), "is not a safetensors file");
  says(withHeader("{}").subarray(0, 9), "is truncated");
  says(withHeader("[1]"), "not a JSON object");
  says(withHeader("{"), "not a JSON object");
  says(withHeader("[".repeat(100_000)), "not a JSON object");
  says(withHeader(`{"a":3}`), "no description of `a`");
  says(withHeader(`{"a":${entry("[2]", "[0,8]", "F8")}}`, data), "holds `a` as `F8`");
  says(withHeader(`{"a":${entry("[-2]", "[0,8]")}}`, data), "no shape for `a`");
  says(withHeader(`{"a":${entry("[3]", "[0,8]")}}`, data), "expected 12");
  says(withHeader(`{"a":${entry("[9007199254740991, 9007199254740991]", "[0,8]")}}`, data), "bytes, expected");
  says(withHeader(`{"a":${entry("[2]", "[8,0]")}}`, data), "two rising numbers");
  says(withHeader(`{"a":${entry("[1]", "[0,4]")},"b":${entry("[1]", "[0,4]")}}`, data), "overlapping data before `b`");
  says(withHeader(`{"a":${entry("[1]", "[4,8]")}}`, data), "a gap before `a`");
  says(withHeader(`{"a":${entry("[4]", "[0,16]")}}`, data), "is truncated: `a` ends at byte 16 of 8");
  says(withHeader(`{"a":${entry("[1]", "[0,4]")}}`, data), "4 bytes that belong to no tensor");
  says(withHeader(`{"__metadata__":{"x":1}}`), "not text");
  const poisoned = read(withHeader(`{"__proto__":${entry("[2]", "[0,8]")}}`, data));
  assert.ok(typeof poisoned !== "string" && poisoned.tensors.has("__proto__"));
});

test("a checkpoint comes back with its position", () => {
  const path = join(folder, "step.safetensors");
  const tensors = new Map([["weights/a", { dtype: "F32", shape: [2], values: Float32Array.of(1, NaN) } as const]]);
  const position = { identity: "abc", step: 12, stopping: { value: 0.5, step: 10 }, best: null, stopped: false };
  writeCheckpoint(path, { position, tensors });
  assert.equal(readCheckpoint(path)?.position, position);
  assert.equal([...(readCheckpoint(path)?.tensors.get("weights/a")?.values ?? [])], [1, NaN]);
  assert.is(readCheckpoint(join(folder, "none.safetensors")), null);
  assert.equal(readdirSync(folder).filter((name) => name.endsWith(".tmp")), []);
  writeModel(join(folder, "model.safetensors"), "abc", tensors);
  assert.throws(() => readCheckpoint(join(folder, "model.safetensors")), (error: unknown) => error instanceof UserError && error.message.includes("is not a checkpoint of sop"));
  writeFileSync(path, encodeSafetensors({ tensors, metadata: new Map([["format", "sop-checkpoint"], ["version", "1"], ["step", "-1"], ["state", "{}"]]) }));
  assert.throws(() => readCheckpoint(path), (error: unknown) => error instanceof UserError && error.message.includes("does not say where"));
});

test("a file that cannot be written leaves nothing behind", () => {
  writeFileSync(join(folder, "plain"), "");
  const path = join(folder, "plain", "x.safetensors");
  assert.throws(() => writeFileAtomically(path, "x"), (error: unknown) => error instanceof UserError && error.message.includes("cannot be written"));
  assert.not(existsSync(path));
});

test.run();
