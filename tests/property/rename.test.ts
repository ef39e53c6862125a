// Renaming keeps the meaning: a name that is changed to one that is nowhere else gives a program with the same messages and the same IR, but for the
// name; one that is changed to a name that the file has is refused, or does the same.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseOnce } from "../../compiler/ast/parse-once.js";
import { check } from "../../compiler/compile.js";
import { FusedModels } from "../../compiler/fusion/fused-models.js";
import { print } from "../../compiler/ir/print.js";
import { lowerInstance, lowerRun, type Lowered } from "../../compiler/lower/lower.js";
import { runPipeline } from "../../compiler/passes/pipeline.js";
import { loadFiles } from "../../compiler/semantics/files.js";
import { createReport } from "../../compiler/semantics/report.js";
import type { Instance, Run } from "../../compiler/semantics/semantic-model.js";
import { namesOf } from "../../compiler/services/names/names.js";
import type { NamedSymbol } from "../../compiler/services/names/symbols.js";
import { workspaceOf, type Workspace } from "../../compiler/services/names/workspace.js";
import { definition } from "../../compiler/services/definition.js";
import { references } from "../../compiler/services/references.js";
import type { Place } from "../../compiler/services/snapshot.js";
import { rename, type Renaming } from "../../compiler/services/rename.js";
import { memoryHost } from "../support/host.js";
import { randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { small } from "../support/small-programs.js";

/** So many symbols of each kind are renamed to a new name, and as many to one that the file has. */
const OF_EACH_KIND = 3;
const fresh = "fresh_name_qz";

type Files = Readonly<Record<string, string>>;

interface Sample {
  readonly files: Files;
  readonly of: Workspace;
  readonly symbol: NamedSymbol;
}

const beside: Files = Object.fromEntries(programs.map(({ path, text }) => [path, text]));
const random = randomStream(3);
const meanings = new Map<Files, string>();
const samples = sampled();

/** Symbols of programs, some of each kind. */
function sampled(): readonly Sample[] {
  const all = [...programs.map(({ text }) => text), ...shipped, ...small].flatMap((text): readonly Sample[] => {
    const files: Files = { ...beside, "main.sop": text };
    const host = memoryHost(files);
    const of: Workspace = { files: loadFiles("main.sop", host, parseOnce, createReport()), textOf: (path) => host.read(path) ?? "", host };
    return [...of.files.values()].flatMap((file) => (file.path.startsWith("sop:") ? [] : namesOf(file).symbols.map((symbol) => ({ files, of, symbol }))));
  });
  const shuffled = all.map((sample) => ({ sample, at: random() })).sort((a, b) => a.at - b.at).map(({ sample }) => sample);
  const counts = new Map<string, number>();
  return shuffled.filter(({ symbol: { kind } }) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return (counts.get(kind) ?? 0) <= OF_EACH_KIND;
  });
}

/** All that is said of a program, and all that is made of it; without places. */
function meaning(files: Files): string {
  const earlier = meanings.get(files);
  if (earlier !== undefined) return earlier;
  const { value, diagnostics } = check("main.sop", memoryHost(files));
  const said = diagnostics.map(({ id, severity }) => `${severity} ${id}`).sort();
  const models = new FusedModels();
  const irOf = (lowered: Lowered, instance: Instance): string => print(runPipeline(models.input(lowered, instance), { verify: false, dumpAfter: null }).module);
  const made = diagnostics.some(({ severity }) => severity === "error")
    ? []
    : [...value.runs.flatMap((run) => [irOf(lowerRun(run), run.instance), settingsOf(run)]), ...value.instances.map((instance) => irOf(lowerInstance(instance), instance))];
  const text = [...said, ...made].join("\n");
  meanings.set(files, text);
  return text;
}

// A field says what it reads: the column of its own name, unless another is written.
function settingsOf({ name, feeds, aligned, positions, links, settings, dataset }: Run): string {
  const fields = dataset.fields.map((field) => ({ ...field, from: field.from === null ? field.name : field.from.kind === "column" ? field.from.column : field.from }));
  return JSON.stringify([name, feeds, aligned, positions, links, settings, { ...dataset, fields }], (key, value: unknown) => (key === "origin" ? undefined : value));
}

