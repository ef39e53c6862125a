// Declarations as hovers show them: how they are called, what they say of themselves, what they come to.

import type { Block, Data, Let, Model, Recipe, Train } from "../../ast/ast.js";
import { modelInputs } from "../../semantics/callables.js";
import type { Entry } from "../../semantics/files.js";
import type { Span } from "../../source/source.js";
import { memory, short, whole } from "../facts/figures.js";
import { printFound } from "../facts/print-found.js";
import type { ModelTotals, RunTotals } from "../facts/totals.js";
import { fieldsOf, modelWithBody, outputsOf } from "../names/members.js";
import type { Snapshot } from "../snapshot.js";
import { code, sections } from "./pages.js";

/** More models than these are counted. */
const most = 5;

/** A declaration, whichever file has it. */
export function declarationMarkdown(snapshot: Snapshot, entry: Entry): string {
  const { node } = entry;
  switch (node.kind) {
    case "let":
      return constant(snapshot, entry, node);
    case "data":
      return dataset(snapshot, entry, node);
    case "block":
      return sections([code(headOf(snapshot, entry, node, node.body.span)), node.doc]);
    case "model":
      return model(snapshot, entry, node);
    case "recipe":
      return recipe(snapshot, entry, node);
    case "train":
      return run(snapshot, entry, node);
  }
}

function slice({ textOf }: Snapshot, { file }: Entry, { start, end }: Span): string {
  return textOf(file.path).slice(start, end);
}

/** The head on one line, without the documentation of parameters. */
function headOf(snapshot: Snapshot, entry: Entry, node: Block | Model | Recipe, body: Span | null): string {
  const text = slice(snapshot, entry, { start: node.span.start, end: body?.start ?? node.span.end });
  return text.replace(/\/\/.*$/gm, "").replace(/\s+/g, " ").replaceAll("( ", "(").replaceAll(", )", ")").replace(/\{\s*$/, "").trim();
}

function constant(snapshot: Snapshot, entry: Entry, node: Let): string {
  const found = snapshot.facts.constantAt({ file: entry.file.path, span: node.name.span });
  const written = slice(snapshot, entry, node.value.span);
  const value = found === null ? "" : printFound(found);
  return sections([code(`let ${node.name.text}${node.type === null ? "" : `: ${slice(snapshot, entry, node.type.span)}`} = ${written}`), node.doc, value === "" || value === written ? "" : `Its value is \`${value}\`.`]);
}

function dataset(snapshot: Snapshot, entry: Entry, node: Data): string {
  const fields = [...fieldsOf({ file: entry.file, node }).values()].flatMap(({ name, node: field, origin }) => (field.kind === "field" ? [`  ${name}: ${snapshot.textOf(origin.file).slice(field.type.span.start, field.type.span.end)}`] : []));
  const head = `data ${node.name.text} = ${slice(snapshot, entry, node.source.span).replace(/\s+/g, " ")}`;
  const { model: { datasets } } = snapshot;
  const read = datasets.find(({ origin }) => origin.file === entry.file.path && origin.span.start === node.name.span.start);
  const split = read === undefined || !("train" in read.split) ? "" : `${[["train", read.split.train], ["valid", read.split.valid], ["test", read.split.test]].map(([name, share]) => `${share === 0 ? "no" : `${Number((Number(share) * 100).toPrecision(6))}%`} ${name}`).join(", ")}.`;
  return sections([code([head, ...fields].join("\n")), node.doc, split]);
}

function recipe(snapshot: Snapshot, entry: Entry, node: Recipe): string {
  const [clause] = node.clauses;
  const head = headOf(snapshot, entry, node, clause === undefined ? null : { start: clause.span.start, end: clause.span.start });
  const lines = node.clauses.map(({ span }) => `  ${slice(snapshot, entry, span)}`);
  return sections([code([head, ...lines].join("\n")), node.doc]);
}

function model(snapshot: Snapshot, entry: Entry, node: Model): string {
  const { definition } = node;
  const head = headOf(snapshot, entry, node, definition.kind === "body" ? definition.body.span : null);
  const body = modelWithBody({ file: entry.file, node });
  const of: Entry = body ?? entry;
  const inputs = body === null ? [] : modelInputs(body.node).map(({ name, type }) => `  input ${name.text}: ${slice(snapshot, of, type.span)}`);
  const outputs = [...outputsOf({ file: entry.file, node }).values()].map(({ name, node: statement }) => `  output ${name}${statement.kind === "output" && statement.type !== null ? `: ${slice(snapshot, of, statement.type.span)}` : ""}`);
  const rows = snapshot.facts.modelAt({ file: entry.file.path, span: node.name.span }, node.name.text);
  const table = rows.length === 0 ? "" : totalsTable(rows.slice(0, most), rows.length - most);
  return sections([code([head, ...inputs, ...outputs].join("\n")), node.doc, table]);
}

function totalsTable(rows: readonly ModelTotals[], more: number): string {
  const lines = rows.map(({ title, weightsTrained, weightsShipped, flops }) => `| \`${title}\` | ${whole(weightsTrained)} | ${whole(weightsShipped)} | ${short(flops)} |`);
  return ["| | weights trained | shipped | FLOPs |", "|---|--:|--:|--:|", ...lines, ...(more > 0 ? ["", `and ${more} more`] : [])].join("\n");
}

function run(snapshot: Snapshot, entry: Entry, node: Train): string {
  const head = slice(snapshot, entry, { start: node.span.start, end: node.data.span.end }).replace(/\s+/g, " ");
  const found = snapshot.facts.runAt({ file: entry.file.path, span: node.name.span }, node.name.text);
  return sections([code(head), node.doc, found === null ? "" : runText(found)]);
}

function runText({ title, weightsTrained, weightsShipped, flops, optimizer, rows, length, seed, memory: bytes }: RunTotals): string {
  return [
    `- \`${title}\`: ${weightsTrained === weightsShipped ? `${whole(weightsShipped)} weights` : `${whole(weightsTrained)} weights trained, ${whole(weightsShipped)} shipped`}, ${short(flops)} FLOPs`,
    `- \`${optimizer}\`, ${whole(rows)} rows a step, ${whole(length.value)} ${length.unit}, seed ${seed}`,
    `- training keeps ${memory(bytes)}`,
  ].join("\n");
}
