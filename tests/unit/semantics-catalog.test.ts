// Each row of the catalogue that semantics owns has an example that shows it, and nothing else.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fusionRows } from "../../compiler/diagnostics/rows/fusion.js";
import { nameRows } from "../../compiler/diagnostics/rows/names.js";
import { optionRows } from "../../compiler/diagnostics/rows/options.js";
import { ruleRows } from "../../compiler/diagnostics/rows/rules.js";
import type { Row } from "../../compiler/diagnostics/rows/row.js";
import { shapeRows } from "../../compiler/diagnostics/rows/shapes.js";
import { trainingRows } from "../../compiler/diagnostics/rows/training.js";
import { check } from "./semantics-support.js";

for (const [id, row] of Object.entries<Row<never>>({ ...nameRows, ...shapeRows, ...optionRows, ...trainingRows, ...fusionRows, ...ruleRows })) {
  test(`${id}: its example shows it`, () => {
    const { diagnostics, lines } = check(row.example, row.files);
    assert.equal([...new Set(diagnostics.map((diagnostic) => diagnostic.id))], [id], lines.join("\n"));
    for (const { message, help } of diagnostics) {
      assert.match(message, /^[A-Z`].*\.$|did you mean/s);
      assert.not.match(message + (help ?? ""), /undefined|\[object|NaN/);
      assert.ok(help !== null || diagnostics.some(({ fixes }) => fixes.length > 0), "help or a fix");
    }
  });
}

test.run();
