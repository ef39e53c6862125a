// From the opened file to the semantic model: files are loaded, names checked in all bodies, datasets and runs read, models built.
// Reads through the host and the given parser only; a user's mistake becomes a diagnostic, and what it touches is left out.

import type { Declaration } from "../ast/ast.js";
import type { Checked, Diagnostic } from "../diagnostics/diagnostic.js";
import type { Host } from "../host.js";
import { evaluateCall } from "./calls.js";
import { checkBodies } from "./check-bodies.js";
import { collectClauses } from "./clauses/collect.js";
import { readDataset } from "./clauses/dataset.js";
import { readRun, runsWithin, type Caches } from "./clauses/run.js";
import { Exhausted, type Context, type Env, type Rules } from "./context.js";
import { inlineBlock } from "./elaborate/inline.js";
import { instantiate } from "./elaborate/instantiate.js";
import { resolveModel } from "./elaborate/resolve-model.js";
import { optionParameters } from "./callables.js";
import { parameterKind, sayUnknownType, valueTypeNames } from "./declared-types.js";
import { evaluate, evaluateLet } from "./evaluate.js";
import { deriveValues } from "./fusion/derive.js";
import { readFusion } from "./fusion/read-fusion.js";
import { loadFiles, type Entry, type FileScope, type Parse } from "./files.js";
import { withoutIgnored } from "./ignore.js";
import { observeBroken } from "./observe-broken.js";
import type { ValueObserver } from "./observed.js";
import { createReport, type Report } from "./report.js";
import { applyRules } from "./rules/rules.js";
import { Scope } from "./scope.js";
import { checkSizes } from "./sizes/check-sizes.js";
import type { DatasetModel, Instance, Run, SemanticModel } from "./semantic-model.js";

/** What else is told of a program while it is checked, for the answers that editors want. */
export interface Observer extends ValueObserver {
  /** All files with their names, the opened one first, and the mistakes of syntax and of imports, before anything else is looked at. */
  readonly files: (files: ReadonlyMap<string, FileScope>, mistakes: readonly Diagnostic[]) => void;
}

/** Declarations that are checked by themselves, with what they lead to: of all that is said of a program, what is said of these. */
export interface Part {
  /** Of the opened file. */
  readonly roots: ReadonlySet<Declaration>;
  /** Those, and what they name, and so on. */
  readonly reached: ReadonlySet<Declaration>;
}

/** Checks the program that starts with the file `main`. Its value holds what has no error. `assess` follows graphs through a fusion. */
export function analyze(main: string, host: Host, parse: Parse, assess: Rules["assess"], observer: Observer | null = null): Checked<SemanticModel> {
  const report = createReport();
  const files = loadFiles(main, host, parse, report);
  observer?.files(files, [...report.diagnostics]);
  const caches: Caches = { instances: new Map(), datasets: new Map(), runs: new Map() };
  const context = createContext(report, files, caches, assess, observer);
  for (const file of files.values()) checkSizes(context, file, "block");
  const opened = files.get(main);
  const value: SemanticModel = { files: new Map([...files].map(([path, file]) => [path, file.program])), main, ...(opened === undefined ? { datasets: [], instances: [], runs: [] } : readDeclarations(context, caches, opened)) };
  for (const file of files.values()) checkSizes(context, file, "model");
  for (const file of files.values()) checkBodies(context, file);
  for (const { origin, reached } of context.overparams.values()) if (!reached && report.errors() === 0) report.say("overparam-without-kernel", origin, {});
  if (report.errors() === 0) for (const instance of value.instances) if (instance.starts !== undefined) assess(asUsed(instance, value.runs)).say(report);
  if (report.errors() === 0) applyRules(context, value);
  if (observer !== null) observeBroken(context);
  const diagnostics = withoutIgnored(withoutConsequences(report.diagnostics, files), { files, read: host.read, main, elaborated: context.elaborated });
  return { value, diagnostics: inOrder(diagnostics, files) };
}

/** Checks a part of a program, which `choose` names when the files are loaded. What takes the whole program - warnings, what a fusion keeps - is not looked at. */
export function analyzePart(main: string, host: Host, parse: Parse, assess: Rules["assess"], observer: Observer, choose: (files: ReadonlyMap<string, FileScope>) => Part): Checked<SemanticModel> {
  const report = createReport();
  const files = loadFiles(main, host, parse, report);
  observer.files(files, [...report.diagnostics]);
  const { roots, reached } = choose(files);
  const caches: Caches = { instances: new Map(), datasets: new Map(), runs: new Map() };
  const context = createContext(report, files, caches, assess, observer);
  for (const file of files.values()) checkSizes(context, file, "block", reached);
  const opened = files.get(main);
  const value: SemanticModel = { files: new Map([...files].map(([path, file]) => [path, file.program])), main, ...(opened === undefined ? { datasets: [], instances: [], runs: [] } : readDeclarations(context, caches, opened, roots)) };
  for (const file of files.values()) checkSizes(context, file, "model", reached);
  for (const file of files.values()) checkBodies(context, file, roots);
  observeBroken(context);
  return { value, diagnostics: inOrder(withoutConsequences(report.diagnostics, files), files) };
}