function applied({ files, of }: Sample, { edits }: Renaming): Files {
  const changed = Object.fromEntries([...edits].map(([path, each]) => [path, [...each].reverse().reduce((text, { span, text: instead }) => text.slice(0, span.start) + instead + text.slice(span.end), of.textOf(path))]));
  return { ...files, ...changed };
}

function renamed(sample: Sample, name: string): Files | string {
  const { of, symbol } = sample;
  const renaming = rename(of, { path: symbol.origin.file, offset: symbol.origin.span.start }, name);
  return "refused" in renaming ? renaming.refused : applied(sample, renaming);
}

test("a new name changes nothing but the name", () => {
  let count = 0;
  for (const sample of samples) {
    const files = renamed(sample, fresh);
    // What is not the program's own, and fields of generators.
    if (typeof files === "string") assert.match(files, /cannot be changed|belongs to|The generator of/);
    else {
      count++;
      assert.is(meaning(files).replaceAll(fresh, sample.symbol.name), meaning(sample.files), `${sample.symbol.kind} ${sample.symbol.id} of\n${sample.files["main.sop"] ?? ""}`);
    }
  }
  assert.ok(count > samples.length / 2, `${count} of ${samples.length}`);
});

test("a name that the file has is refused, or changes nothing but the name", () => {
  let refused = 0;
  for (const sample of samples) {
    const file = sample.of.files.get(sample.symbol.origin.file);
    const written = file === undefined ? [] : namesOf(file).references.map(({ span }) => sample.of.textOf(file.path).slice(span.start, span.end));
    const name = written[Math.floor(random() * written.length)] ?? "";
    const expected = renamed(sample, fresh);
    const found = name === sample.symbol.name || typeof expected === "string" ? "" : renamed(sample, name);
    if (typeof found === "string" || typeof expected === "string") refused += found === "" ? 0 : 1;
    else assert.is(meaning(found), meaning(expected).replaceAll(fresh, name), `${sample.symbol.kind} ${sample.symbol.id} to ${name} of\n${sample.files["main.sop"] ?? ""}`);
  }
  assert.ok(refused > 5, String(refused));
});

test("a name of a file that several programs import is found and renamed in all of them", () => {
  const texts: Files = {
    "parts.sop": "recipe quick { loss mse(z, y) }\nblock part(x: f32[d], width: int = 2) -> f32[width] { return x |> dense(width) }\n",
    "a.sop": 'import { part } from "./parts.sop"\nblock twice(x: f32[d]) -> f32[2] { return x |> part |> part(width: 2) }\n',
    "b.sop": 'import { part as p, quick } from "./parts.sop"\ndata rows = csv("r.csv") { fields x: f32[3], y: f32[2] }\nmodel M { input x: f32[3]; output z = x |> p(width: 2) }\ntrain run: M on rows { use quick }\n',
  };
  const host = memoryHost(texts);
  const open = (main: string): Workspace => ({ files: loadFiles(main, host, parseOnce, createReport()), textOf: (path) => host.read(path) ?? "", host });
  const of = workspaceOf([open("a.sop"), open("b.sop")], host);
  const offsetOf = (path: string, text: string): Place => ({ path, offset: (texts[path] ?? "").indexOf(text) });
  const count = (place: Place): readonly string[] => references(of, place, { declaration: false }).map(({ file }) => file);
  assert.equal(count(offsetOf("parts.sop", "part(")), ["a.sop", "a.sop", "a.sop", "b.sop", "b.sop"]);
  assert.equal(count(offsetOf("parts.sop", "width")), ["a.sop", "parts.sop", "parts.sop", "b.sop"]);
  assert.equal(definition(of, offsetOf("parts.sop", "z, y")).map(({ file }) => file), ["b.sop"]);
  const renaming = rename(of, offsetOf("a.sop", "part |>"), "piece");
  if ("refused" in renaming) throw new Error(renaming.refused);
  assert.equal([...renaming.edits].map(([file, edits]) => `${file} ${edits.length}`).sort(), ["a.sop 3", "b.sop 1", "parts.sop 1"]);
  const output = rename(of, offsetOf("b.sop", "z ="), "out");
  if ("refused" in output) throw new Error(output.refused);
  assert.equal([...output.edits.keys()].sort(), ["b.sop", "parts.sop"]);
});

test.run();
