// What the evaluator carries along: the program, its limits, and where in a body it stands.

import type { Annotation, Block, Call, Expression, Fuse, Let, Model, OverparamAnnotation, Path, Train } from "../ast/ast.js";
import type { Origin, Span } from "../source/source.js";
import type { Entry, FileScope } from "./files.js";
import type { GraphBuilder } from "./graph-builder.js";
import type { PathScope } from "./path-scope.js";
import { limits } from "./limits.js";
import type { Seen, ValueObserver } from "./observed.js";
import type { Report } from "./report.js";
import type { Scope } from "./scope.js";
import type { Fusion, Instance, Run } from "./semantic-model.js";
import type { CollectedClauses } from "./clauses/collect.js";
import type { Reach, Value } from "./values.js";

export interface Context {
  readonly report: Report;
  readonly files: ReadonlyMap<string, FileScope>;
  readonly constants: Map<Let, Value | "evaluating">;
  /** Each `overparam` that was met with more than one copy, by its place, and whether a kernel stood in its reach. */
  readonly overparams: Map<string, { readonly origin: Origin; reached: boolean }>;
  /** Each `overparam` that was read or checked, with its file. */
  readonly annotations: Map<OverparamAnnotation, string>;
  /** Blocks and models whose bodies were elaborated. */
  readonly elaborated: Set<Block | Model>;
  /** What the building of each model left behind for the rules about training and for its runs. */
  readonly traces: Map<Instance, Trace>;
  /** The declaration and options that each instance was built from. */
  readonly models: Map<Instance, ResolvedModel>;
  /** The clauses that each run was read from. */
  readonly clauses: Map<Run, CollectedClauses>;
  /** What the check of sizes with symbols found. */
  readonly sizes: SizeFindings;
  readonly spent: { evaluations: number; depth: number };
  readonly rules: Rules;
  /** Who else wants to know what values are; null: nobody. */
  readonly observer: ValueObserver | null;
}

/** Places as `originKey` writes them. */
export interface SizeFindings {
  /** What may fail in a call with numbers. */
  readonly requirements: Set<string>;
  /** Expressions that have the same number in every call. */
  readonly closed: Set<string>;
  /** Blocks and models that are wrong whatever the numbers are. */
  readonly faulty: Set<Block | Model>;
}

/** What is known of a model's graph beside the graph itself. */
export interface Trace {
  /** Applications whose value a block or model gave back: the outermost call that did, and as which of its values. */
  readonly returned: ReadonlyMap<number, { readonly call: Origin; readonly index: number }>;
  /** Applications whose value was bound to `_`. */
  readonly discarded: ReadonlySet<number>;
  /** Assertions that wait for a run: its batch and optimizer. */
  readonly budgets: readonly ((run: Pick<Run, "instance" | "settings">) => void)[];
}

/** The mutually recursive parts of the evaluator; kept here so that their files need not import each other. */
export interface Rules {
  readonly expression: (env: Env, expression: Expression) => Value;
  readonly call: (env: Env, call: Call, piped: Piped | null, annotations: readonly Annotation[]) => Value;
  readonly block: (env: Env, request: BlockRequest) => Value;
  /** A model with numbers for all its sizes; null where something was reported. */
  readonly instance: (context: Context, model: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null, caller: Env, call: Span) => Instance | "symbolic" | null;
  /** The run that a declaration stands for; null where something was reported, "reading" where it is being read already. */
  readonly run: (entry: { readonly file: FileScope; readonly node: Train }) => Run | "reading" | null;
  /** The runs that are being read because one that is being read starts from them, from the outside in. */
  readonly runsWithin: (run: Train) => readonly string[];
  /** What `fuse from` describes; null where something was reported. */
  readonly fusion: (context: Context, start: FuseClause, fed: ReadonlyMap<string, readonly number[]> | null) => Fusion | null;
  /** The options of a model that is derived from its sources; null where something was reported. */
  readonly derive: (context: Context, fusion: Fusion, base: ResolvedModel, name: string, fed: ReadonlyMap<string, readonly number[]> | null) => ReadonlyMap<string, Value> | "symbolic" | null;
  /** What is true of a model that starts from others. */
  readonly assess: (instance: Instance) => FusionFindings;
}