/** The instance as it is used: a model that no run trains is there to be called in others. */
function asUsed(instance: Instance, runs: readonly Run[]): Instance {
  const { starts = [] } = instance;
  return runs.some((run) => run.instance.starts?.some((start) => starts.includes(start)) === true) ? instance : { ...instance, starts: starts.map((start) => ({ ...start, isPart: true })) };
}

/** What the evaluator carries along, at the beginning. */
export function createContext(report: Report, files: Context["files"], caches: Caches, assess: Rules["assess"], observer: ValueObserver | null = null): Context {
  const { instances } = caches;
  const context: Context = {
    report,
    files,
    constants: new Map(),
    overparams: new Map(),
    annotations: new Map(),
    elaborated: new Set(),
    traces: new Map(),
    models: new Map(),
    clauses: new Map(),
    sizes: { requirements: new Set(), closed: new Set(), faulty: new Set() },
    spent: { evaluations: 0, depth: 0 },
    rules: {
      expression: evaluate,
      call: evaluateCall,
      block: inlineBlock,
      instance: (own, ...rest) => instantiate(own, instances, ...rest),
      run: (entry) => readRun(context, caches, entry),
      runsWithin: (run) => runsWithin(caches, run),
      fusion: (own, start, fed) => readFusion(own, instances, start, fed),
      derive: deriveValues,
      assess,
    },
    observer,
  };
  return context;
}

function readDeclarations(context: Context, caches: Caches, file: FileScope, only: ReadonlySet<Declaration> | null = null): Pick<SemanticModel, "datasets" | "instances" | "runs"> {
  const { instances, datasets } = caches;
  const read: DatasetModel[] = [];
  const runs: Run[] = [];
  const built = new Set<Instance>();
  const own = [...file.entries.values()].filter(({ file: owner, node }) => owner === file && !file.tainted.has(node.span.start) && only?.has(node) !== false);
  const env: Env = { context, file, scope: new Scope(), site: null };
  for (const entry of own) {
    const { node } = entry;
    if (node.kind === "let") guarded(() => evaluateLet(env, entry));
    else if (node.kind === "data") {
      const { model } = readDataset(context, datasets, { file, node });
      if (model !== null) read.push(model);
    }
  }
  for (const { node } of own) {
    if (node.kind === "train") {
      const run = readRun(context, caches, { file, node });
      if (run !== null && run !== "reading") {
        runs.push(run);
        if (!read.includes(run.dataset)) read.push(run.dataset);
      }
    } else if (node.kind === "recipe") checkRecipe(context, file, node);
  }
  for (const { node } of own) {
    if (node.kind !== "model" || optionParameters(node).some((param) => param.default === null)) continue;
    guarded(() => {
      const model = resolveModel(context, { file, node }, new Map(), undefined);
      const complete = model !== null && optionParameters(model.node).every((param) => param.default !== null || model.values.has(param.name.text));
      const instance = model === null || !complete ? null : instantiate(context, instances, model, node.name.text, null, env, node.name.span);
      if (instance !== null && instance !== "symbolic") built.add(instance);
    });
  }
  for (const run of runs) built.add(run.instance);
  return { datasets: read, instances: [...built], runs };
}

function guarded(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof Exhausted)) throw thrown;
  }
}

// A recipe that no run uses is checked for its words; what its items name is only known in a run.
function checkRecipe(context: Context, file: FileScope, node: Extract<Entry["node"], { kind: "recipe" }>): void {
  const env: Env = { context, file, scope: new Scope(), site: null };
  for (const { name, type } of node.params) {
    const kind = parameterKind(type);
    if (kind === null || kind.kind === "tensor") sayUnknownType(env, type, valueTypeNames);
    env.scope.define(name.text, { kind: "error" });
  }
  guarded(() => collectClauses(env, node.clauses, "recipe"));
}

const aboutNames: ReadonlySet<string> = new Set(["unknown-name", "unknown-layer", "unknown-objective", "no-such-declaration", "unknown-import", "unknown-field", "unknown-metric", "missing-clause", "input-without-field", "missing-return", "model-without"]);

/**
 * Where the text itself is broken, what follows from it is not said: nothing inside a declaration with a syntax error, and no unknown names in a
 * file that may have lost declarations.
 */
export function withoutConsequences(diagnostics: readonly Diagnostic[], files: ReadonlyMap<string, FileScope>): readonly Diagnostic[] {
  return diagnostics.filter((diagnostic) => {
    const file = files.get(diagnostic.origin.file);
    if (file === undefined || !file.hasSyntaxErrors) return true;
    if (file.syntax.has(diagnostic)) return true;
    if (file.mayLackNames && aboutNames.has(diagnostic.id)) return false;
    const { start } = diagnostic.origin.span;
    const within = [...file.program.declarations].reverse().find((declaration) => declaration.span.start <= start);
    return within === undefined || !file.tainted.has(within.span.start);
  });
}

/** File by file, the opened one first, from top to bottom. */
export function inOrder(diagnostics: readonly Diagnostic[], files: ReadonlyMap<string, FileScope>): readonly Diagnostic[] {
  const order = new Map([...files.keys()].map((path, index) => [path, index]));
  const rank = ({ origin }: Diagnostic): number => order.get(origin.file) ?? 0;
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || a.origin.span.start - b.origin.span.start);
}
