// In bodies of blocks and models: statements, expressions, what follows a value.

import { modelFigures, runFigures } from "../../semantics/costs.js";
import { item, keyword, type CompletionItem } from "./item.js";
import { isTensorLocal, localItem, type Site } from "./site.js";
import { constantValues, layerValues, numberValues, pipeTargets, sizeValues, tensorTypes, tensorValues } from "./values.js";

/** At a line of a body, in no bracket of it. */
export function bodyItems(site: Site): readonly CompletionItem[] {
  const [word, second] = site.item;
  if (word === undefined) return site.frame.done.length === 0 ? statements(site) : continued(site);
  if (site.frame.done.length > 0 && site.frame.done[0]?.[0]?.text === "input") return site.last?.text === ":" ? tensorTypes() : [];
  switch (word.text) {
    case "input":
      return site.last?.text === ":" ? tensorTypes() : [];
    case "output":
      if (second === undefined) return [];
      if (site.last?.text === ":") return tensorTypes();
      break;
    case "layer":
      if (second === undefined) return [];
      if (site.last?.text === "=") return layerValues(site);
      break;
    case "repeat":
      if (second === undefined) return numberValues(site);
      if (site.last?.text === "as") return [];
      return isValue(site) ? [keyword("as", "as ${1:i} ", "here")] : numberValues(site);
    case "if":
      return isValue(site) ? conditions() : [...comparedWords(site), ...constantValues(site)];
    case "assert":
      return isValue(site) ? conditions() : [...figures(), ...constantValues(site)];
  }
  return expressionItems(site);
}

/** In an expression: by what stands before the cursor. */
export function expressionItems(site: Site): readonly CompletionItem[] {
  const { last, item: tokens } = site;
  if (last?.text === "|>") return pipeTargets(site);
  if (last?.text === "overparam") return copies(site);
  const compared = comparedWords(site);
  if (compared.length > 0) return compared;
  if (!isValue(site)) return tensorValues(site);
  const isOpenIf = tokens.some(({ text }) => text === "if");
  const words = isOpenIf ? (tokens.some(({ text }) => text === "then") ? [keyword("else", "else ", "here")] : [keyword("then", "then ", "here")]) : [];
  // What goes on comes before what ends.
  return [...words, keyword("|>", "|> ", "here"), ...annotations()];
}

/** Behind `overparam`. */
export function copies(site: Site): readonly CompletionItem[] {
  return [item("word", "4", "here", { detail: "kernels trained for each that ships", snippet: "${1:4}" }), ...numberValues(site)];
}

// Behind `norm ==`: the words that the parameter takes.
function comparedWords({ item: tokens, last, cursor }: Site): readonly CompletionItem[] {
  if (last?.text !== "==" && last?.text !== "!=") return [];
  const type = cursor.locals.find(({ name }) => name === tokens[tokens.length - 2]?.text)?.type ?? "";
  return type.includes("|") ? type.split("|").map((word) => item("word", word.trim(), "here")) : [];
}

/** What stands behind a call. */
export function annotations(): readonly CompletionItem[] {
  return [keyword("overparam", "overparam ${1:4}", "here"), keyword("frozen", "frozen", "here")];
}

/** Does a whole value stand before the cursor? */
export function isValue({ last }: Site): boolean {
  if (last === null) return false;
  if (last.kind === "name") return !/^(?:if|then|else|and|or|not|return|repeat|assert|overparam|output|layer|input)$/.test(last.text);
  return last.kind !== "sign";
}

function conditions(): readonly CompletionItem[] {
  return ["==", "!=", "and", "or"].map((sign) => keyword(sign, `${sign} `, "here"));
}

/** Figures that an assertion can name. */
export function figures(withRuns = false): readonly CompletionItem[] {
  return [...modelFigures, ...(withRuns ? runFigures : [])].map((name) => item("word", name, "here", { detail: "a figure of the model, known when it is checked" }));
}

// After a comma on a line: another value or name.
function continued(site: Site): readonly CompletionItem[] {
  const [first = []] = site.frame.done;
  if (first[0]?.text === "input") return [];
  return first[0]?.text === "return" ? tensorValues(site) : site.cursor.locals.filter(isTensorLocal).map((local) => localItem(local, site));
}

function statements(site: Site): readonly CompletionItem[] {
  const { declaration, frames, locals } = site.cursor;
  const isModel = declaration === "model";
  const isInner = frames.length > 2;
  return [
    ...(isModel ? [...(isInner ? [] : [keyword("input", "input  ${1:name}: ${2:f32[$3]}", "here")]), keyword("output", "output ${1:name} = ", "here")] : [keyword("return", "return ", "here")]),
    keyword("layer", "layer ${1:name} = ", "here"),
    keyword("repeat", "repeat ${1:count} {\n  $0\n\\}", "here"),
    keyword("if", "if ${1:condition} {\n  $0\n\\}", "here"),
    keyword("assert", "assert ", "here"),
    ...locals.filter(isTensorLocal).map((local) => ({ ...localItem(local, site), snippet: `${local.name} = ` })),
    // A line may go on with what could stand on the one before, where there is one.
    ...(/\{\s*$/.test(site.cursor.text.slice(0, site.cursor.word.start)) ? [] : [keyword("|>", "|> ", "keyword")]),
  ];
}

/** In `[`: sizes of a type, or numbers of a list. */
export function bracketItems(site: Site): readonly CompletionItem[] {
  const before = site.frame.before;
  if (before === "class") return [...sizeValues(site), item("word", '"name"', "here", { snippet: '"$1"', detail: "names of classes" })];
  return /^(?:f32|i32|bool)$/.test(before) ? [...(site.item.length === 0 && site.frame.done.length === 0 ? [item("keyword", "..", "keyword", { detail: "a sequence whose length differs: at most so many" })] : []), ...sizeValues(site)] : numberValues(site);
}
