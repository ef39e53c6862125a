// The battery's results as a table for readers: a line for each word, a column for each backend.

import { cpus } from "node:os";
import type { Kind, Outcome, Row } from "./case.js";
import type { Conformance, Untried } from "./run.js";

/** The day, if it was measured on another machine before. */
type Measured = Conformance & { readonly date?: string };

export const markers = { start: "<!-- From here on made by `npm run conformance -- --write`. -->", end: "<!-- The end of what is made. -->" } as const;

/** What became of each backend, by its title. */
export type Results = ReadonlyMap<string, Measured | Untried>;

const headings: Readonly<Record<Kind, string>> = { layer: "layers", operator: "operators", loss: "losses", metric: "metrics", optimizer: "optimizers", method: "methods" };

/** The text with its generated part made anew; throws where it has no place for it. */
export function withTable(text: string, table: string): string {
  const [start, end] = [text.indexOf(markers.start), text.indexOf(markers.end)];
  if (start < 0 || end < start) throw new Error("the text has no place for the table");
  return `${text.slice(0, start)}${markers.start}\n\n${table}\n${text.slice(end)}`;
}

/** The table, what could not be tried and why, and what is wrong. */
export function conformanceMarkdown(results: Results, today: Date): string {
  const tried = [...results].flatMap(([title, result]) => ("rows" in result ? [{ title, ...result }] : []));
  const untried = [...results].flatMap(([title, result]) => ("unavailable" in result ? [`- \`${title}\` was not tried: ${result.unavailable}`] : []));
  const lines = [
    `Measured on ${today.toISOString().slice(0, 10)} with ${cpus().length} processors (${process.arch}, ${process.platform}) and Node ${process.versions.node.split(".")[0] ?? ""}.`,
    "",
    ...tried.map(({ title, device, rows, seconds, date }) => `- \`${title}\`: ${device}; ${rows.length} cases in ${Math.round(seconds)} s of processor time${date === undefined ? "" : `, on another machine on ${date}`}`),
    ...untried,
  ];
  if (tried.length > 0) lines.push("", ...table(tried));
  const wrong = tried.flatMap(({ title, rows }) => rows.flatMap((row) => wrongIn(row).map((sentence) => `- \`${title}\`, ${row.name}: ${sentence}`)));
  if (wrong.length > 0) lines.push("", "What is wrong:", "", ...wrong);
  return `${lines.join("\n")}\n`;
}

/** What is wrong of a row. */
export function wrongIn({ forward, gradient, differences }: Row): readonly string[] {
  return [forward, gradient, differences].filter((outcome) => typeof outcome === "string");
}

function table(tried: readonly { readonly title: string; readonly rows: readonly Row[] }[]): readonly string[] {
  const words = new Map<string, { readonly kind: Kind; readonly of: string }>();
  for (const kind of Object.keys(headings) as Kind[]) for (const { rows } of tried) for (const row of rows) if (row.kind === kind) words.set(`${kind} ${row.of}`, row);
  const lines = [`| | ${tried.map(({ title }) => title).join(" | ")} |`, `|---|${tried.map(() => "---|").join("")}`];
  let last: Kind | null = null;
  for (const { kind, of } of words.values()) {
    if (kind !== last) lines.push(`| **${headings[kind]}** |${tried.map(() => " |").join("")}`);
    last = kind;
    lines.push(`| \`${of}\` | ${tried.map(({ rows }) => cell(rows.filter((row) => row.kind === kind && row.of === of))).join(" | ")} |`);
  }
  return lines;
}

/** The largest errors of all cases of a word. */
function cell(rows: readonly Row[]): string {
  const parts = [rows.map(({ forward }) => forward), rows.map(({ gradient }) => gradient), rows.map(({ differences }) => differences)].map(largest);
  return (parts[1] === "" && parts[2] === "" ? parts.slice(0, 1) : parts.map((part) => (part === "" ? "-" : part))).join(", ");
}

function largest(outcomes: readonly (Outcome | null)[]): string {
  if (outcomes.some((outcome) => typeof outcome === "string")) return "**wrong**";
  const errors = outcomes.filter((outcome) => typeof outcome === "number");
  if (errors.length === 0) return "";
  const most = Math.max(...errors);
  return most === 0 ? "0" : most.toExponential(0);
}
