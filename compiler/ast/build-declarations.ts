// Concrete declarations to those of the syntax tree.

import type * as cst from "../../grammar/cst.generated.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Block, Data, Declaration, Fuse, FuseSource, Import, Let, Model, ModelDefinition, Recipe, Train } from "./ast.js";
import { buildBody, buildClauses, reportStray } from "./build-bodies.js";
import { buildAnnotation, buildCall, buildExpression, buildParams, buildPath, buildPlainCall, buildPrimary, buildString, buildType } from "./build-expressions.js";
import { declarationHint, foreignDeclarations } from "./syntax-hints.js";
import { first, nameOf, quoted, report, spanOf, tokenSpan, type Building } from "./building.js";

/** The declarations of a file; what is none is reported and left out. */
export function buildDeclarations(building: Building, program: cst.ProgramCstNode): Declaration[] {
  let wasUnknown = false;
  return (program.children.declaration ?? []).flatMap((node) => {
    const unknown = first(node.children.unknownDeclaration);
    // Lines further in that follow are what the first one lost, not mistakes of their own.
    const isMargin = !/[ \t]/.test(building.text.charAt(spanOf(node, 0).start - 1));
    if (unknown !== undefined && (isMargin || !wasUnknown)) reportUnknown(building, unknown);
    wasUnknown = unknown !== undefined;
    return buildDeclaration(building, node) ?? [];
  });
}

function buildDeclaration(building: Building, { children }: cst.DeclarationCstNode): Declaration | null {
  if (children.import?.[0] !== undefined) return buildImport(building, children.import[0]);
  if (children.let?.[0] !== undefined) return buildLet(building, children.let[0]);
  if (children.data?.[0] !== undefined) return buildData(building, children.data[0]);
  if (children.block?.[0] !== undefined) return buildBlock(building, children.block[0]);
  if (children.model?.[0] !== undefined) return buildModel(building, children.model[0]);
  if (children.recipe?.[0] !== undefined) return buildRecipe(building, children.recipe[0]);
  if (children.train?.[0] !== undefined) return buildTrain(building, children.train[0]);
  return null;
}

function buildImport(building: Building, node: cst.ImportCstNode): Import {
  const span = spanOf(node, 0);
  const names = (node.children.importedName ?? []).map((imported) => {
    const own = spanOf(imported, span.end);
    const { Name, AsWord, alias } = imported.children;
    return { kind: "imported-name" as const, span: own, name: nameOf(first(Name), own.start), alias: AsWord === undefined ? null : nameOf(first(alias), own.end) };
  });
  return { kind: "import", span, names, from: buildString(building, first(node.children.String), span.end) };
}

function buildLet(building: Building, node: cst.LetCstNode): Let {
  const span = spanOf(node, 0);
  const { LetWord, Name, Colon, type, expression } = node.children;
  return {
    kind: "let",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(LetWord))?.end ?? span.end),
    type: Colon === undefined ? null : buildType(building, first(type), span.end),
    value: buildExpression(building, first(expression), span.end),
  };
}

function buildData(building: Building, node: cst.DataCstNode): Data {
  const span = spanOf(node, 0);
  const { DataWord, Name, plainCall, stray, clauses } = node.children;
  reportStray(building, stray);
  return {
    kind: "data",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(DataWord))?.end ?? span.end),
    source: buildPlainCall(building, first(plainCall), span.end),
    clauses: buildClauses(building, first(clauses), span.end),
  };
}

function buildBlock(building: Building, node: cst.BlockCstNode): Block {
  const span = spanOf(node, 0);
  const { BlockWord, Name, params, type, stray, body } = node.children;
  reportStray(building, stray);
  return {
    kind: "block",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(BlockWord))?.end ?? span.end),
    params: buildParams(building, first(params)),
    returns: (type ?? []).map((result) => buildType(building, result, span.end)),
    body: buildBody(building, first(body), span.end),
  };
}

