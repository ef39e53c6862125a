// Runs every case of tests/cases/**/*.md. `UPDATE=1` writes what the compiler says now; the review is the diff.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readCase, runCase, writeCase } from "./support/cases.js";

const folder = fileURLToPath(new URL("cases/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md")).sort();

test("there are cases", () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(file, async () => {
    const path = join(folder, file);
    const pinned = readFileSync(path, "utf8");
    const current = writeCase(await runCase(readCase(pinned)));
    if (process.env["UPDATE"] === "1") writeFileSync(path, current);
    else assert.fixture(current, pinned);
  });
}

test.run();