/** `fuse from` as it stands in a file. */
export interface FuseClause {
  readonly file: FileScope;
  readonly fuse: Fuse;
}

/** A model with a body, and what was given for it. */
export interface ResolvedModel {
  readonly file: FileScope;
  readonly node: Model;
  readonly values: ReadonlyMap<string, Value>;
  /** The innermost annotation around the body, or undefined. */
  readonly reach: Reach | undefined;
  /** What its weights begin with; the outermost of several. `derived`: its options follow from the sources. */
  readonly start: (FuseClause & { readonly derived: boolean }) | null;
}

/** What the analysis of graphs says of a fusion. */
export interface FusionFindings {
  readonly errors: number;
  /** Are all outputs the mean of the sources'? */
  readonly isExact: boolean;
  /** Is anything of it wider than the sources? */
  readonly grows: boolean;
  /** Reports all of it. */
  readonly say: (report: Report) => void;
}

/** The value on the left of `|>`. */
export interface Piped {
  readonly value: Value;
  readonly span: Span;
}

/** A block or model to be inlined. */
export interface BlockRequest {
  readonly entry: { readonly file: FileScope; readonly node: Block | Model };
  readonly tensors: readonly { readonly value: Value; readonly span: Span }[];
  readonly values: ReadonlyMap<string, Value>;
  readonly path: string;
  readonly reach: Reach | null;
  readonly call: Span;
}

/** Where an expression is evaluated. */
export interface Env {
  readonly context: Context;
  readonly file: FileScope;
  readonly scope: Scope;
  /** The graph that is being built; null where only compile-time values have a meaning. */
  readonly site: Site | null;
  /** Figures that an assertion can name, where they are known. */
  readonly figures?: ReadonlyMap<string, number>;
}

export interface Site {
  readonly graph: GraphBuilder;
  readonly paths: PathScope;
  readonly reach: Reach | null;
  /** Calls of blocks around, innermost first. */
  readonly callers: readonly Origin[];
  readonly purpose: "model" | "loss" | "metrics";
  /** What can be named in a loss or metric, as the help for a name that is unknown. */
  readonly names?: () => string;
  /** Does this name in an item of `loss` or `metrics` stand where a loss or metric does, and not within the arguments of one? */
  readonly item?: (name: Path) => boolean;
  /** Values of the body itself, not of blocks that it calls; null: nobody asks. */
  readonly seen: Seen<Value> | null;
}

/** Thrown when a limit is reached and reported; caught where a model, a run or a dataset begins. Never leaves the phase. */
export class Exhausted extends Error {}

/** Thrown when a model's input has a size that only data can give, and there are none; caught as `Exhausted` is. */
export class Symbolic extends Error {}

export function at(env: { readonly file: FileScope }, span: Span): Origin {
  return { file: env.file.path, span };
}

/** Counts an evaluation; reports and throws where there were too many, throws where nothing more can be reported. */
export function spend(env: Env, span: Span): void {
  if (env.context.report.isFull()) throw new Exhausted();
  if (++env.context.spent.evaluations <= limits.evaluations) return;
  // Only the first says so; what comes later was not looked at.
  if (env.context.spent.evaluations === limits.evaluations + 1) env.context.report.say("model-too-large", at(env, span), { limit: `${limits.evaluations.toLocaleString("en-US")} evaluated expressions` });
  throw new Exhausted();
}

/** What a name of the file stands for; undefined where the file has none. */
export function entryOf(env: { readonly file: FileScope }, name: string): Entry | undefined {
  return env.file.entries.get(name);
}
