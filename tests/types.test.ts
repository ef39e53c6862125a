// The type check of the whole project, as one test: `tsc -b` over all its parts.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

test("every part of the project type-checks", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const result = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "--pretty", "false"], { cwd: root, encoding: "utf8" });
  assert.is(result.status, 0, `${result.stdout}${result.stderr}`);
});

test.run();
