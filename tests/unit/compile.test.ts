// The compiler as a whole: errors give no output, a program is the same each time, data files are named from the opened file.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile, type CompileOptions } from "../../compiler/compile.js";
import { parse } from "../../compiler/ir/parse.js";
import { passNames } from "../../compiler/passes/pipeline.js";
import { memoryHost } from "../support/host.js";

const options: CompileOptions = { verify: true, dumpAfter: null, outDirectoryToSource: "../.." };

const data = `data rows = csv("rows.csv") {
  fields x: f32, y: class[2]
  split train 80%, valid 10%, test 10%
}
`;

const model = `model Line {
  input x: f32
  output z: f32[2] = concat(x) |> dense(2)
}
train line: Line on rows {
  loss cross_entropy(z, y)
  optimizer sgd(lr: 0.1)
  batch 4
  steps 2
}
`;

test("a program with errors has diagnostics and no output", async () => {
  const { value, diagnostics } = await compile("m.sop", memoryHost({ "m.sop": "model M { output y = nothing }" }), options);
  assert.is(value, null);
  assert.ok(diagnostics.length > 0);
});

test("comments, blank lines and names of values change neither IR nor identity", async () => {
  const identity = async (text: string): Promise<string> => {
    const { value } = await compile("m.sop", memoryHost({ "m.sop": text }), options);
    return `${/identity: "(\w+)"/.exec(value?.typescript ?? "")?.[1] ?? "none"} ${value?.ir ?? ""}`;
  };
  const base = await identity(data + model);
  assert.match(base, /^[0-9a-f]{64} /);
  assert.is(await identity(`// a comment\n\n${data}\n\n${model.replace("concat(x)", "concat( x )")}`), base);
  assert.is(await identity(data + model.replace("output z: f32[2] = concat(x) |> dense(2)", "joined = concat(x)\n  output z: f32[2] = joined |> dense(2)")), base);
  assert.is.not(await identity(data + model.replace("0.1", "0.2")), base);
});

test("data files are named from the folder of the opened file", async () => {
  const files = { "a/b/m.sop": `import { rows } from "../data/rows.sop"\n${model}`, "a/data/rows.sop": data };
  const { value } = await compile("a/b/m.sop", memoryHost(files), options);
  assert.equal(value?.files, ["../data/rows.csv"]);
  assert.match(value?.typescript ?? "", /file: "\.\.\/data\/rows\.csv"/);
});

test("IR after every pass reads back, one module per run", async () => {
  for (const pass of passNames) {
    const { value } = await compile("m.sop", memoryHost({ "m.sop": data + model }), { ...options, dumpAfter: pass });
    assert.is(parse(value?.irAfter ?? "").kind, "ok", pass);
  }
});

test.run();
