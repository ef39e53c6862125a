// What goes together by equal names without being written twice, and has to be written once the names differ: an input and the field that it reads
// (`feed input: field`), a field and its column (`from "column"`).

import type { Train, WordClause } from "../../ast/ast.js";
import type { FileScope } from "../../semantics/files.js";
import { calleeName } from "../../semantics/read-options.js";
import { countingClauses } from "../names/counting-clauses.js";
import { fieldsOf, inputsOf, modelOfCall } from "../names/members.js";
import type { NamedSymbol } from "../names/symbols.js";
import { idsOf, type Workspace } from "../names/workspace.js";
import type { Edit } from "../formatting.js";
import type { Refused } from "../rename.js";

type FileEdit = Edit & { readonly file: string };

/** Edits that let runs go on to feed the fields that they feed: `feed input: field` where one of the two is renamed. */
export function feedEdits(workspace: Workspace, symbols: readonly NamedSymbol[], name: string): readonly FileEdit[] | Refused {
  const ids = idsOf(symbols);
  const edits: FileEdit[] = [];
  if (!symbols.some(({ kind }) => kind === "input" || kind === "field")) return edits;
  for (const file of workspace.files.values()) {
    for (const node of file.program.declarations) {
      if (node.kind !== "train") continue;
      const items = itemsFor(file, node, ids, name);
      if (items.length === 0) continue;
      const clause = countingClauses({ file, node }).get("feed")?.clause;
      if (clause !== undefined && !node.clauses.includes(clause)) return { refused: `\`${node.name.text}\` feeds its inputs by a recipe; write \`feed ${items.join(", ")}\` in the run first.` };
      const edit = clause === undefined ? newClause(workspace.textOf(file.path), node, items) : { span: after(clause), text: `, ${items.join(", ")}` };
      if (edit !== null) edits.push({ file: file.path, ...edit });
    }
  }
  return edits;
}

// `pixels: image`, for each input that reads the field of its own name and will no longer have that.
function itemsFor(file: FileScope, node: Train, ids: ReadonlySet<string>, name: string): readonly string[] {
  const model = modelOfCall(file, node.model);
  const data = file.entries.get(node.data.names[0]?.text ?? "");
  if (model === null || data?.node.kind !== "data") return [];
  const fields = fieldsOf({ file: data.file, node: data.node });
  const fed = new Set(countingClauses({ file, node }).get("feed")?.clause.items.map((item) => item.name?.text));
  return [...inputsOf(model).values()].flatMap((input) => {
    const field = fields.get(input.name);
    if (field === undefined || fed.has(input.name) || ids.has(input.id) === ids.has(field.id)) return [];
    return [ids.has(input.id) ? `${name}: ${field.name}` : `${input.name}: ${name}`];
  });
}

function after({ items, span }: WordClause): Edit["span"] {
  const end = items.at(-1)?.span.end ?? span.end;
  return { start: end, end };
}

// Before the first clause, as that stands: on a line of its own, or all in one.
function newClause(text: string, node: Train, items: readonly string[]): Edit | null {
  const [first] = node.clauses;
  if (first === undefined) return null;
  const { start } = first.span;
  const indent = /(?:^|\n)([ \t]*)$/.exec(text.slice(0, start))?.[1];
  return { span: { start, end: start }, text: `feed ${items.join(", ")}${indent === undefined ? "; " : `\n${indent}`}` };
}

/** Sources whose fields read what has their name. */
const byName: ReadonlySet<string> = new Set(["csv", "jsonl", "npz", "parquet"]);

/** Edits that let renamed fields go on to read the columns that they read: `from "old"`. */
export function columnEdits(symbols: readonly NamedSymbol[]): readonly FileEdit[] | Refused {
  const edits: FileEdit[] = [];
  for (const { kind, name, node, container, origin } of symbols) {
    if (kind !== "field" || node.kind !== "field" || container?.node.kind !== "data") continue;
    const source = calleeName(container.node.source) ?? "";
    if (source === "synthetic") return { refused: `The generator of \`${container.name}\` gives the field \`${name}\`; an input of another name takes it by \`feed\`.` };
    const { end } = node.type.span;
    if (byName.has(source) && node.from === null) edits.push({ file: origin.file, span: { start: end, end }, text: ` from "${name}"` });
  }
  return edits;
}
