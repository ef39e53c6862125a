// Prints the names of a file: what each symbol is, and all places that stand for it; then names in recipes of other files.

import { namesOf } from "../../../compiler/services/names/names.js";
import type { NamedSymbol, Reference } from "../../../compiler/services/names/symbols.js";
import { printPlace, type Question } from "../service-cases.js";

export function printNames(question: Question): string {
  const { snapshot, path } = question;
  const file = snapshot.files.get(path);
  if (file === undefined) return "no such file";
  const { references, elsewhere } = namesOf(file);
  const all = [...references, ...elsewhere];
  const symbols = new Map(all.flatMap(({ symbols: found, alias }) => [...found, ...(alias === null ? [] : [alias])]).map((symbol) => [symbol.id, symbol]));
  const lines = [...symbols.values()].map((symbol) => `${describe(question, symbol)}: ${all.filter((reference) => standsFor(reference, symbol)).map((reference) => place(question, reference)).join(" ")}`);
  const builtIns = new Map<string, string[]>();
  for (const reference of references) {
    const { builtIn } = reference;
    if (builtIn === null) continue;
    const title = `${builtIn.kind} ${builtIn.name}${builtIn.owner === null ? "" : ` of ${builtIn.owner}`}`;
    builtIns.set(title, [...(builtIns.get(title) ?? []), place(question, reference)]);
  }
  return [...lines, ...[...builtIns].map(([title, places]) => `built-in ${title}: ${places.join(" ")}`)].join("\n");
}

function standsFor({ symbols, alias }: Reference, symbol: NamedSymbol): boolean {
  return alias === null ? symbols.some(({ id }) => id === symbol.id) : alias.id === symbol.id;
}

function describe(question: Question, { kind, name, origin, container }: NamedSymbol): string {
  const where = origin.file === question.path ? "" : ` of ${origin.file}`;
  return `${kind} ${name}${container === null ? "" : ` in ${container.name}`}${where}`;
}

function place(question: Question, { file, span, role }: Reference): string {
  const [where = ""] = printPlace(question, file, span).split("-");
  return `${where}${role === "read" ? "" : role === "write" ? "w" : "d"}`;
}
