// Cases in Markdown: a `# SOURCE` and the stages it pins. The form is below; tests/cases.test.ts runs them, `UPDATE=1` rewrites them.
//
//   Prose, as much as wanted.
//
//   # SOURCE                     the program, `main.sop`; more files as `# SOURCE name.sop`
//   # DIAGNOSTICS                one per line: `line:col-line:col id {params as JSON}`, with `name.sop:` in front if not of main.sop
//   # IR                         after all passes
//   # IR AFTER <pass>
//   # TYPESCRIPT
//   # FORMATTED
//
// Each heading is followed by one fenced block. A case without `# DIAGNOSTICS` has no errors.

import { format } from "../../compiler/ast/format.js";
import { parse } from "../../compiler/ast/parse.js";
import { check, compile, type Output } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import type { Host } from "../../compiler/host.js";
import { lineMap } from "../../compiler/source/line-map.js";
import { memoryHost } from "./host.js";

const main = "main.sop";

export interface Section {
  /** `IR AFTER fold`. */
  readonly heading: string;
  readonly body: string;
}

export interface Case {
  readonly prose: string;
  readonly sections: readonly Section[];
}

/** Reads a case; throws where it has not the form above. */
export function readCase(markdown: string): Case {
  const lines = markdown.split("\n");
  const sections: Section[] = [];
  const prose: string[] = [];
  let heading: string | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const fence = /^(`{3,})/.exec(line)?.[1];
    if (fence !== undefined && heading !== null) {
      const end = lines.indexOf(fence, at + 1);
      if (end < 0) throw new Error(`the block below \`# ${heading}\` is not closed`);
      sections.push({ heading, body: lines.slice(at + 1, end).join("\n") });
      heading = null;
      at = end;
    } else if (line.startsWith("# ")) heading = line.slice(2).trim();
    else if (heading === null && sections.length === 0) prose.push(line);
    else if (line.trim() !== "") throw new Error(`text between sections: ${line}`);
  }
  return { prose: prose.join("\n").trim(), sections };
}

/** Writes a case; `readCase` reads it back. */
export function writeCase({ prose, sections }: Case): string {
  const languages: Readonly<Record<string, string>> = { SOURCE: "sop", TYPESCRIPT: "ts", FORMATTED: "sop" };
  const blocks = sections.map(({ heading, body }) => {
    const fence = "`".repeat(Math.max(3, ...[...body.matchAll(/^`+/gm)].map((match) => match[0].length + 1)));
    return `# ${heading}\n\n${fence}${languages[heading.split(" ")[0] ?? ""] ?? ""}\n${body}\n${fence}\n`;
  });
  return `${[...(prose === "" ? [] : [`${prose}\n`]), ...blocks].join("\n")}`;
}

/** The case with every pinned section as the compiler has it now. Throws if it has errors that are not pinned, or pins nothing. */
export async function runCase(given: Case): Promise<Case> {
  const isSource = ({ heading }: Section): boolean => heading.split(" ")[0] === "SOURCE";
  const files = Object.fromEntries(given.sections.filter(isSource).map(({ heading, body }) => [heading === "SOURCE" ? main : heading.slice("SOURCE ".length), `${body}\n`]));
  const host = memoryHost(files);
  if (given.sections.every(isSource)) throw new Error("the case pins nothing");
  const sections: Section[] = [];
  for (const section of given.sections) sections.push(isSource(section) ? section : { ...section, body: await stage(section.heading, host, files[main] ?? "") });
  if (!given.sections.some(({ heading }) => heading === "DIAGNOSTICS")) {
    const errors = check(main, host).diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    if (errors.length > 0) throw new Error(`errors that are not pinned:\n${printDiagnostics(errors, host)}`);
  }
  return { ...given, sections };
}

async function stage(heading: string, host: Host, text: string): Promise<string> {
  const dumpAfter = /^IR AFTER (.+)$/.exec(heading)?.[1] ?? null;
  if (dumpAfter !== null) return trimmed((await compiled(host, dumpAfter)).irAfter ?? "");
  switch (heading) {
    case "DIAGNOSTICS":
      return printDiagnostics(check(main, host).diagnostics, host);
    case "IR":
      return trimmed((await compiled(host, null)).ir);
    case "TYPESCRIPT":
      return trimmed((await compiled(host, null)).typescript);
    case "FORMATTED":
      return trimmed(format(parse({ path: main, text }).value, text));
    default:
      throw new Error(`no stage is named \`${heading}\``);
  }
}

async function compiled(host: Host, dumpAfter: string | null): Promise<Output> {
  const { value, diagnostics } = await compile(main, host, { verify: true, dumpAfter, outDirectoryToSource: "../.." });
  if (value === null) throw new Error(`the source has errors:\n${printDiagnostics(diagnostics, host)}`);
  return value;
}

/** `3:5-3:9 unknown-name {"name":"dens"}`, in order of position. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], host: Host): string {
  return diagnostics
    .map(({ id, origin, params }) => {
      const map = lineMap(host.read(origin.file) ?? "");
      const [start, end] = [map.position(origin.span.start), map.position(origin.span.end)];
      const place = `${start.line}:${start.column}-${end.line}:${end.column}`;
      return `${origin.file === main ? "" : `${origin.file}:`}${place} ${id} ${JSON.stringify(params)}`;
    })
    .join("\n");
}

function trimmed(text: string): string {
  return text.replace(/\n$/, "");
}
