// Two fields of a text without `from next`: the second holds what the first does.

import type { Linted } from "./rule.js";

/** Warns of the second; what was meant is most likely the unit that follows. */
export function sameWindows({ own, say }: Linted): void {
  for (const { path: file, program } of own) {
    for (const data of program.declarations) {
      if (data.kind !== "data" || data.source.callee.names.at(-1)?.text !== "text" || data.source.arguments === null) continue;
      const [first, second] = data.clauses.flatMap((clause) => (clause.kind === "fields" ? clause.fields.filter(({ from }) => from === null) : []));
      if (first === undefined || second === undefined) continue;
      const { end } = second.type.span;
      const fixes = [{ title: "Write `from next`", edits: [{ span: { start: end, end }, text: " from next" }] }];
      say("same-windows", { file, span: second.name.span }, { field: second.name.text, other: first.name.text }, { fixes, notes: [{ origin: { file, span: first.name.span }, message: `\`${first.name.text}\` is declared here.` }] });
    }
  }
}
