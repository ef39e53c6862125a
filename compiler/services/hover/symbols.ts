// Names that a program declares: parameters, values of bodies, fields, outputs, sizes, and whole declarations.

import type { Node } from "../../ast/visit.js";
import type { NamedSymbol } from "../names/symbols.js";
import { instanceTitle } from "../instance-title.js";
import type { Snapshot } from "../snapshot.js";
import { callText, costText, valueText } from "./call.js";
import { declarationMarkdown } from "./declarations.js";
import { code, sections } from "./pages.js";

/** What a name stands for; `origin` is where it is read, for what it is there. */
export function symbolMarkdown(snapshot: Snapshot, symbol: NamedSymbol, here: { readonly file: string; readonly around: readonly Node[] }): string | null {
  const { kind, name, node, doc, origin } = symbol;
  const file = snapshot.files.get(origin.file);
  switch (kind) {
    case "constant":
    case "dataset":
    case "block":
    case "model":
    case "recipe":
    case "run":
      return file === undefined || !("name" in node) || !isDeclaration(node) ? null : declarationMarkdown(snapshot, { node, file });
    case "alias":
      return null;
    case "parameter":
      return node.kind === "param" ? sections([code(`${slice(snapshot, origin.file, node.span)}`), doc, ofContainer(symbol), parameterValues(snapshot, symbol)]) : null;
    case "word":
      return sections([`**${name}**${symbol.container === null ? "" : `, a value of \`${symbol.container.name}\``}`, symbol.container?.doc ?? ""]);
    case "dimension":
      return sections([code(`${name}: int`), `A size that ${symbol.container?.kind === "model" ? "the data give, or where the model is called, its tensors" : "each call binds"}.`, numberHere(snapshot, here)]);
    case "input":
    case "field":
      return "type" in node && node.type !== null && "span" in node.type ? sections([code(`${kind} ${name}: ${slice(snapshot, origin.file, node.type.span)}`), doc, ofContainer(symbol), kind === "input" ? typeAt(snapshot, origin.file, symbol, node.type.span) : ""]) : null;
    case "output":
      return node.kind === "output" ? sections([code(`output ${name}${typed(snapshot, origin.file, node.value.span, null)}`), doc, ofContainer(symbol)]) : null;
    case "value":
      return node.kind === "bind" ? bound(snapshot, symbol, here) : null;
    case "layer":
      return node.kind === "layer" ? sections([code(`layer ${name} = ${slice(snapshot, origin.file, node.value.span)}`), "All its uses share its weights.", usesText(snapshot, symbol)]) : null;
    case "counter":
      return sections([code(`${name}: int`), "The turn of the `repeat`, from 0."]);
    case "measure":
      return `**${name}**, a named item of \`loss\` or \`metrics\`.`;
  }
}

function isDeclaration(node: Node): node is Parameters<typeof declarationMarkdown>[1]["node"] {
  return node.kind === "let" || node.kind === "data" || node.kind === "block" || node.kind === "model" || node.kind === "recipe" || node.kind === "train";
}

function slice({ textOf }: Snapshot, file: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return textOf(file).slice(start, end).replace(/\s+/g, " ");
}

function ofContainer({ kind, container }: NamedSymbol): string {
  return container === null ? "" : `_a${/^[aeiou]/.test(kind) ? "n" : ""} ${kind} of \`${container.name}\`_`;
}

function typed(snapshot: Snapshot, file: string, span: { readonly start: number; readonly end: number }, index: number | null): string {
  const found = valueText(snapshot, { file, span }, index);
  return found === null ? "" : `: ${found.text}`;
}

function typeAt(snapshot: Snapshot, file: string, { origin }: NamedSymbol, typeSpan: { readonly start: number; readonly end: number }): string {
  const found = valueText(snapshot, { file, span: origin.span });
  return found === null || slice(snapshot, file, typeSpan).replace(/\s+/g, "") === found.text.replace(/\s+/g, "") ? "" : `Here \`${found.text}\`.`;
}

// Where a name of a body stands, its value there: it may be bound again.
function bound(snapshot: Snapshot, symbol: NamedSymbol, { file, around }: { readonly file: string; readonly around: readonly Node[] }): string | null {
  const statement = around[around.length - 2];
  const name = around[around.length - 1];
  if (statement?.kind === "bind" && name?.kind === "name" && statement.names.includes(name)) {
    const index = statement.names.length === 1 ? null : statement.names.indexOf(name);
    const found = valueText(snapshot, { file, span: statement.value.span }, index);
    return sections([code(`${symbol.name}${found === null ? "" : `: ${found.text}`}`), found?.list ?? ""]);
  }
  const path = statement?.kind === "path" ? valueText(snapshot, { file, span: statement.span }) : null;
  if (path !== null) return sections([code(`${symbol.name}: ${path.text}`), path.list]);
  const { node } = symbol;
  return node.kind === "bind" ? code(`${symbol.name}${typed(snapshot, symbol.origin.file, node.value.span, node.names.length === 1 ? null : Math.max(0, node.names.findIndex(({ text }) => text === symbol.name)))}`) : null;
}

function numberHere(snapshot: Snapshot, { file, around }: { readonly file: string; readonly around: readonly Node[] }): string {
  const path = around[around.length - 2];
  const found = path?.kind === "path" ? valueText(snapshot, { file, span: path.span }) : null;
  return found === null || found.text === (path?.kind === "path" ? path.names[0]?.text : "") ? "" : `Here \`${found.text}\`.`;
}

/** What models of the program have for an option; of a tensor its type. */
function parameterValues(snapshot: Snapshot, { name, container, origin }: NamedSymbol): string {
  if (container?.kind !== "model") {
    const found = valueText(snapshot, origin);
    return found === null ? "" : `Here \`${found.text}\`.`;
  }
  const given = snapshot.facts.modelAt(container.origin, container.name).filter(({ args }) => args.some((arg) => arg.name === name));
  const values = new Set(given.map(({ args }) => instanceTitle({ model: "", args: args.filter((arg) => arg.name === name) }).slice(1, -1)));
  return values.size === 0 ? "" : `In this program ${[...values].slice(0, 6).map((text) => `\`${text}\``).join(", ")}.`;
}

// A named layer has its weights where it is used.
function usesText(snapshot: Snapshot, { name, origin, node }: NamedSymbol): string {
  const call = node.kind === "layer" ? (node.value.kind === "annotated" ? node.value.value : node.value) : null;
  if (call === null) return "";
  const costs = snapshot.model.instances.flatMap((instance) => {
    const { applications } = instance.graph;
    const own = applications.find((application) => (application.path === name || application.path.endsWith(`.${name}`)) && application.origin.file === origin.file);
    return own === undefined ? [] : snapshot.facts.costsAt(own.origin).filter(({ title }) => title === instanceTitle(instance));
  });
  return costText(costs);
}

/** The text of a call whose callee is a declaration or a named layer. */
export function withCall(snapshot: Snapshot, file: string, markdown: string, place: Parameters<typeof callText>[2] | null): string {
  const text = place === null ? null : callText(snapshot, file, place);
  return text === null ? markdown : sections([markdown, "---", text]);
}
