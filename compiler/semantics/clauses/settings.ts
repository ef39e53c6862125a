// The clauses of a run that are settings: optimizer, batch, length, clipping, checkpoints, stopping, seed.

import type { ClauseItem, Expression } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { suggestWord } from "../../diagnostics/synonyms.js";
import type { Origin } from "../../source/source.js";
import { at, type Env } from "../context.js";
import { toNumber } from "../numbers.js";
import { optimizers } from "../optimizers.js";
import { readCount } from "../read-count.js";
import { oneOf } from "../option-words.js";
import { bareName, readOption } from "../read-options.js";
import { replacement } from "../report.js";
import type { CallValue, Duration, RunSettings } from "../semantic-model.js";
import { describe } from "../values.js";
import { clauseSpecs } from "./clauses.js";
import { onlyPart, type CollectedClauses, type PlacedClause } from "./collect.js";

/** What a run measures, for clauses that name a metric. */
export interface Measured {
  /** Names of items of `loss` and `metrics`; null where they could not be read. */
  readonly names: readonly string[] | null;
  readonly hasValid: boolean;
}

/** The settings, or null where something was reported. `origin` is the run's name, for clauses that are missing. */
export function readSettings(env: Env, clauses: CollectedClauses, name: string, origin: Origin, measured: Measured): RunSettings | null {
  const errors = env.context.report.errors();
  const get = (slot: string): PlacedClause | undefined => clauses.bySlot.get(slot);
  const missing = ["loss", "optimizer", "batch"].filter((word) => get(word) === undefined && !clauses.misspelled.has(word)).map((word) => `\`${word}\``);
  if (get("length") === undefined && !clauses.misspelled.has("epochs") && !clauses.misspelled.has("steps")) missing.push("one of `epochs` and `steps`");
  if (missing.length > 0 && !clauses.hasUnread) env.context.report.say("missing-clause", origin, { clauses: missing.join(", "), owner: name });
  const optimizer = readOptimizer(get("optimizer"), clauses.misspelled.has("lr"));
  const batch = readWhole(get("batch"), 1);
  const length = readLength(get("length"));
  const settings = {
    clip: readClip(get("clip")),
    checkpoint: readCheckpoint(get("checkpoint"), measured),
    stop: readStop(get("stop"), measured),
    evaluate: readEvaluate(get("evaluate")),
    ...readRegularize(get("regularize")),
    ...readAccumulate(get("accumulate")),
    ...readEma(get("ema")),
    seed: readWhole(get("seed"), 0, 2 ** 32 - 1) ?? 0,
  };
  if (get("loss") === undefined || optimizer === null || batch === null || length === null || env.context.report.errors() > errors) return null;
  return { optimizer, batch, length, ...settings };
}

function sayForm({ clause, env }: PlacedClause, form = clauseSpecs[clause.word.text]?.form ?? clause.word.text): null {
  // What recovery left behind has been reported.
  if (!clause.items.some((item) => item.parts.some((part) => part.kind === "missing"))) env.context.report.say("clause-form", at(env, clause.span), { word: clause.word.text, form });
  return null;
}

/** The one expression of a clause with one unnamed item. */
function onlyExpression({ clause }: PlacedClause): Expression | null {
  const [item] = clause.items;
  return item === undefined || clause.items.length > 1 || item.name !== null ? null : onlyPart(item.parts);
}

