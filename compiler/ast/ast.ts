// The syntax tree of a `.sop` file: readonly unions with a `kind`, one interface per construct of the grammar.
// Relies on nothing but spans. Nodes that recovery could not complete are `missing` nodes, which later phases pass over in silence.

import type { Span } from "../source/source.js";

export interface Program {
  readonly kind: "program";
  readonly span: Span;
  /** The `///` comment before the first import, if there is one. */
  readonly doc: string | null;
  readonly declarations: readonly Declaration[];
  /** All comments in order of position; only the formatter reads them. */
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly kind: "comment" | "doc-comment";
  readonly span: Span;
  /** Text after the slashes, without the leading space. */
  readonly text: string;
}

/** A name as written. `text` is "" where recovery invented it. */
export interface Name {
  readonly kind: "name";
  readonly span: Span;
  readonly text: string;
}

export type Declaration = Import | Let | Data | Block | Model | Recipe | Train;

export interface Import {
  readonly kind: "import";
  readonly span: Span;
  readonly names: readonly ImportedName[];
  /** What follows `from`: `./file.sop`, `std/name` or `pkg:name/file`. */
  readonly from: StringLiteral;
}

export interface ImportedName {
  readonly kind: "imported-name";
  readonly span: Span;
  readonly name: Name;
  /** The name after `as`, or null. */
  readonly alias: Name | null;
}

export interface Let {
  readonly kind: "let";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly type: Type | null;
  readonly value: Expression;
}

/** `data digits = idx(...) { clauses }`: the source is a call (or a bare name: derived data). */
export interface Data {
  readonly kind: "data";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly source: Call;
  readonly clauses: readonly Clause[];
}

export interface Block {
  readonly kind: "block";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly returns: readonly Type[];
  readonly body: Body;
}

export interface Model {
  readonly kind: "model";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly annotations: readonly Annotation[];
  readonly definition: ModelDefinition;
}

/** A body, `= call [fuse]`, or `fuse` alone (a derived target). */
export type ModelDefinition =
  | { readonly kind: "body"; readonly body: Body }
  | { readonly kind: "instance"; readonly call: Expression; readonly fuse: Fuse | null }
  | { readonly kind: "derived"; readonly fuse: Fuse };

export interface Fuse {
  readonly kind: "fuse";
  readonly span: Span;
  readonly sources: readonly FuseSource[];
  readonly options: readonly FuseOption[];
}

export interface FuseSource {
  readonly kind: "fuse-source";
  readonly span: Span;
  readonly source: Call;
  /** The model after `as` (for checkpoints), or null. */
  readonly as: Call | null;
  /** The step after `at step`, or null. */
  readonly step: Expression | null;
}

export interface FuseOption {
  readonly kind: "fuse-option";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expression;
}

export interface Recipe {
  readonly kind: "recipe";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly params: readonly Param[];
  readonly clauses: readonly Clause[];
}

export interface Train {
  readonly kind: "train";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  /** The model, as a call with or without arguments and annotations. */
  readonly model: Expression;
  readonly data: Path;
  readonly clauses: readonly Clause[];
}

export interface Param {
  readonly kind: "param";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly type: Type;
  readonly default: Expression | null;
}

/** `f32[28, 28, 1]`, `class["no", "yes"]`, `int`, `none | layer | rms`, `i32[t] below vocab`. */
export interface Type {
  readonly kind: "type";
  readonly span: Span;
  readonly name: Name;
  /** null: no brackets; `f32[]` is an empty list. */
  readonly sizes: readonly Size[] | null;
  /** Words after `|`. */
  readonly alternatives: readonly Name[];
  readonly below: Expression | null;
}

/** A dimension; `ragged` is `..50`. */
export interface Size {
  readonly kind: "size";
  readonly span: Span;
  readonly ragged: boolean;
  readonly value: Expression;
}

export interface Field {
  readonly kind: "field";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly type: Type;
  /** What follows `from`: a column name, `next`, `columns(...)`. */
  readonly from: Expression | null;
}

// --- Bodies ---

export interface Body {
  readonly kind: "body";
  readonly span: Span;
  readonly statements: readonly Statement[];
}

export type Statement = InputStatement | OutputStatement | LayerStatement | RepeatStatement | IfStatement | ReturnStatement | AssertStatement | BindStatement;

export interface InputStatement {
  readonly kind: "input";
  readonly span: Span;
  readonly fields: readonly Field[];
}

export interface OutputStatement {
  readonly kind: "output";
  readonly span: Span;
  readonly doc: string | null;
  readonly name: Name;
  readonly type: Type | null;
  readonly value: Expression;
}

export interface LayerStatement {
  readonly kind: "layer";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expression;
}

export interface RepeatStatement {
  readonly kind: "repeat";
  readonly span: Span;
  readonly count: Expression;
  readonly counter: Name | null;
  readonly body: Body;
}

