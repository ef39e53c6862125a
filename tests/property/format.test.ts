// The formatter on everything that the fuzzers make: programs, those with other values, random networks, with comments and line ends scattered between
// their tokens. Seeded; `TEXTS` sets how many.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { alter } from "../support/alter.js";
import { checkFormat } from "../support/formatting.js";
import { randomStream, scatter } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { randomNetwork } from "../support/random-networks.js";
import { small } from "../support/small-programs.js";

const TEXTS = Number(process.env["TEXTS"] ?? 300);

const isValid = (text: string): boolean => parse({ path: "a.sop", text }).diagnostics.length === 0;
const whole = [...programs.map(({ text }) => text), ...shipped].filter(isValid);

test(`${TEXTS} programs with comments and line ends between their tokens are formatted without a loss`, () => {
  const random = randomStream(1_789);
  let scattered = 0;
  for (let i = 0; i < TEXTS; i++) {
    const given = [whole[i % whole.length] ?? "", alter(small[i % small.length] ?? "", random), randomNetwork(i)][i % 3] ?? "";
    if (!isValid(given)) continue;
    const text = scatter(given, random, isValid);
    if (text !== given) scattered++;
    checkFormat(text);
  }
  assert.ok(scattered > 0.7 * TEXTS, `${scattered} of ${TEXTS} texts are written another way`);
});

test.run();
