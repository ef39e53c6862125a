// The same battery as in conformance.test.ts on what is not on every machine: WebGPU, on a driver in software too, and libtensorflow by the path that
// GPUs take, on the processor. What is not here is printed.

import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingWebGpu } from "./support/backends-here.js";
import { conformanceOf, ways } from "./support/conformance/ways.js";
import { folder as libtensorflow } from "./support/libtensorflow.mjs";

const expected: readonly (readonly [title: string, missing: string | null])[] = [
  ["webgpu", missingWebGpu()],
  ["cuda, cpu", existsSync(libtensorflow) ? null : "tests/support/libtensorflow.mjs was not run"],
];

for (const [title, missing] of expected) {
  const way = ways.find((each) => each.title === title);
  if (way === undefined) throw new Error(`no backend ${title}`);
  if (missing !== null) {
    process.stdout.write(`${title} was not tried: ${missing}\n`);
    test(`${title}: where it is missing that is said`, async () => {
      const result = await conformanceOf(way);
      assert.ok("unavailable" in result && result.unavailable.includes("cannot be used here"), JSON.stringify(result));
    });
    continue;
  }
  const result = await conformanceOf(way);
  if ("unavailable" in result) throw new Error(`${title}: ${result.unavailable}`);
  test(`${title}: all cases ran`, () => assert.ok(result.rows.length > 400, `${result.rows.length} cases`));
  for (const { kind, name, forward, gradient, differences } of result.rows) {
    test(`${title}: ${kind} ${name}`, () => {
      for (const [what, outcome] of Object.entries({ forward, gradient, differences })) assert.is.not(typeof outcome, "string", `${what}: ${outcome}`);
    });
  }
}

test.run();