export interface IfStatement {
  readonly kind: "if";
  readonly span: Span;
  readonly condition: Expression;
  readonly then: Body;
  readonly else: Body | IfStatement | null;
}

export interface ReturnStatement {
  readonly kind: "return";
  readonly span: Span;
  readonly values: readonly Expression[];
}

export interface AssertStatement {
  readonly kind: "assert";
  readonly span: Span;
  readonly condition: Expression;
  readonly message: StringLiteral | null;
}

/** `a = e` or `a, _ = e`. */
export interface BindStatement {
  readonly kind: "bind";
  readonly span: Span;
  readonly names: readonly Name[];
  readonly value: Expression;
}

// --- Clauses (data, train, recipe) ---

export type Clause = FieldsClause | AssertStatement | WordClause;

export interface FieldsClause {
  readonly kind: "fields";
  readonly span: Span;
  readonly fields: readonly Field[];
}

/** A word and its items: `split train 80%, valid 10%`; what a word accepts is decided by the clause table in semantics. */
export interface WordClause {
  readonly kind: "clause";
  readonly span: Span;
  readonly word: Name;
  readonly items: readonly ClauseItem[];
}

/** `[name:] part part ...`: parts are linking words (`by`, `every`, ...) and expressions, as written. */
export interface ClauseItem {
  readonly kind: "item";
  readonly span: Span;
  readonly name: Name | null;
  readonly parts: readonly (LinkingWord | Expression)[];
}

export interface LinkingWord {
  readonly kind: "linking-word";
  readonly span: Span;
  readonly word: "by" | "every" | "keep" | "over" | "stalls" | "to" | "when";
}

// --- Expressions ---

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | ListLiteral
  | Group
  | Path
  | Call
  | Pipe
  | Binary
  | Unary
  | Conditional
  | Annotated
  | Missing;

/** `64_000`, `1e-3`, `10%`, `1M`, `2GB`, `3 epochs`. The value is exact: see semantics/numbers.ts. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly span: Span;
  /** The digits as written, underscores included, without suffix and unit. */
  readonly text: string;
  /** A suffix that touches the number: `%`, `K`, `M`, `G`, `KB`, `MB`, `GB`; or null. */
  readonly suffix: string | null;
  /** The unit, which is the next word: `steps`, `epochs`; or null. */
  readonly unit: Name | null;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly span: Span;
  /** With escapes resolved. */
  readonly value: string;
}

export interface BooleanLiteral {
  readonly kind: "boolean";
  readonly span: Span;
  readonly value: boolean;
}

export interface ListLiteral {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Expression[];
}

/** An expression in parentheses; kept so that the formatter prints what was meant. */
export interface Group {
  readonly kind: "group";
  readonly span: Span;
  readonly value: Expression;
}

/** `x`, `row.kind`, `tok.unembed` without arguments. */
export interface Path {
  readonly kind: "path";
  readonly span: Span;
  readonly names: readonly Name[];
}

/** `dense(10)`; `arguments` is null for a call without parentheses (`x |> relu`, or a data source that is a bare name). */
export interface Call {
  readonly kind: "call";
  readonly span: Span;
  readonly callee: Path;
  readonly arguments: readonly Argument[] | null;
}

export interface Argument {
  readonly kind: "argument";
  readonly span: Span;
  readonly name: Name | null;
  readonly value: Expression;
}

/** `left |> call`. The right side is a call, or a call with annotations. */
export interface Pipe {
  readonly kind: "pipe";
  readonly span: Span;
  readonly left: Expression;
  readonly right: Call | Annotated | Missing;
}

export type BinaryOperator = "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "**";

export interface Binary {
  readonly kind: "binary";
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Unary {
  readonly kind: "unary";
  readonly span: Span;
  readonly operator: "-" | "not";
  readonly operand: Expression;
}

/** `if c then a else b`. */
export interface Conditional {
  readonly kind: "conditional";
  readonly span: Span;
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
}

/** A call (or what stands in its place) with the annotations on its right, in order. */
export interface Annotated {
  readonly kind: "annotated";
  readonly span: Span;
  readonly value: Expression;
  readonly annotations: readonly Annotation[];
}

export type Annotation = FrozenAnnotation | OverparamAnnotation;

export interface FrozenAnnotation {
  readonly kind: "frozen";
  readonly span: Span;
}

/** `overparam 4` has one unnamed argument; `overparam(4, mix: uniform)` as many as written. */
export interface OverparamAnnotation {
  readonly kind: "overparam";
  readonly span: Span;
  readonly arguments: readonly Argument[];
  /** How it was written; both mean the same. */
  readonly form: "short" | "long";
}

/** Where recovery found nothing. Has no meaning and causes no further message. */
export interface Missing {
  readonly kind: "missing";
  readonly span: Span;
}
