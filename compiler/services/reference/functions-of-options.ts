// The reference of what options and clauses name: optimizers, schedules, initializers, overparam and its values, sources of data,
// generators, functions on numbers. One entry for each row of the tables of semantics.

import { printField } from "../../semantics/clauses/fields.js";
import { generators } from "../../semantics/clauses/generators.js";
import { sources } from "../../semantics/clauses/source.js";
import { functions } from "../../semantics/functions.js";
import { initializer } from "../../semantics/initializers.js";
import { optimizers } from "../../semantics/optimizers.js";
import type { FunctionSpec, OptionType } from "../../semantics/options.js";
import { overparamOptions } from "../../semantics/overparam.js";
import { schedules } from "../../semantics/schedules.js";
import { selections } from "../../semantics/selections.js";
import { dataExample, frozenExample, generatorExample, initializerExample, numberExample, optimizerExample, overparamExample, overparamValueExample, scheduleExample, selectionExample } from "./examples.js";
import { notesOf } from "./notes.js";
import { describeOption, optionInSignature } from "./option-text.js";
import { entry, type ReferenceEntry, type ReferenceExample } from "./page.js";

/** Optimizers and schedules. */
export function optimizerEntries(): readonly ReferenceEntry[] {
  return [
    ...functionEntries(optimizers, "optimizer", "an optimizer", optimizerExample),
    ...functionEntries(schedules, "schedule", "a schedule, for `lr`", scheduleExample),
  ];
}

/** Ways to choose training rows. */
export function selectionEntries(): readonly ReferenceEntry[] {
  return functionEntries(selections([]), "selection", "a way to choose rows, for `select`", selectionExample);
}

export function initializerEntries(): readonly ReferenceEntry[] {
  return functionEntries(functionsOf(initializer), "initializer", "an initial value, for `init`", initializerExample);
}

/** The annotation, and the functions that its options name. */
export function overparamEntries(): readonly ReferenceEntry[] {
  const values = overparamOptions.flatMap(({ name, type }) =>
    functionEntries(functionsOf(type), "annotation-value", `a value of \`${name}\`, of \`overparam\``, (value, spec) => overparamValueExample(name, value, spec)),
  );
  const annotation = entry({
    word: "overparam",
    kind: "annotation",
    title: "an annotation of calls and models",
    signature: `overparam copies\noverparam(${overparamOptions.map((option) => optionInSignature(option, overparamOptions)).join(", ")})`,
    doc: "Trains several copies of each kernel in its reach, a kernel set, and ships one: the fold, their mean.",
    options: overparamOptions.map((option) => describeOption(option, overparamOptions)),
    notes: notesOf("overparam"),
    example: overparamExample,
  });
  return [annotation, ...values];
}

/** The annotation without options. */
export function frozenEntry(): ReferenceEntry {
  return entry({ word: "frozen", kind: "annotation", title: "an annotation of calls, layers and models", signature: "frozen", doc: "A layer or model whose weights are not trained.", notes: notesOf("frozen"), example: frozenExample });
}

/** Sources of data and generators. */
export function dataEntries(): readonly ReferenceEntry[] {
  const made = Object.entries(generators).map(([word, { doc, fields }]) =>
    entry({
      word,
      kind: "generator",
      title: "a generator, for `synthetic`",
      signature: `synthetic(${JSON.stringify(word)})`,
      doc,
      members: Object.entries(fields).map(([name, type]) => ({ name, signature: `${name}: ${printField(type)}`, doc: "" })),
      notes: notesOf(word),
      example: generatorExample(word),
    }),
  );
  return [...functionEntries(sources, "source", "a source of data", dataExample), ...made];
}

/** Functions on numbers that are known at compile time. */
export function numberEntries(): readonly ReferenceEntry[] {
  return Object.entries(functions).map(([word, { doc, least, most }]) =>
    entry({
      word,
      kind: "number-function",
      title: "a function on numbers, at compile time",
      signature: `${word}(${least === most ? "x" : "x, ..."})`,
      doc,
      notes: notesOf(word),
      example: numberExample(word),
    }),
  );
}

function functionEntries(
  table: Readonly<Record<string, FunctionSpec>>,
  kind: ReferenceEntry["kind"],
  title: string,
  example: (word: string, spec: FunctionSpec) => ReferenceExample | null,
): readonly ReferenceEntry[] {
  return Object.entries(table).map(([word, spec]) => {
    const parameters = [...(spec.takes === undefined ? [] : [spec.takes]), ...spec.options.map((option) => optionInSignature(option, spec.options))];
    return entry({
      word,
      kind,
      title,
      signature: parameters.length === 0 ? word : `${word}(${parameters.join(", ")})`,
      doc: spec.doc,
      options: spec.options.map((option) => describeOption(option, spec.options)),
      notes: notesOf(word),
      example: example(word, spec),
    });
  });
}

function functionsOf(type: OptionType): Readonly<Record<string, FunctionSpec>> {
  return type.kind === "call" ? type.functions : {};
}