function buildModel(building: Building, node: cst.ModelCstNode): Model {
  const span = spanOf(node, 0);
  const { ModelWord, Name, modelBody, instance, fuse } = node.children;
  const own = first(modelBody);
  reportStray(building, own?.children.stray);
  let definition: ModelDefinition;
  if (instance?.[0] !== undefined) {
    const start = instance[0].children.fuse;
    const call = buildCall(building, first(instance[0].children.call), span.end);
    definition = { kind: "instance", call, fuse: start?.[0] === undefined ? null : buildFuse(building, start[0]) };
  } else if (fuse?.[0] !== undefined) {
    definition = { kind: "derived", fuse: buildFuse(building, fuse[0]) };
  } else {
    definition = { kind: "body", body: buildBody(building, first(own?.children.body), span.end) };
  }
  return {
    kind: "model",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(ModelWord))?.end ?? span.end),
    params: buildParams(building, first(own?.children.params)),
    annotations: (own?.children.annotation ?? []).map((annotation) => buildAnnotation(building, annotation, span.end)),
    definition,
  };
}

function buildFuse(building: Building, node: cst.FuseCstNode): Fuse {
  const span = spanOf(node, 0);
  const options = (node.children.fuseOption ?? []).map((option) => {
    const own = spanOf(option, span.end);
    const value = buildExpression(building, first(option.children.expression), own.end);
    return { kind: "fuse-option" as const, span: own, name: nameOf(first(option.children.Name), own.start), value };
  });
  return { kind: "fuse", span, sources: (node.children.source ?? []).map((source) => buildSource(building, source, span.end)), options };
}

function buildSource(building: Building, node: cst.SourceCstNode, at: number): FuseSource {
  const span = spanOf(node, at);
  const { plainCall, AsWord, as: target, AtWord, primary } = node.children;
  return {
    kind: "fuse-source",
    span,
    source: buildPlainCall(building, first(plainCall), span.start),
    as: AsWord === undefined ? null : buildPlainCall(building, first(target), span.end),
    step: AtWord === undefined ? null : buildPrimary(building, first(primary), span.end),
  };
}

function buildRecipe(building: Building, node: cst.RecipeCstNode): Recipe {
  const span = spanOf(node, 0);
  const { RecipeWord, Name, params, stray, clauses } = node.children;
  reportStray(building, stray);
  return {
    kind: "recipe",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(RecipeWord))?.end ?? span.end),
    params: buildParams(building, first(params)),
    clauses: buildClauses(building, first(clauses), span.end),
  };
}

function buildTrain(building: Building, node: cst.TrainCstNode): Train {
  const span = spanOf(node, 0);
  const { TrainWord, Name, call, path, stray, clauses } = node.children;
  reportStray(building, stray);
  return {
    kind: "train",
    span,
    doc: docOf(building, span.start),
    name: nameOf(first(Name), tokenSpan(first(TrainWord))?.end ?? span.end),
    model: buildCall(building, first(call), span.end),
    data: buildPath(first(path), span.end),
    clauses: buildClauses(building, first(clauses), span.end),
  };
}

function docOf(building: Building, start: number): string | null {
  return building.docs.get(start) ?? null;
}

const declarationWords = ["import", "let", "data", "block", "model", "recipe", "train"];

function reportUnknown(building: Building, node: cst.UnknownDeclarationCstNode): void {
  const [word, next] = node.children.LineToken ?? [];
  const token = word ?? first(first(node.children.strayBraces)?.children.OpenBrace);
  const span = tokenSpan(token);
  if (token === undefined || span === null) return;
  const nearest = next !== undefined && /^\w/.test(next.image) ? (foreignDeclarations.get(token.image.toLowerCase()) ?? suggest(token.image, declarationWords) ?? "") : "";
  const hint = declarationHint(token.image);
  report(building, "unknown-declaration", span, { found: quoted(token), nearest: hint === null ? nearest : "" }, hint === null ? {} : { help: hint });
}
