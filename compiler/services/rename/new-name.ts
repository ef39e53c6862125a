// Can something have this name: is it one, and is it free where it would be declared?

import { placeWords, reservedWords } from "../../../grammar/tokens.js";
import { fieldsOf, modelOfCall, outputsOf } from "../names/members.js";
import { namesOf } from "../names/names.js";
import type { NamedSymbol, Reference, SymbolKind } from "../names/symbols.js";
import type { Workspace } from "../names/workspace.js";

/** Kinds whose names can be any word that is not reserved; values and declarations cannot be called as what starts or links something. */
const freeKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>(["parameter", "word", "dimension", "input", "field", "measure"]);

/** What is wrong with the name by itself, or null. */
export function nameProblem(symbols: readonly NamedSymbol[], places: readonly Reference[], name: string): string | null {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `\`${name}\` is not a name: write letters, digits and \`_\`, with no digit at the beginning.`;
  if (name === "_") return "`_` names nothing.";
  if (name === "__proto__") return "`__proto__` cannot be a name.";
  if (reservedWords.includes(name)) return `\`${name}\` is a word of the language.`;
  const isBound = symbols.some(({ kind }) => !freeKinds.has(kind)) || places.some(({ role }) => role === "write");
  if (placeWords.includes(name) && isBound) return `\`${name}\` is a word of the language, which no declaration and no value can have as its name.`;
  return null;
}

/** What has the name already where it would be declared, in words; or null. */
export function siblingProblem(workspace: Workspace, symbols: readonly NamedSymbol[], places: readonly Reference[], name: string): string | null {
  for (const symbol of symbols) {
    const problem = symbol.container === null ? inFiles(workspace, symbol, places, name) : beside(workspace, symbol, name);
    if (problem !== null) return problem;
    if (symbol.kind === "measure" && name === "loss") return "`valid.loss` is the sum of the losses already.";
  }
  return pathProblem(workspace, symbols, name) ?? ambiguity(workspace, symbols, name);
}

// An output and a field of one name: which of them a loss means would have to be written, and is refused where it is not.
function ambiguity({ files }: Workspace, symbols: readonly NamedSymbol[], name: string): string | null {
  for (const file of files.values()) {
    for (const node of file.program.declarations) {
      const model = node.kind === "train" ? modelOfCall(file, node.model) : null;
      const data = node.kind === "train" ? file.entries.get(node.data.names[0]?.text ?? "") : undefined;
      if (node.kind !== "train" || model === null || data?.node.kind !== "data") continue;
      const output = outputsOf(model);
      const field = fieldsOf({ file: data.file, node: data.node });
      const isOf = (names: ReadonlyMap<string, NamedSymbol>): boolean => symbols.some((symbol) => names.get(symbol.name)?.id === symbol.id);
      if (isOf(output) && field.has(name)) return `\`${data.node.name.text}\` has the field \`${name}\`, from which an output of \`${node.name.text}\` could not be told.`;
      if (isOf(field) && output.has(name)) return `The model of \`${node.name.text}\` has the output \`${name}\`, from which a field could not be told.`;
    }
  }
  return null;
}

// A declaration: in its own file, and in all that import it by its name.
function inFiles({ files }: Workspace, symbol: NamedSymbol, places: readonly Reference[], name: string): string | null {
  for (const path of new Set([symbol.origin.file, ...places.map(({ file }) => file)])) {
    const file = files.get(path);
    if (file === undefined) continue;
    const isImported = path !== symbol.origin.file || symbol.kind === "alias";
    if (isImported && symbol.kind !== "alias" && name.startsWith("_")) return `\`${path}\` imports it, and names that begin with \`_\` cannot be imported.`;
    if (file.entries.has(name) || file.broken.has(name)) return `\`${path}\` has the name \`${name}\` already.`;
  }
  return null;
}

// Names that must differ whatever else they are used for; where one hides another is found out by reading the changed text.
const apart: Readonly<Partial<Record<SymbolKind, readonly SymbolKind[]>>> = {
  parameter: ["parameter"],
  input: ["input"],
  output: ["output"],
  field: ["field"],
  word: ["word"],
  measure: ["measure"],
  layer: ["layer"],
};

function beside({ files }: Workspace, { kind, container, origin }: NamedSymbol, name: string): string | null {
  const file = files.get(origin.file);
  const taken = file === undefined ? undefined : namesOf(file).symbols.find((other) => other.name === name && other.container?.id === container?.id && apart[kind]?.includes(other.kind) === true);
  return taken === undefined ? null : `\`${container?.name ?? ""}\` has the ${kind === "measure" ? "item" : kind} \`${name}\` already.`;
}

// Weights are named by layers, and by callees with their count: `dense_2`. A layer with such a name would take it from a call.
function pathProblem({ files }: Workspace, symbols: readonly NamedSymbol[], name: string): string | null {
  const isOf = (callee: string, layer: string): boolean => layer === callee || (layer.startsWith(`${callee}_`) && /^\d+$/.test(layer.slice(callee.length + 1)));
  for (const symbol of symbols) {
    if (symbol.kind === "layer") {
      const callees = ["repeat", ...callsIn(files, symbol)];
      const taken = callees.find((callee) => isOf(callee, name));
      if (taken !== undefined) return `Weights of \`${taken}\` in \`${symbol.container?.name ?? ""}\` have that name.`;
    } else if (symbol.kind === "block" || symbol.kind === "model") {
      for (const file of files.values()) {
        const layers = namesOf(file).symbols.filter(({ kind, name: layer }) => kind === "layer" && isOf(name, layer));
        const taken = layers.find((layer) => callsIn(files, layer).includes(symbol.name));
        if (taken !== undefined) return `Weights of the layer \`${taken.name}\` in \`${taken.container?.name ?? ""}\` have that name.`;
      }
    }
  }
  return null;
}

// What the body around a layer calls.
function callsIn(files: Workspace["files"], { origin, container }: NamedSymbol): readonly string[] {
  const file = files.get(origin.file);
  if (file === undefined || container === null) return [];
  const inside = namesOf(file).references.filter(({ span }) => container.extent.start <= span.start && span.end <= container.extent.end);
  return inside.flatMap(({ builtIn, symbols }) => (builtIn?.kind === "layer" ? [builtIn.name] : symbols.filter(({ kind }) => kind === "block" || kind === "model").map(({ name }) => name)));
}
