// The clause `augment`: what it takes, what it refuses, and which identities it enters.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../compiler/compile.js";
import { memoryHost } from "../support/host.js";
import { check, mend } from "./semantics-support.js";

const data = (clauses: string): string => `data d = npy("a.npy", "b.npy", "c.npy", "d.npy") {\n  fields image: f32[32, 32, 3], mask: i32[32, 32] below 9, wide: f32[28, 40], x: f32[8]\n${clauses}}\n`;
const lines = (clause: string): readonly string[] => check(data(`  ${clause}\n`)).lines;

test("changes, in order, of one field or of several alike", () => {
  const { value, lines: found } = check(data("  augment image flip horizontal, crop 32 pad 4\n  augment image, mask flip vertical, cutout 8\n  augment wide crop [28, 40] pad 2, noise 10%\n"));
  assert.equal(found, []);
  assert.equal(value.datasets[0]?.augment, [
    { fields: ["image"], steps: [{ kind: "flip", along: "horizontal" }, { kind: "crop", size: [32, 32], pad: 4 }] },
    { fields: ["image", "mask"], steps: [{ kind: "flip", along: "vertical" }, { kind: "cutout", size: 8 }] },
    { fields: ["wide"], steps: [{ kind: "crop", size: [28, 40], pad: 2 }, { kind: "noise", deviation: 0.1 }] },
  ]);
});

test("numbers may be computed, and a derived dataset adds its own", () => {
  const { value, lines: found } = check(`let n = 32\nlet m = n / 8\n${data("  augment image crop n pad m\n")}data e = d {\n  augment image noise 0.5\n}\n`);
  assert.equal(found, []);
  assert.equal(value.datasets.map(({ augment }) => augment.flatMap(({ steps }) => steps.map(({ kind }) => kind))), [["crop"], ["crop", "noise"]]);
});

const wrong: readonly (readonly [string, string])[] = [
  ["augment x flip horizontal", '3:11 value-type {"what":"`augment`","expected":"images, which are [height, width] or [height, width, channels]","found":"`x`, which is f32[8]"}'],
  ["augment imag flip horizontal", '3:11 unknown-field {"name":"imag","nearest":"image"}'],
  ["augment image flop horizontal", '3:17 unknown-augmentation {"name":"flop","nearest":"flip"}'],
  ["augment image zzz 3", '3:17 unknown-augmentation {"name":"zzz","nearest":""}'],
  ["augment image flip horizontally", '3:22 value-type {"what":"`flip`","expected":"`horizontal` or `vertical`","found":"`horizontally`"}'],
  ["augment image flip", '3:3 clause-form {"word":"augment","form":"augment image flip horizontal"}'],
  ["augment image crop 32", '3:3 clause-form {"word":"augment","form":"augment image crop 32 pad 4"}'],
  ["augment image crop 41 pad 4", '3:22 value-type {"what":"`crop`","expected":"32, the size of `image`","found":"41, more than the 40 by 40 pixels of the image with its border"}'],
  ["augment image crop 24 pad 4", '3:22 value-type {"what":"`crop`","expected":"32, the size of `image`, which stays what it is","found":"24"}'],
  ["augment wide crop 28 pad 4", '3:21 value-type {"what":"`crop`","expected":"[28, 40], the size of `wide`, which stays what it is","found":"28"}'],
  ["augment image crop 32 pad 32", '3:29 value-range {"what":"`pad`","range":"less than 32, the size of `image`","found":"32"}'],
  ["augment image crop 32 pad 0", '3:29 value-range {"what":"`pad`","range":"a whole number of at least 1","found":"0"}'],
  ["augment image crop 32.5 pad 4", '3:22 not-whole {"what":"The size of `crop`","found":"32.5"}'],
  ["augment image cutout 32", '3:24 value-range {"what":"`cutout`","range":"less than 32, the size of `image`","found":"32"}'],
  ["augment image noise 0", '3:23 value-type {"what":"`noise`","expected":"a number above 0","found":"0"}'],
  ["augment image, mask noise 0.1", '3:29 value-type {"what":"`noise`","expected":"fields of f32","found":"`mask`, which is i32"}'],
  ["augment image, wide flip horizontal", '3:18 value-type {"what":"`augment`","expected":"fields of one size, as `image: f32[32, 32, 3]`","found":"`wide: f32[28, 40]`"}'],
  ["augment image, flip horizontal", '3:3 clause-form {"word":"augment","form":"augment image flip horizontal"}'],
  ["augment flip horizontal", '3:3 clause-form {"word":"augment","form":"augment field flip horizontal, crop 32 pad 4"}'],
  ["augment image", '3:3 clause-form {"word":"augment","form":"augment field flip horizontal, crop 32 pad 4"}'],
  ["augment", '3:3 clause-form {"word":"augment","form":"augment field flip horizontal, crop 32 pad 4"}'],
];

for (const [clause, expected] of wrong) test(clause, () => assert.equal(lines(clause), [expected]));

test("fixes write what fits", () => {
  const fixed = (clause: string): string => mend(data(`  ${clause}\n`));
  assert.equal(fixed("augment wide crop 28 pad 4"), data("  augment wide crop [28, 40] pad 4\n"));
  assert.equal(fixed("augment image flop horizontal"), data("  augment image flip horizontal\n"));
  assert.equal(fixed("augment image flip horizontally"), data("  augment image flip horizontal\n"));
});

test("it changes what a run is, not what its model computes", async () => {
  const program = (clause: string): string => `import { digits } from "std/data"
import { ImageMlp } from "std/mlp"
import { classify } from "std/recipes"

data changed = digits { ${clause} }

train t: ImageMlp on changed { use classify }
`;
  const of = async (clause: string): Promise<{ readonly run: string; readonly model: string; readonly typescript: string }> => {
    const { value, diagnostics } = await compile("m.sop", memoryHost({ "m.sop": program(clause) }), { verify: true, dumpAfter: null, outDirectoryToSource: "../.." });
    if (value === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    const found = (name: string): string => new RegExp(`\\b${name}: "(\\w+)"`).exec(value.typescript)?.[1] ?? "";
    return { run: found("identity"), model: found("modelIdentity"), typescript: value.typescript };
  };
  const plain = await of("take 10_000");
  const [one, other] = [await of("take 10_000; augment image noise 0.1"), await of("take 10_000; augment image noise 0.2")];
  assert.is(new Set([plain.run, one.run, other.run]).size, 3);
  assert.is(new Set([plain.model, one.model, other.model]).size, 1);
  assert.ok(plain.model.length > 10);
  assert.match(one.typescript, /augment: \[sop\.augment\(\["image"\], \[\{ kind: "noise", deviation: 0\.1 \}\]\)\]/);
  assert.not.match(plain.typescript, /augment/);
});

test.run();
