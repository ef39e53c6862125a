// What a declaration has for others, by its text alone: parameters, inputs and outputs of the model that another stands for, fields of the data
// that others are derived from.

import type { Block, Body, Data, Expression, Field, Model, OutputStatement, Param, Recipe, Train, Type } from "../../ast/ast.js";
import { modelInputs } from "../../semantics/callables.js";
import { parameterKind } from "../../semantics/declared-types.js";
import type { FileScope } from "../../semantics/files.js";
import { limits } from "../../semantics/limits.js";
import { calleeName } from "../../semantics/read-options.js";
import { declarationSymbol, symbolOf, type NamedSymbol } from "./symbols.js";

/** A declaration with the file that has it. */
export interface Owner<N extends Block | Model | Recipe | Data | Train = Block | Model> {
  readonly file: FileScope;
  readonly node: N;
}

export function parameterSymbol({ file, node }: Owner<Block | Model | Recipe>, param: Param): NamedSymbol {
  return symbolOf(file, param.name, "parameter", param, declarationSymbol({ file, node }));
}

/** The words that a parameter takes, as symbols; none where it takes something else. */
export function wordSymbols(owner: Owner<Block | Model | Recipe>, param: Param): readonly NamedSymbol[] {
  if (parameterKind(param.type)?.kind !== "words") return [];
  return wordNames(param.type).map((name) => symbolOf(owner.file, name, "word", name, parameterSymbol(owner, param)));
}

function wordNames(type: Type): Type["alternatives"] {
  return [type.name, ...type.alternatives];
}

/** The model with a body that a model stands for: itself, the one of `= call`, that of the first source; null where it cannot be told. */
export function modelWithBody({ file, node }: Owner<Model>, depth = 0): Owner<Model> | null {
  const { definition } = node;
  if (definition.kind === "body") return { file, node };
  if (depth >= limits.recursion) return null;
  if (definition.kind === "instance") return modelOfCall(file, definition.call, depth + 1);
  const [source] = definition.fuse.sources;
  if (source === undefined) return null;
  if (source.as !== null) return modelOfCall(file, source.as, depth + 1);
  const run = file.entries.get(calleeName(source.source) ?? "");
  return run?.node.kind === "train" ? modelOfCall(run.file, run.node.model, depth + 1) : null;
}

/** The model with a body behind `Digits(width: 16) overparam 2`. */
export function modelOfCall(file: FileScope, call: Expression, depth = 0): Owner<Model> | null {
  const model = calledModel(file, call);
  return model === null ? null : modelWithBody(model, depth);
}

/** The model that `Digits(width: 16) overparam 2` names. */
export function calledModel(file: FileScope, call: Expression): Owner<Model> | null {
  const entry = file.entries.get(calleeName(call.kind === "annotated" ? call.value : call) ?? "");
  return entry?.node.kind === "model" ? { file: entry.file, node: entry.node } : null;
}

export function inputSymbol({ file, node }: Owner, field: Field): NamedSymbol {
  return symbolOf(file, field.name, "input", field, declarationSymbol({ file, node }));
}

/** The inputs of a model by name; of one that stands for another, the other's. */
export function inputsOf(model: Owner<Model>): ReadonlyMap<string, NamedSymbol> {
  const body = modelWithBody(model);
  if (body === null) return new Map();
  return firsts(modelInputs(body.node).map((field) => inputSymbol(body, field)));
}

/** The outputs of a model by name; two statements for one output, in the branches of an `if`, are one symbol. */
export function outputsOf(model: Owner<Model>): ReadonlyMap<string, NamedSymbol> {
  const body = modelWithBody(model);
  if (body === null || body.node.definition.kind !== "body") return new Map();
  const container = declarationSymbol(body);
  return firsts(outputStatements(body.node.definition.body).map((statement) => symbolOf(body.file, statement.name, "output", statement, container)));
}

function outputStatements(body: Body): readonly OutputStatement[] {
  return body.statements.flatMap((statement): readonly OutputStatement[] => {
    if (statement.kind === "output") return [statement];
    if (statement.kind === "repeat") return outputStatements(statement.body);
    if (statement.kind !== "if") return [];
    const found = [...outputStatements(statement.then)];
    for (let next = statement.else; next !== null; next = next.kind === "if" ? next.else : null) found.push(...outputStatements(next.kind === "if" ? next.then : next));
    return found;
  });
}

/** The data with fields of its own that a dataset is, or is derived from; null where it cannot be told. */
export function dataWithFields({ file, node }: Owner<Data>, depth = 0): Owner<Data> | null {
  if (node.source.arguments !== null) return { file, node };
  const parent = file.entries.get(calleeName(node.source) ?? "");
  if (parent === undefined) return { file, node };
  return parent.node.kind === "data" && depth < limits.recursion ? dataWithFields({ file: parent.file, node: parent.node }, depth + 1) : null;
}

export function fieldSymbol({ file, node }: Owner<Data>, field: Field): NamedSymbol {
  return symbolOf(file, field.name, "field", field, declarationSymbol({ file, node }));
}

/** The fields of a dataset by name, its parent's where it is derived. */
export function fieldsOf(data: Owner<Data>): ReadonlyMap<string, NamedSymbol> {
  const owner = dataWithFields(data);
  if (owner === null) return new Map();
  return firsts(owner.node.clauses.flatMap((clause) => (clause.kind === "fields" ? clause.fields.map((field) => fieldSymbol(owner, field)) : [])));
}

// Of a name that stands twice the first counts.
function firsts(symbols: readonly NamedSymbol[]): ReadonlyMap<string, NamedSymbol> {
  const byName = new Map<string, NamedSymbol>();
  for (const symbol of symbols) if (symbol.name !== "" && !byName.has(symbol.name)) byName.set(symbol.name, symbol);
  return byName;
}