// `lacksRate`: it stands in a clause of its own, which was told.
function readOptimizer(placed: PlacedClause | undefined, lacksRate: boolean): CallValue | null {
  if (placed === undefined) return null;
  const { env } = placed;
  const expression = onlyExpression(placed);
  if (expression === null) return sayForm(placed);
  const callee = expression.kind === "call" ? expression.callee : expression.kind === "path" ? expression : null;
  const name = callee === null ? null : callee.names.map(({ text }) => text).join(".");
  if (name === null && expression.kind === "string") return sayForm(placed);
  if (name !== null && !Object.hasOwn(optimizers, name)) {
    const origin = at(env, expression.kind === "call" ? expression.callee.span : expression.span);
    const known = Object.keys(optimizers);
    // Of `optim.Adam` the last part.
    const written = callee?.names.at(-1)?.text ?? "";
    const nearest = known.includes(written) ? written : suggestWord(written, known);
    env.context.report.say("unknown-optimizer", origin, { name, nearest: nearest ?? "" }, nearest === null ? { help: `Write ${oneOf(known)}.` } : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return null;
  }
  if (lacksRate && callee !== null && (expression.kind !== "call" || (expression.arguments ?? []).length === 0)) return null;
  const value = readOption(env, "optimizer", { name: "optimizer", type: { kind: "call", functions: optimizers } }, expression);
  return value !== null && typeof value === "object" && "call" in value ? value : null;
}

function readWhole(placed: PlacedClause | undefined, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  if (placed === undefined) return null;
  const { env, clause } = placed;
  const expression = onlyExpression(placed);
  if (expression === null) return sayForm(placed);
  const what = `\`${clause.word.text}\``;
  const value = readCount(env, what, env.context.rules.expression(env, expression), expression.span, least);
  if (value === null || value <= most) return value;
  env.context.report.say("value-range", at(env, expression.span), { what, range: `a whole number of at most ${most}`, found: String(value) });
  return null;
}

/** More batches than this for one step are a mistake. */
const mostBatches = 65_536;

function readAccumulate(placed: PlacedClause | undefined): Pick<RunSettings, "accumulate"> {
  const batches = readWhole(placed, 1, mostBatches) ?? 1;
  return batches === 1 ? {} : { accumulate: batches };
}

function readEma(placed: PlacedClause | undefined): Pick<RunSettings, "ema"> {
  if (placed === undefined) return {};
  const { env } = placed;
  const expression = onlyExpression(placed);
  if (expression === null) {
    sayForm(placed);
    return {};
  }
  const share = readPositive(env, "`ema`", expression);
  if (share === null) return {};
  if (share < 1) return { ema: share };
  env.context.report.say("value-range", at(env, expression.span), { what: "`ema`", range: "a share between 0 and 1, as 0.999", found: String(share) });
  return {};
}

function readLength(placed: PlacedClause | undefined): RunSettings["length"] | null {
  const value = readWhole(placed, 1);
  return value === null || placed === undefined ? null : { unit: placed.clause.word.text === "steps" ? "steps" : "epochs", value };
}

/** A positive number, or null after a report. */
function readPositive(env: Env, what: string, expression: Expression, allowsZero = false): number | null {
  const value = env.context.rules.expression(env, expression);
  if (value.kind === "error") return null;
  const number = value.kind === "number" && value.unit !== "steps" && value.unit !== "epochs" ? toNumber(value.value) : null;
  if (number === null) env.context.report.say("value-type", at(env, expression.span), { what, expected: "a number", found: describe(value) });
  else if (number < 0 || (number === 0 && !allowsZero)) env.context.report.say("value-range", at(env, expression.span), { what, range: allowsZero ? "a number of at least 0" : "a number above 0", found: describe(value) });
  else return number;
  return null;
}

/** The two parts of `norm 1.0`: a word and an expression. */
function wordAndExpression(item: ClauseItem | undefined): { readonly word: string; readonly expression: Expression } | null {
  const [word, expression] = item?.parts ?? [];
  if (item === undefined || item.name !== null || item.parts.length !== 2) return null;
  if (word === undefined || word.kind === "linking-word" || expression === undefined || expression.kind === "linking-word") return null;
  const name = bareName(word);
  return name === null ? null : { word: name, expression };
}

function readClip(placed: PlacedClause | undefined): RunSettings["clip"] {
  if (placed === undefined) return null;
  const parts = placed.clause.items.length > 1 ? null : wordAndExpression(placed.clause.items[0]);
  if (parts === null || (parts.word !== "norm" && parts.word !== "value")) return sayForm(placed, "clip norm 1.0` or `clip value 0.5");
  const bound = readPositive(placed.env, "`clip`", parts.expression);
  if (bound === null) return null;
  return parts.word === "norm" ? { norm: bound } : { value: bound };
}

/** `l2 1e-4`, `l1 1e-5`, or both, each once. */
function readRegularize(placed: PlacedClause | undefined): Pick<RunSettings, "l1" | "l2"> {
  const found: { l1?: number; l2: number } = { l2: 0 };
  if (placed === undefined) return found;
  const seen = new Set<string>();
  for (const item of placed.clause.items) {
    const parts = wordAndExpression(item);
    if ((parts?.word !== "l1" && parts?.word !== "l2") || seen.has(parts.word)) {
      sayForm(placed, "regularize l2 1e-4`, `regularize l1 1e-5` or `regularize l1 1e-5, l2 1e-4");
      return found;
    }
    seen.add(parts.word);
    found[parts.word] = readPositive(placed.env, "`regularize`", parts.expression, true) ?? 0;
  }
  if (seen.size === 0) sayForm(placed);
  return found;
}

/** A length in steps or epochs, with its unit; null after a report. */
function readDuration(env: Env, expression: Expression): Duration | null {
  const word = bareName(expression);
  if (word !== null && /^(?:step|epoch)s?$/.test(word) && env.scope.lookup(word) === undefined && !env.file.entries.has(word)) {
    const [origin, meant] = [at(env, expression.span), `1 ${word.replace(/s$/, "")}s`];
    env.context.report.say("value-type", origin, { what: "A length", expected: "`200 steps` or `3 epochs`", found: `\`${word}\`` }, { fixes: [replacement(`Write \`${meant}\``, origin, meant)] });
    return null;
  }
  const value = env.context.rules.expression(env, expression);
  if (value.kind === "error") return null;
  const unit = value.kind === "number" ? value.unit : null;
  if (value.kind !== "number" || (unit !== "steps" && unit !== "epochs")) {
    env.context.report.say("value-type", at(env, expression.span), { what: "A length", expected: "`200 steps` or `3 epochs`", found: describe(value) });
    return null;
  }
  const count = readCount(env, "A length", { ...value, unit: null }, expression.span, 1);
  return count === null ? null : { unit, value: count };
}

function readEvaluate(placed: PlacedClause | undefined): Duration | null {
  if (placed === undefined) return null;
  const [item] = placed.clause.items;
  const [every, length] = item?.parts ?? [];
  if (placed.clause.items.length !== 1 || item?.parts.length !== 2 || every?.kind !== "linking-word" || every.word !== "every" || length === undefined || length.kind === "linking-word") return sayForm(placed);
  return readDuration(placed.env, length);
}

// `every 200 steps, keep 3, best valid.accuracy`, in any order.
function readCheckpoint(placed: PlacedClause | undefined, measured: Measured): RunSettings["checkpoint"] {
  let every: Duration | null = null;
  let keep: number | null = null;
  let best: string | null = null;
  if (placed === undefined) return { every, keep, best };
  const { env } = placed;
  if (placed.clause.items.length === 0) sayForm(placed);
  for (const item of placed.clause.items) {
    const [word, value] = item.parts;
    if (item.name !== null || item.parts.length !== 2 || word === undefined || value === undefined || value.kind === "linking-word") {
      sayForm(placed);
      break;
    }
    if (word.kind === "linking-word" && word.word === "every") every = readDuration(env, value);
    else if (word.kind === "linking-word" && word.word === "keep") keep = readCount(env, "`keep`", env.context.rules.expression(env, value), value.span, 1);
    else if (word.kind !== "linking-word" && bareName(word) === "best") best = readMetric(env, value, measured);
    else {
      sayForm(placed);
      break;
    }
  }
  return { every, keep, best };
}

function readStop(placed: PlacedClause | undefined, measured: Measured): RunSettings["stop"] {
  if (placed === undefined) return null;
  const [item] = placed.clause.items;
  const [when, metric, stalls, length] = item?.parts ?? [];
  const isForm = placed.clause.items.length === 1 && item?.parts.length === 4 && when?.kind === "linking-word" && when.word === "when" && stalls?.kind === "linking-word" && stalls.word === "stalls";
  if (!isForm || metric === undefined || metric.kind === "linking-word" || length === undefined || length.kind === "linking-word") return sayForm(placed);
  const name = readMetric(placed.env, metric, measured);
  const patience = readDuration(placed.env, length);
  return name === null || patience === null ? null : { metric: name, patience };
}

/** `valid.accuracy`: a split that is evaluated in training, and an item of `loss` or `metrics`. */
function readMetric(env: Env, expression: Expression, { names, hasValid }: Measured): string | null {
  if (expression.kind === "missing") return null;
  const origin = at(env, expression.span);
  const path = expression.kind === "path" ? expression.names.map((name) => name.text) : [];
  const [split, metric] = path;
  const known = (names === null ? [] : [...new Set(["loss", ...names])]).map((name) => `valid.${name}`);
  const written = path.join(".");
  if (path.length === 2 && split === "valid" && (names === null || known.includes(written))) {
    if (hasValid) return written;
    env.context.report.say("empty-split", origin, { split: "valid" });
    return null;
  }
  // `val_loss` and `test.loss`, as others call what is measured on the validation split.
  const habit = `valid.${written.replace(/^(?:val|valid|validation|dev|test|eval|train)[._]/, "")}`;
  const nearest = (known.includes(habit) ? habit : null) ?? suggest(written, known) ?? (metric === undefined && known.includes(`valid.${written}`) ? `valid.${written}` : null);
  env.context.report.say(
    "unknown-metric",
    origin,
    { metric: written === "" ? "this" : written, nearest: nearest ?? "" },
    nearest === null ? (known.length === 0 ? {} : { help: `Write one of ${known.map((name) => `\`${name}\``).join(", ")}.` }) : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] },
  );
  return null;
}
