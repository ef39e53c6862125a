// `split` of a dataset: shares of its rows, or folders of a folder of images.

import type { Fix } from "../../diagnostics/diagnostic.js";
import { ownName } from "../../diagnostics/synonyms.js";
import type { Span } from "../../source/source.js";
import { at, type Env } from "../context.js";
import { add, compare, isNum, one, toNumber, zero, type Num } from "../numbers.js";
import { oneOf } from "../option-words.js";
import { bareName } from "../read-options.js";
import type { DataSource, DataSplit } from "../semantic-model.js";
import { describe } from "../values.js";
import { sayForm, type PlacedClause } from "./collect.js";
import { readText } from "./source.js";

const splits = ["train", "valid", "test"] as const;
type SplitName = (typeof splits)[number];

type Item = PlacedClause["clause"]["items"][number];

const sharesForm = "split train 80%, valid 10%, test 10%";
const foldersForm = 'split train folder "train", test folder "test"';

/** Has the dataset rows for validation? */
export function hasValid(split: DataSplit): boolean {
  return "folders" in split ? split.folders.valid !== null : split.valid > 0;
}

/** The split, or null where there is no clause or something was reported. `source` is null where it is not known what gives the rows. */
export function readSplit(env: Env, placed: PlacedClause | undefined, source: DataSource["kind"] | null): DataSplit | null {
  if (placed === undefined) return null;
  const { items } = placed.clause;
  const isFolder = ({ parts: [, share] }: Item): boolean => share?.kind === "path" && bareName(share) === "folder";
  const first = items.find(isFolder);
  if (first === undefined) return readShares(env, placed);
  if (source !== null && source !== "images") {
    env.context.report.say("split-folder", at(env, first.span), { source });
    return null;
  }
  return items.every(isFolder) ? readFolders(env, placed) : sayForm(placed, foldersForm);
}

// `validation 20%` and `train: 80%`.
function splitFixes({ clause }: PlacedClause): readonly Fix[] {
  const edits: { readonly span: Span; readonly text: string }[] = [];
  for (const { name, parts: [word] } of clause.items) {
    const written = name ?? (word === undefined || word.kind === "linking-word" || bareName(word) === null ? null : { text: bareName(word) ?? "", span: word.span });
    if (written === null || written.text === "order") continue;
    const meant = splits.find((split) => split === written.text) ?? ownName(written.text, splits);
    if (meant === null) return [];
    // The word alone, or with the colon behind it.
    const end = name === null || word === undefined ? written.span.end : word.span.start;
    if (name !== null || meant !== written.text) edits.push({ span: { start: written.span.start, end }, text: name === null ? meant : `${meant} ` });
  }
  return edits.length === 0 ? [] : [{ title: "Write `train`, `valid` and `test`, without signs", edits }];
}

function splitNamed({ name, parts: [word] }: Item): SplitName | null {
  const found = word === undefined || word.kind === "linking-word" || name !== null ? null : bareName(word);
  return splits.find((candidate) => candidate === found) ?? null;
}

// `split train folder "train", test folder "test"`.
function readFolders(env: Env, placed: PlacedClause): DataSplit | null {
  const folders = new Map<SplitName, string>();
  for (const item of placed.clause.items) {
    const split = splitNamed(item);
    const [, , place] = item.parts;
    if (place?.kind === "missing") return null;
    if (split === null || item.parts.length !== 3 || place === undefined || place.kind === "linking-word") return sayForm(placed, foldersForm);
    const folder = readText(env, place);
    if (folder === null) return null;
    const twice = folders.has(split) ? { what: "split", name: split } : [...folders.values()].includes(folder) ? { what: "split's folder", name: folder } : null;
    if (twice !== null) {
      env.context.report.say("duplicate-name", at(env, item.span), twice);
      return null;
    }
    folders.set(split, folder);
  }
  const train = folders.get("train");
  if (train !== undefined) return { folders: { train, valid: folders.get("valid") ?? null, test: folders.get("test") ?? null } };
  env.context.report.say("split-shares", at(env, placed.clause.span), { found: "nothing to train on" });
  return null;
}

function readShares(env: Env, placed: PlacedClause): DataSplit | null {
  const shares = new Map<SplitName, Num>();
  let order: "shuffled" | "file" = "shuffled";
  for (const item of placed.clause.items) {
    const [word, share] = item.parts;
    if (item.parts.some((part) => part.kind === "missing")) return null;
    if (item.name?.text === "order" && word !== undefined && word.kind !== "linking-word") {
      const name = bareName(word);
      if (name !== "file" && name !== "shuffled") {
        env.context.report.say("value-type", at(env, word.span), { what: "`order`", expected: oneOf(["file", "shuffled"]), found: name === null ? "something else" : `\`${name}\`` });
        return null;
      }
      order = name;
      continue;
    }
    const split = splitNamed(item);
    if (split === null || item.parts.length !== 2 || share === undefined || share.kind === "linking-word") return sayForm(placed, sharesForm, splitFixes(placed));
    const value = env.context.rules.expression(env, share);
    if (value.kind === "error") return null;
    if (value.kind !== "number" || value.unit === "steps" || value.unit === "epochs" || compare(value.value, zero) < 0 || compare(value.value, one) > 0) {
      env.context.report.say("value-type", at(env, share.span), { what: `The share of \`${split}\``, expected: "a share from 0% to 100%", found: describe(value) });
      return null;
    }
    if (shares.has(split)) {
      env.context.report.say("duplicate-name", at(env, item.span), { what: "split", name: split });
      return null;
    }
    shares.set(split, value.value);
  }
  let sum: Num = zero;
  for (const share of shares.values()) {
    const next = add(sum, share);
    if (isNum(next)) sum = next;
  }
  if (compare(sum, one) > 0 || compare(shares.get("train") ?? zero, zero) === 0) {
    const found = compare(sum, one) > 0 ? `${Math.round(toNumber(sum) * 1e6) / 1e4}%` : "nothing to train on";
    env.context.report.say("split-shares", at(env, placed.clause.span), { found });
    return null;
  }
  const share = (split: SplitName): number => toNumber(shares.get(split) ?? zero);
  return { train: share("train"), valid: share("valid"), test: share("test"), order };
}
