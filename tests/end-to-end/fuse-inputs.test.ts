// What a source knew its inputs by - statistics, vocabularies, tokenizers - is compared with what they are where it is fused, before anything
// is trained: field by field, also of a model that is called in another one. And steps that a source will never take.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UserError } from "../../runtime/program/errors.js";
import { Datasets, type Program } from "../../runtime/program/program.js";
import { RunGraph } from "../../runtime/program/run-graph.js";
import { named, runsOf } from "../support/compiled.js";

/** Looks at sources of runs as a program does before it trains; each must be told what stands behind its name, "" is nothing. */
async function told(source: string, files: Readonly<Record<string, string>>, expected: Readonly<Record<string, string>>): Promise<void> {
  const runs = await runsOf(source);
  const folder = mkdtempSync(join(tmpdir(), "sop-inputs-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const program: Program = { source: "model.sop", path: "model.sop", runs: Object.values(runs), dataDirectory: folder, runsDirectory: folder };
    const graph = new RunGraph(program, new Datasets(program, () => undefined));
    for (const [name, text] of Object.entries(expected)) {
      const found = await graph.check(named(runs, name)).then(() => "", (error: unknown) => error);
      const said = found instanceof UserError ? `${found.message} ${found.help}` : String(found);
      assert.is(said, text.replace(/^(`.*`) \.\.\. (.*)$/, `$1 was trained with another $2 than \`${name}\` has. Train both on the same training rows of the same field.`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rate = "optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 4\n  steps 4";

const pairs = `data rows = csv("rows.csv") {
  fields      a: f32[2] from columns("p", "q"), b: f32[2] from columns("r", "s"), y: f32
  standardize a, b
  split       train 100%
}
data fewer = rows { take 9 }

model Net(width: int) {
  input  x: f32[2]
  output z: f32[1] = x |> dense(width) |> relu |> dense(1)
}
recipe all {
  loss mse(z |> reshape([]), y)
  ${rate}
}
train left: Net(width: 2) on rows { use all; feed x: a; seed 1 }
train right: Net(width: 3) on rows { use all; feed x: a; seed 2 }
model Wide = Net(width: 5) fuse from left, right

train whole: Wide on rows { use all; feed x: a }
train whole_field: Wide on rows { use all; feed x: b }
train whole_rows: Wide on fewer { use all; feed x: a }

block part(v: f32[2]) -> f32[1] { return Wide(v |> reshape([2, 1]) |> flatten) }
model Head {
  input  x: f32[2], other: f32[2]
  output z: f32[1] = concat(part(other), x) |> dense(1)
}
train head: Head on rows { use all; feed x: b, other: a }
train head_field: Head on rows { use all; feed x: a, other: b }
train head_rows: Head on fewer { use all; feed x: b, other: a }

model Twice {
  input  x: f32[2], other: f32[2]
  layer  wide = Wide
  output z: f32[1] = wide(x) + wide(other)
}
train twice: Twice on rows { use all; feed x: a, other: a }
train twice_field: Twice on rows { use all; feed x: a, other: b }

model Computed {
  input  x: f32[2], other: f32[2]
  output z: f32[1] = concat(Wide(0.5 * x), other) |> dense(1)
}
train computed: Computed on fewer { use all; feed x: b, other: a }

recipe twice_all {
  use    all
  feed   x: a
  epochs 2
}
train by_epochs: Net(width: 2) on rows { use twice_all }
train by_some: Net(width: 2) on rows { use twice_all; select uniform(fraction: 50%) }
model Last = Net(width: 4) fuse from by_epochs at step 16, left
train last: Last on rows { use all; feed x: a }
model Late = Net(width: 4) fuse from left, by_epochs at step 17
train late: Late on rows { use all; feed x: a }
model Fewer = Net(width: 4) fuse from left, by_some at step 17
train of_fewer: Fewer on rows { use all; feed x: a }
`;

test("statistics are those of the field that the source's input is here, and epochs have so many steps", () => {
  const numbers = Array.from({ length: 30 }, (_, row) => [row, row % 7, 5 * row, -(row % 4), row / 30].join(","));
  const mistake = "`left` ... mean and spread of its input `x`";
  return told(pairs, { "rows.csv": `p,q,r,s,y\n${numbers.join("\n")}\n` }, {
    whole: "",
    whole_field: mistake,
    whole_rows: mistake,
    head: "",
    head_field: mistake,
    head_rows: mistake,
    twice: "",
    twice_field: mistake,
    computed: "",
    last: "",
    late: "`late` starts from `by_epochs` at step 17, and `by_epochs` has 16 steps. Name an earlier step, or leave `at step` out for the result of `by_epochs`.",
    of_fewer: "`of_fewer` starts from `by_some` at step 17, and `by_some` has at most 16 steps. Name an earlier step, or leave `at step` out for the result of `by_some`.",
  });
});

const spoken = (name: string, source: string): string => `data ${name} = ${source} {
  fields t: i32[4] below 20, u: i32[4] below 20 from next
  split  train 100%
}
`;

const texts = `${spoken("one", 'text("one.txt", unit: characters)')}${spoken("two", 'text("two.txt", unit: characters)')}${spoken("longer", 'text("longer.txt", unit: characters)')}
${spoken("first", 'text("one.txt", tokenizer: "first.json")')}${spoken("second", 'text("one.txt", tokenizer: "second.json")')}
model Net(width: int) {
  input  words: i32[4] below 20
  output y: f32[4, 20] = words |> embedding(20, width) |> dense(20)
}
recipe all {
  loss cross_entropy(y, u)
  ${rate}
  feed words: t
}
train by_letters: Net(width: 4) on one { use all }
train by_tokens: Net(width: 4) on first { use all }
model Letters = Net(width: 8) fuse from by_letters, by_letters { new_weights: antisymmetric(0.1) }
model Tokens = Net(width: 8) fuse from by_tokens, by_tokens { new_weights: antisymmetric(0.1) }

train letters: Letters on longer { use all }
train other_letters: Letters on two { use all }
train letters_of_tokens: Tokens on one { use all }
train tokens: Tokens on first { use all; seed 1 }
train other_tokens: Tokens on second { use all }

model Around {
  input  words: i32[4] below 20, more: i32[4] below 20
  output y: f32[4, 20] = Tokens(more) + Letters(words)
}
train around: Around on second { use all; feed words: t, more: t }
`;

test("vocabularies and tokenizers are compared, too", () => {
  const tokenizer = (words: readonly string[]): string => JSON.stringify({ added_tokens: [], pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "WordLevel", unk_token: null, vocab: Object.fromEntries(words.map((word, id) => [word, id])) } });
  const files = {
    "one.txt": "ab ba ab ab ba ba ab ba ab ab ba",
    "two.txt": "ac ca ac ac ca ca ac ca ac ac ca",
    "longer.txt": "ab ba ab ab ba ba ab ba ab ab ba ab ba ab ab ba ba ab ba ab ab ba",
    "first.json": tokenizer(["ab", "ba"]),
    "second.json": tokenizer(["ba", "ab"]),
  };
  return told(texts, files, {
    letters: "",
    other_letters: "`by_letters` ... vocabulary of its input `words`",
    letters_of_tokens: "`by_tokens` ... vocabulary of its input `words`",
    tokens: "",
    other_tokens: "`by_tokens` ... tokenizer file of its input `words`",
    around: "`by_tokens` ... tokenizer file of its input `words`",
  });
});

test.run();
