// Figures that `assert` can name: what a model's shipped form and its training cost. A budget that is exceeded is told with the figure,
// the limit and the layers that cost most. The figures are those of the summary (costs.ts).

import type { AssertStatement, Binary, Expression } from "../ast/ast.js";
import { callerNotes } from "./apply-layer.js";
import { at, type Env } from "./context.js";
import { costsOf, modelFigures, runFigures, type LayerCost } from "./costs.js";
import { readCondition } from "./evaluate.js";
import { toNumber } from "./numbers.js";
import { optimizers } from "./optimizers.js";
import type { Graph, OptionValue, Overparam, Run } from "./semantic-model.js";
import { gradientsPerStep } from "./step-costs.js";
import { describe } from "./values.js";
import { visitExpressions } from "./visit-expressions.js";

type Figure = (typeof modelFigures)[number] | (typeof runFigures)[number];
type Training = Pick<Run["settings"], "batch" | "accumulate" | "ema" | "optimizer">;

/** What each layer adds to each figure. */
const parts: { readonly [F in Figure]: (cost: LayerCost, training: Training | null) => number } = {
  "shipped.weights": (cost) => cost.weightsShipped,
  "shipped.bytes": (cost) => 4 * cost.weightsShipped,
  "shipped.flops": (cost) => cost.flops,
  "trained.weights": (cost) => cost.weightsTrained,
  "trained.memory": (cost, training) => (training === null ? 0 : memoryOf(cost, training)),
};

/** Bytes that a run keeps in training: the figure `trained.memory`. */
export function trainingMemory(graph: Graph, training: Training): number {
  return costsOf(graph).reduce((sum, cost) => sum + memoryOf(cost, training), 0);
}

/** Is it the path of a figure, right or misspelled? */
export function isFigurePath(expression: Expression): boolean {
  return expression.kind === "path" && expression.names.length > 1 && ["shipped", "trained"].includes(expression.names[0]?.text ?? "");
}

/** What an assertion waits for: nothing, the whole model, or a run of it. */
export function waitsFor(condition: Expression): "nothing" | "model" | "run" {
  let found: "nothing" | "model" | "run" = "nothing";
  visitExpressions(condition, (expression) => {
    if (expression.kind !== "path" || !isFigurePath(expression)) return;
    const needsRun = (runFigures as readonly string[]).includes(nameOf(expression));
    if (needsRun || found === "nothing") found = needsRun ? "run" : "model";
  });
  return found;
}

/** Checks an assertion that names figures. `training` is that of the run, or null where only the model is known. */
export function checkBudget(env: Env, statement: AssertStatement, graph: Graph, training: Training | null): void {
  const costs = costsOf(graph);
  const known: readonly Figure[] = training === null ? modelFigures : [...modelFigures, ...runFigures];
  const figures = new Map(known.map((figure) => [figure as string, costs.reduce((sum, cost) => sum + parts[figure](cost, training), 0)]));
  const inner: Env = { ...env, figures };
  if (readCondition(inner, statement.condition, "`assert`") !== false) return;
  const origin = at(env, statement.span);
  const notes = callerNotes(env);
  const limited = statement.condition.kind === "binary" ? limitOf(inner, statement.condition) : null;
  const said = statement.message?.value;
  if (limited !== null) {
    const most = largest(costs, (cost) => parts[limited.figure](cost, training)).map(({ path, part }) => `\`${path}\` (${amount(part, limited.figure)})`).join(", ");
    const [found, limit] = apart(figures.get(limited.figure) ?? 0, limited.limit, limited.figure);
    const params = { figure: limited.figure, found, limit: `${limited.words} ${limit}`, layers: most === "" ? "no layer" : most };
    env.context.report.say("budget-exceeded", origin, params, { notes, ...(said === undefined ? {} : { help: said }) });
    return;
  }
  const sides = statement.condition.kind === "binary" ? [statement.condition.left, statement.condition.right].map((side) => describe(env.context.rules.expression(inner, side))).join(" and ") : "";
  env.context.report.say("assertion-failed", origin, { message: said ?? "the condition does not hold", found: sides }, { notes });
}

