// `sha256` of a data file: all digits, or the first ones.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readDataFile } from "../../runtime/data/read-file.js";

test("a sum fits with all its digits or with the first ones, in either case", () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-test-"));
  try {
    writeFileSync(join(folder, "rows.csv"), "a\n1\n");
    const sum = createHash("sha256").update("a\n1\n").digest("hex");
    for (const given of [null, sum, sum.toUpperCase(), sum.slice(0, 8)]) assert.is(readDataFile("rows.csv", folder, given).sha256, sum);
    const other = (sum.startsWith("0") ? "1" : "0") + sum.slice(1);
    for (const wrong of [other, other.slice(0, 8), sum.slice(1)]) assert.throws(() => readDataFile("rows.csv", folder, wrong), /has SHA-256 .*, expected/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
