// The written reference: the entries as Markdown, for the part of grammar/README.md that a test keeps up to date.

import type { Host } from "../../host.js";
import { referenceEntries } from "../reference.js";
import { nothing } from "./option-text.js";
import type { ReferenceEntry, ReferenceKind, ReferenceOption, ReferenceWeight } from "./page.js";

interface Section {
  readonly title: string;
  readonly intro: string;
  readonly kinds: readonly ReferenceKind[];
  /** Only these words of the kinds; absent: all. */
  readonly words?: readonly string[];
}

const sections: readonly Section[] = [
  {
    title: "Layers and functions",
    intro: "Tensors come first and by position, then options by name; options without a default may also stand by position, in order. `x |> f(a)` is `f(x, a)`. Types are those of one example: the batch is in front of them and not written. `...` is any number of axes. The file's own blocks and models shadow these names.",
    kinds: ["layer", "operator"],
  },
  { title: "Initial values", intro: "What `init` of a layer can be. fan_in and fan_out are the connections of one output and of one input unit.", kinds: ["initializer"] },
  { title: "Functions on numbers", intro: "On numbers that are known when the program is checked. Results are exact where they are rational.", kinds: ["number-function"] },
  { title: "Losses and metrics", intro: "The prediction comes first, then the target. All are scalars over the whole batch; losses are named in `loss` and `metrics`, metrics in `metrics` alone.", kinds: ["loss", "metric"] },
  { title: "Optimizers and schedules", intro: "For the clause `optimizer`; a schedule stands for the number of `lr`. In the formulas t is the step, counted from 0, T the steps of the run, w those of the warm-up, W a weight and g its gradient after clipping.", kinds: ["optimizer", "schedule"] },
  { title: "Data", intro: "`data name = source(...) { clauses }`; rows are read as a whole and held in memory.", kinds: ["source", "generator"] },
  { title: "Clauses", intro: "A run needs `loss`, `optimizer`, `batch` and one of `epochs` and `steps`. A clause stands at most once in a block unless it says otherwise, and wins over what `use` brings.", kinds: ["clause"] },
  { title: "Choosing training rows", intro: "For the clause `select`. In the formulas e is a row, E(e) its embedding, c(e) the center of its cluster, s the number of draws and p_e the chance of e at each of them.", kinds: ["selection"] },
  { title: "overparam and frozen", intro: "", kinds: ["annotation", "annotation-value"] },
  { title: "Growing a model", intro: "", kinds: ["construct"], words: ["fuse"] },
  { title: "Standard library", intro: "", kinds: ["library", "library-name"] },
  { title: "Weights, folding, limits", intro: "", kinds: ["topic"] },
];

/** The lines between which the generated part stands. */
export const markers = { start: "<!-- From here on made from the tables of the compiler; `UPDATE=1 npm test reference` writes it anew. -->", end: "<!-- The end of what is made. -->" } as const;

/** The text with its generated part made anew; throws where it has no place for it. */
export function withReference(text: string, host: Host): string {
  const [start, end] = [text.indexOf(markers.start), text.indexOf(markers.end)];
  if (start < 0 || end < start) throw new Error("the text has no place for the reference");
  return `${text.slice(0, start)}${markers.start}\n\n${referenceMarkdown(host)}\n${text.slice(end)}`;
}

/** All sections. */
export function referenceMarkdown(host: Host): string {
  const entries = referenceEntries(host);
  const written = sections.map((section) => sectionText(section, entries.filter(({ kind, word }) => section.kinds.includes(kind) && section.words?.includes(word) !== false)));
  return [...written, plannedText(entries.filter(({ kind }) => kind === "planned"))].join("\n");
}

function sectionText({ title, intro }: Section, entries: readonly ReferenceEntry[]): string {
  const long = entries.filter((each, index) => index === 0 || !isShort(each));
  const short = entries.filter((each) => !long.includes(each));
  const parts = [`## ${title}\n`, ...(intro === "" ? [] : [`${intro}\n`]), ...long.map((each, index) => entryText(each, index === 0)), ...(short.length === 0 ? [] : [tableText(short)])];
  return parts.join("\n");
}

function isShort({ where, options, weights, members, notes, signature, kind }: ReferenceEntry): boolean {
  return (where === null || kind === "operator") && options.length === 0 && weights.length === 0 && members.length === 0 && notes.length === 0 && signature !== null && !signature.includes("\n") && kind !== "clause" && kind !== "library" && kind !== "library-name";
}

function entryText({ word, title, kind, signature, where, doc, options, weights, members, notes, example }: ReferenceEntry, hasProgram: boolean): string {
  const blocks = [
    kind === "topic" ? `### ${capital(title)}` : `### \`${word}\`, ${title}`,
    ...(signature === null || kind === "clause" ? [] : [code("", signature)]),
    ...(kind === "clause" ? [`\`${signature ?? word}\``] : []),
    [doc, where === null ? "" : `Here ${where}.`].filter((text) => text !== "").join(" "),
    options.map(optionText).join("\n"),
    weights.length === 0 ? "" : `Weights: ${weights.map(weightText).join("; ")}.`,
    // The names of a library have entries of their own.
    kind === "library" ? "" : members.map((member) => `- \`${member.signature}\`${member.doc === "" ? "" : `: ${oneLine(member.doc)}`}`).join("\n"),
    ...notes,
    example === null || kind === "library" || kind === "library-name" ? "" : hasProgram ? code("sop", example.program.trimEnd()) : `For example \`${oneLine(example.line)}\`.`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function optionText({ name, type, default: fallback, doc }: ReferenceOption): string {
  return `- \`${name}\`: ${type}${fallback === null ? "" : `; ${fallback === nothing ? "absent" : `\`${fallback}\``} unless given`}. ${doc}`;
}

function weightText({ name, type, role, initial, unless }: ReferenceWeight): string {
  return `\`${name}\` ${type} (${name === role ? "" : `${role}; `}at first ${initial}${unless === null ? "" : `; none with ${unless}`})`;
}

function tableText(entries: readonly ReferenceEntry[]): string {
  const rows = entries.map(({ signature, word, doc, where, example }) => [`\`${signature ?? word}\``, [oneLine(doc), where === null ? "" : `Here ${where}.`].join(" ").trim(), example === null ? "" : `\`${oneLine(example.line)}\``]);
  return ["| written | meaning | for example |", "|---|---|---|", ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`), ""].join("\n");
}

function plannedText(entries: readonly ReferenceEntry[]): string {
  const byTitle = new Map<string, string[]>();
  for (const { title, word, signature, doc } of entries) {
    const isNamed = signature === null;
    const group = isNamed ? capital(title.replace(/^an? /, "").replace(/;.*$/, "")) : "Clauses and constructs";
    byTitle.set(group, [...(byTitle.get(group) ?? []), isNamed ? `\`${word}\`` : `\`${signature}\` (${doc.replace(/\.$/, "")})`]);
  }
  const lines = [...byTitle].map(([group, words]) => `- ${group}: ${words.join(", ")}.`);
  return `## Not supported yet\n\nThe language has these, this version has not: using one is an error that says so.\n\n${lines.join("\n")}\n`;
}

function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