const limitWords: Readonly<Partial<Record<Binary["operator"], string>>> = { "<=": "at most", "<": "less than", ">=": "at least", ">": "more than" };
const turned: Readonly<Partial<Record<Binary["operator"], Binary["operator"]>>> = { "<=": ">=", "<": ">", ">=": "<=", ">": "<" };

/** `shipped.weights <= 1M`, either way round: the figure and its limit; null for every other condition. */
function limitOf(env: Env, { operator, left, right }: Binary): { readonly figure: Figure; readonly words: string; readonly limit: number } | null {
  const isTurned = !isFigurePath(left);
  const [path, bound] = isTurned ? [right, left] : [left, right];
  const words = limitWords[isTurned ? (turned[operator] ?? operator) : operator];
  if (path.kind !== "path" || words === undefined) return null;
  const figure = ([...modelFigures, ...runFigures] as const).find((name) => name === nameOf(path));
  const limit = env.context.rules.expression(env, bound);
  return figure === undefined || limit.kind !== "number" ? null : { figure, words, limit: toNumber(limit.value) };
}

function nameOf(path: Extract<Expression, { kind: "path" }>): string {
  return path.names.map((name) => name.text).join(".");
}

/** The three layers that cost most, those that share their weights or name taken together. */
function largest(costs: readonly LayerCost[], of: (cost: LayerCost) => number): readonly { readonly path: string; readonly part: number }[] {
  const byPath = new Map<string, number>();
  for (const cost of costs) byPath.set(cost.path, (byPath.get(cost.path) ?? 0) + of(cost));
  return [...byPath].map(([path, part]) => ({ path, part })).filter(({ part }) => part > 0).sort((a, b) => b.part - a.part).slice(0, 3);
}

/** A figure and its limit in words that differ, as the two do. */
function apart(found: number, limit: number, figure: Figure): readonly [string, string] {
  const short = [amount(found, figure), amount(limit, figure)] as const;
  const long = (value: number): string => `${value.toLocaleString("en-US", { maximumFractionDigits: 3 })}${isBytes(figure) ? " bytes" : ""}`;
  return short[0] === short[1] && found !== limit ? [long(found), long(limit)] : short;
}

function isBytes(figure: Figure): boolean {
  return figure === "shipped.bytes" || figure === "trained.memory";
}

function amount(value: number, figure: Figure): string {
  if (!isBytes(figure)) return Math.round(value).toLocaleString("en-US");
  const units = [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]] as const;
  const [name, size] = units.find(([, least]) => value >= least) ?? ["bytes", 1];
  return `${Number((value / size).toPrecision(4))} ${name}`;
}

/**
 * Bytes that training keeps for a layer: weights with all copies and statistics, the mixed kernels, a gradient for each weight (and each stage of
 * a step, and their sums over several batches), the average, the optimizer's state, and the layer's result for each row of a batch, which the gradient needs. What kernels use for themselves is not counted.
 */
function memoryOf(cost: LayerCost, training: Training): number {
  const { batch, accumulate = 1, ema, optimizer } = training;
  const { weightsTrained: trained, weightsShipped: shipped, overparam, activationBytes } = cost;
  const plain = overparam === null ? trained : shipped;
  const mixed = overparam === null ? 0 : (trained - plain) / (overparam.copies - 1);
  const state = stateOf(optimizer, trained, plain, overparam);
  const stages = gradientsPerStep(training);
  const gradients = stages * plain;
  const sums = accumulate > 1 ? stages * plain : 0;
  const average = ema === undefined ? 0 : plain;
  return 4 * (trained + (shipped - plain) + mixed + gradients + sums + average + state) + batch * activationBytes;
}

/** All numbers that an optimizer keeps for a layer: of first moments one for each copy, of second ones as `moments` says. */
function stateOf({ call, options }: { readonly call: string; readonly options: Readonly<Record<string, OptionValue>> }, trained: number, plain: number, overparam: Overparam | null): number {
  const { first, second } = optimizers[call]?.keeps(options) ?? { first: true, second: true };
  return (first ? trained : 0) + (second ? (overparam?.moments === "copies" && call !== "rk" ? trained : plain) : 0);
}
