// Offers to put the body of a block in the place of a call of it, or of all calls in its file.

import type { Block } from "../../../ast/ast.js";
import { parseOnce } from "../../../ast/parse-once.js";
import { SectionParser } from "../../../ast/parse-sections.js";
import { walk } from "../../../ast/visit.js";
import { loadFiles, type FileScope } from "../../../semantics/files.js";
import { createReport } from "../../../semantics/report.js";
import type { Span } from "../../../source/source.js";
import type { Workspace } from "../../names/workspace.js";
import type { Snapshot } from "../../snapshot.js";
import { bodyOf, type Owner } from "../local-names.js";
import { otherPaths, type Refactoring } from "../refactoring.js";
import { applyEdits, changeOf, rewritten, startWithComments } from "../rewritten.js";
import { ownerAt } from "../selection.js";
import { mayHaveWeights } from "../weighted.js";
import { callSiteAt, type CallSite } from "./call-site.js";
import { inlineCall, type Program } from "./inline-call.js";

/** More calls than these are not inlined at once. */
const most = 100;

/** What can be done with the block whose name is at the cursor, in a call or where it is declared. */
export function inlineBlock(snapshot: Snapshot, file: FileScope, { start, end }: Span, workspace: () => Pick<Workspace, "files">): readonly Refactoring[] {
  const owner = ownerAt(file, { start, end });
  if (owner === null || !/^\w*$/.test(snapshot.textOf(file.path).slice(start, end))) return [];
  const { node } = owner;
  if (node.kind === "block" && node.name.span.start <= start && end <= node.name.span.end) return [allCalls(snapshot, file, node, workspace)].filter((offered) => offered !== null);
  const site = callSiteAt(owner, start);
  const here = site === null ? null : oneCall(snapshot, site);
  if (site === null || here === null) return [];
  const all = site.block.file === file ? allCalls(snapshot, file, site.block.node, workspace) : null;
  return all === null ? [here] : [here, all];
}

function oneCall(snapshot: Snapshot, site: CallSite): Refactoring | null {
  const edits = inlineCall(snapshot, site);
  if (edits === null) return null;
  const { path } = site.owner.file;
  const text = snapshot.textOf(path);
  const name = site.block.node.name.text;
  return { id: "inline-block", title: `Inline block \`${name}\`${pathsOf(site.block)}`, kind: "refactor.inline", change: () => changeOf(path, text, rewritten(path, text, edits)) };
}

function pathsOf(block: Owner<Block>): string {
  return mayHaveWeights(block, block.node.body.span) ? otherPaths : "";
}

/** Offered if each call by itself can be replaced, and the block is used in no other way. One that another file imports stays. */
function allCalls(snapshot: Snapshot, file: FileScope, block: Block, workspace: () => Pick<Workspace, "files">): Refactoring | null {
  const uses = usesOf(file, block);
  if (uses === null || uses.length === 0 || uses.length > most || !uses.every((site) => inlineCall(snapshot, site) !== null)) return null;
  const { path } = file;
  const text = snapshot.textOf(path);
  const name = block.name.text;
  return {
    id: "inline-all",
    title: `Inline all calls of \`${name}\` and remove it${pathsOf({ file, node: block })}`,
    kind: "refactor.inline",
    change: () => {
      const isImported = [...workspace().files.values()].some((other) => other.path !== path && [...other.entries.values()].some((entry) => entry.file.path === path && entry.node.name.text === name));
      const after = withoutCalls(snapshot, path, text, name, isImported);
      return after === null ? null : changeOf(path, text, after);
    },
  };
}

/** All calls of a block in its file; null where its name stands for more than a call, or the block calls itself. */
function usesOf(file: FileScope, block: Block): readonly CallSite[] | null {
  const sites: CallSite[] = [];
  for (const node of file.program.declarations) {
    const offsets: number[] = [];
    walk(node, (inner, parents) => {
      const parent = parents[parents.length - 1];
      // Names of options, and of what is declared otherwise, are found and refused all the same: it happens rarely.
      if (inner.kind === "name" && inner.text === block.name.text && !(parent === block)) offsets.push(inner.span.start);
    });
    if (offsets.length === 0) continue;
    if (node === block || (node.kind !== "block" && node.kind !== "model") || bodyOf(node) === null || file.tainted.has(node.span.start)) return null;
    for (const offset of offsets) {
      const site = callSiteAt({ file, node }, offset);
      if (site === null || site.block.node !== block || site.call.callee.span.start !== offset) return null;
      sites.push(site);
    }
  }
  return sites;
}

// One call after the other, each in the text that the one before left: a statement may have several.
function withoutCalls({ host }: Snapshot, path: string, text: string, name: string, isKept: boolean): string | null {
  let current = text;
  const parser = new SectionParser();
  const reload = (): Program => {
    const read = (other: string): string | null => (other === path ? current : host.read(other));
    return { files: loadFiles(path, { ...host, read }, (file) => (file.path === path ? parser.parse(file) : parseOnce(file)), createReport()), textOf: (other) => read(other) ?? "" };
  };
  for (let count = 0; count <= most; count++) {
    const program = reload();
    const file = program.files.get(path);
    const block = file?.entries.get(name)?.node;
    if (file === undefined || block?.kind !== "block") return null;
    const sites = usesOf(file, block);
    const [site] = sites ?? [];
    if (sites === null) return null;
    if (site === undefined) return isKept ? current : removed(current, block);
    const edits = inlineCall(program, site);
    if (edits === null) return null;
    current = rewritten(path, current, edits);
  }
  return null;
}

function removed(text: string, { span }: Block): string {
  const start = startWithComments(text, span);
  const [space = ""] = /^[ \t]*(?:\r?\n)*/.exec(text.slice(span.end)) ?? [];
  return applyEdits(text, [{ span: { start, end: span.end + space.length }, text: "" }]);
}
