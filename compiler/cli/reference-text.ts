// Pages of the reference as text for a terminal.

import type { ReferenceEntry, ReferenceOption, ReferencePage, ReferenceWeight } from "../services/reference/page.js";
import { nothing } from "../services/reference/option-text.js";
import { wrap } from "./wrap.js";

/** A page; `strong` makes headings. */
export function referenceText({ entries }: ReferencePage, strong: (text: string) => string): string {
  return entries.map((entry) => entryText(entry, strong)).join("\n");
}

function entryText({ word, title, signature, where, doc, options, weights, members, notes, example }: ReferenceEntry, strong: (text: string) => string): string {
  const heading = (text: string): string => `${strong(text)}\n\n`;
  const parts = [
    `${strong(word)}  ${title}\n`,
    signature === null ? "" : `${indented(broken(signature))}\n`,
    doc === "" ? "" : `${wrap(doc)}\n`,
    where === null ? "" : `${wrap(`Here ${where}.`)}\n`,
    options.length === 0 ? "" : heading("Options:") + rows(options.map((option) => [option.name, optionText(option)])),
    weights.length === 0 ? "" : heading("Weights:") + rows(weights.map((weight) => [weight.name, weightText(weight)])),
    members.length === 0 ? "" : heading("It has:") + members.map((member) => `${indented(member.signature)}\n${member.doc === "" ? "" : `      ${wrap(member.doc, "      ")}\n`}`).join("\n"),
    notes.length === 0 ? "" : notes.map((note) => `- ${wrap(note, "  ")}\n`).join(""),
    example === null ? "" : heading("For example:") + `${indented(example.program.trimEnd())}\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function optionText({ type, default: fallback, doc }: ReferenceOption): string {
  const presence = fallback === null ? "" : fallback === nothing ? "; absent unless given" : `; \`${fallback}\` unless given`;
  return `${type}${presence}. ${doc}`;
}

function weightText({ name, type, role, initial, unless }: ReferenceWeight): string {
  return `${type}${name === role ? "" : `, ${role}`}, at first ${initial}${unless === null ? "" : `; none with ${unless}`}`;
}

function rows(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `  ${name.padEnd(width)}  ${wrap(text, " ".repeat(width + 4))}\n`).join("");
}

/** A call that is longer than a line with each parameter on a line of its own, as `sop fmt` has it. */
function broken(signature: string): string {
  return signature
    .split("\n")
    .map((line) => {
      const [, head, parameters, tail] = line.length > 98 ? (/^([\w ]+\()(.*)(\)(?: -> .*| overparam .*)?)$/.exec(line) ?? []) : [];
      return head === undefined || parameters === undefined || tail === undefined ? line : `${head}\n${parameters.split(/, (?=\[?\w+: )/).map((each) => `  ${each},\n`).join("")}${tail}`;
    })
    .join("\n");
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
