// Names of whole programs: each stands where its symbol's name stands, and no name of a program without mistakes is forgotten. Damaged programs
// have names all the same.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Name } from "../../compiler/ast/ast.js";
import { parseOnce } from "../../compiler/ast/parse-once.js";
import { walk } from "../../compiler/ast/visit.js";
import { check } from "../../compiler/compile.js";
import type { Host } from "../../compiler/host.js";
import { loadFiles, type FileScope } from "../../compiler/semantics/files.js";
import { createReport } from "../../compiler/semantics/report.js";
import { incomingCalls, outgoingCalls, prepareCalls } from "../../compiler/services/call-hierarchy.js";
import { definition, typeDefinition } from "../../compiler/services/definition.js";
import { namesOf, referenceAt } from "../../compiler/services/names/names.js";
import type { Reference } from "../../compiler/services/names/symbols.js";
import type { Workspace } from "../../compiler/services/names/workspace.js";
import { highlights, references } from "../../compiler/services/references.js";
import { prepareRename, rename } from "../../compiler/services/rename.js";
import { semanticTokens } from "../../compiler/services/semantic-tokens.js";
import type { Place } from "../../compiler/services/snapshot.js";
import { documentSymbols, type OutlineEntry } from "../../compiler/services/symbols.js";
import type { Span } from "../../compiler/source/source.js";
import { memoryHost } from "../support/host.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";
import { small } from "../support/small-programs.js";

const MANGLED = 250;

const beside = Object.fromEntries(programs.map(({ path, text }) => [path, text]));
const texts: readonly string[] = [...programs.map(({ text }) => text), ...shipped, ...small];

interface Opened {
  readonly host: Host;
  readonly files: readonly FileScope[];
}

/** A program with its names; what it means is not looked at. */
function open(text: string): Opened {
  const host = memoryHost({ ...beside, "main.sop": text });
  return { host, files: [...loadFiles("main.sop", host, parseOnce, createReport()).values()] };
}

/** References whose text is not the name of what they stand for. */
function mistaken({ host, files }: Opened): readonly string[] {
  return files.flatMap((file) => {
    const text = host.read(file.path) ?? "";
    const names = namesOf(file);
    return names.references.flatMap((reference) => {
      const written = text.slice(reference.span.start, reference.span.end);
      return nameOf(reference).includes(written) && referenceAt(names, reference.span.start) === reference ? [] : [`${file.path}:${reference.span.start} ${written}`];
    });
  });
}

function nameOf({ alias, builtIn, symbols }: Reference): readonly string[] {
  return [...symbols, ...(alias === null ? [] : [alias]), ...(builtIn === null ? [] : [builtIn])].map(({ name }) => name);
}

test("each name stands for something of that name, and is found at its offset", () => {
  for (const text of texts) assert.equal(mistaken(open(text)), []);
});

test("in programs without mistakes all names stand for something, but `_` and what recipes without a run name", () => {
  for (const text of texts) {
    const { host, files } = open(text);
    if (check("main.sop", host).diagnostics.some(({ severity }) => severity === "error")) continue;
    for (const file of files) {
      const found = new Set(namesOf(file).references.map(({ span }) => span.start));
      const forgotten: Name[] = [];
      for (const declaration of file.program.declarations) {
        const isUnused = declaration.kind === "recipe";
        walk(declaration, (node) => {
          if (isUnused && node.kind === "clause" && ["loss", "metrics", "feed", "weigh"].includes(node.word.text)) return false;
          if (node.kind === "name" && node.text !== "_" && !found.has(node.span.start)) forgotten.push(node);
          return true;
        });
      }
      assert.equal(forgotten.map(({ text: name }) => name), [], file.path);
    }
  }
});

test("damaged programs have names, and every question about them has an answer", () => {
  const random = randomStream(11);
  for (let i = 0; i < MANGLED; i++) {
    const text = mutate(texts[i % texts.length] ?? "", random);
    const opened = open(text);
    assert.equal(mistaken(opened), [], text);
    const workspace: Workspace = { files: new Map(opened.files.map((file) => [file.path, file])), textOf: (path) => opened.host.read(path) ?? "", host: opened.host };
    const place: Place = { path: "main.sop", offset: Math.floor(random() * text.length) };
    const found = [...definition(workspace, place), ...typeDefinition(workspace, place)];
    assert.ok(found.every(({ span, extent }) => extent.start <= span.start && span.end <= extent.end), text);
    const all = references(workspace, place, { declaration: true });
    assert.ok(all.length >= highlights(workspace, place).filter(({ kind }) => kind !== "text").length, text);
    for (const item of prepareCalls(workspace, place)) for (const calls of [incomingCalls, outgoingCalls]) calls(workspace, { path: item.file, offset: item.span.start });
    const prepared = prepareRename(workspace, place);
    assert.is("refused" in rename(workspace, place, "fresh_qz"), "refused" in prepared || "refused" in rename(workspace, { ...place, offset: prepared.span.start }, "fresh_qz"), text);
    assert.ok(isOutline(documentSymbols(workspace, "main.sop"), { start: 0, end: text.length }), text);
    const tokens = semanticTokens(workspace, "main.sop");
    assert.ok(tokens.every(({ start, length }, index) => length > 0 && start + length <= (tokens[index + 1]?.start ?? text.length)), text);
  }
});

function isOutline(entries: readonly OutlineEntry[], around: Span): boolean {
  const isWithin = (inner: Span, outer: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;
  return entries.every(({ name, span, extent, children }) => name !== "" && isWithin(span, extent) && isWithin(extent, around) && isOutline(children, extent));
}

test.run();
