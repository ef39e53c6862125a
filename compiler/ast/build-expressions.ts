// Concrete expressions, types and calls to those of the syntax tree. Precedence of operators is applied here: the grammar has them flat.

import type * as cst from "../../grammar/cst.generated.js";
import type { IToken } from "../../grammar/parse.js";
import { cover, type Span } from "../source/source.js";
import type {
  Annotated, Annotation, Argument, BinaryOperator, BooleanLiteral, Call, Expression, ListLiteral, Missing, NumberLiteral, Param, Path, Size, StringLiteral, Type,
} from "./ast.js";
import { first, missing, nameOf, report, spanOf, tokenSpan, type Building } from "./building.js";

const strength: { readonly [operator in BinaryOperator]: number } = {
  or: 1, and: 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
};
const comparison = strength["=="];

function isOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(strength, text);
}

/** Any expression; `at` is where it is missed if it is not there. */
export function buildExpression(building: Building, node: cst.ExpressionCstNode | undefined, at: number): Expression {
  const conditional = first(node?.children.conditional);
  if (conditional !== undefined) return buildConditional(building, conditional, at);
  let value = buildOperation(building, node, at);
  for (const step of node?.children.pipeStep ?? []) value = buildPipeStep(building, value, step);
  return value;
}

function buildConditional(building: Building, { children, location }: cst.ConditionalCstNode, at: number): Expression {
  const span = spanOf({ name: "", children: {}, ...(location === undefined ? {} : { location }) }, at);
  const condition = buildExpression(building, first(children.condition), tokenSpan(first(children.IfWord))?.end ?? span.end);
  const then = buildExpression(building, first(children.then), condition.span.end);
  return { kind: "conditional", span, condition, then, else: buildExpression(building, first(children.else), then.span.end) };
}

function buildPipeStep(building: Building, left: Expression, step: cst.PipeStepCstNode): Expression {
  const right = buildCall(building, first(step.children.call), tokenSpan(first(step.children.Pipe))?.end ?? left.span.end);
  const pipe: Expression = { kind: "pipe", span: cover(left.span, right.span), left, right };
  const stray = first(step.children.strayOperation);
  const operator = first(stray?.children.Operator);
  const span = tokenSpan(operator);
  if (stray === undefined || operator === undefined || span === null) return pipe;
  const edits = [
    { span: { start: left.span.start, end: left.span.start }, text: "(" },
    { span: { start: right.span.end, end: right.span.end }, text: ")" },
  ];
  report(building, "operator-after-pipe", span, { operator: operator.image }, { fixes: [{ title: "Put parentheses around the pipeline.", edits }] });
  return new Climber(building, stray.children.Operator, [pipe, ...stray.children.operand], pipe.span.end).operation();
}

/** Operators and operands in a row. */
export function buildOperation(building: Building, node: cst.OperationCstNode | cst.ExpressionCstNode | undefined, at: number): Expression {
  if (node === undefined) return missing(at);
  const { operand, Operator } = node.children;
  const [only] = operand ?? [];
  // Most expressions are one value without a sign.
  if (Operator === undefined && only !== undefined && only.children.Minus === undefined && only.children.NotWord === undefined) return buildPostfix(building, only, at);
  return new Climber(building, Operator ?? [], operand ?? [], at).operation();
}

/** Precedence climbing over a flat list: operator i stands between operand i and operand i + 1. */
class Climber {
  private index = 0;

  constructor(
    private readonly building: Building,
    private readonly operators: readonly IToken[],
    private readonly operands: readonly (cst.OperandCstNode | Expression)[],
    private readonly at: number,
  ) {}

  operation(least = 0): Expression {
    let left = this.unary();
    let previous: BinaryOperator | null = null;
    for (let operator = this.operator(); operator !== null && strength[operator] > least; operator = this.operator()) {
      if (previous !== null && strength[operator] === comparison && strength[previous] === comparison) this.reportChain(left);
      this.index++;
      const right = this.operation(strength[operator]);
      left = { kind: "binary", span: cover(left.span, right.span), operator, left, right };
      previous = operator;
    }
    return left;
  }

  private operator(): BinaryOperator | null {
    const text = this.operators[this.index]?.image;
    return text !== undefined && isOperator(text) ? text : null;
  }

  // A sign is looser than `**` on its right and tighter than everything else: `-a ** b` is `-(a ** b)`, `a ** -b` is fine.
  private unary(): Expression {
    const operand = this.operands[this.index];
    if (operand === undefined) return missing(tokenSpan(this.operators[this.index - 1])?.end ?? this.at);
    if ("kind" in operand) return this.power(operand);
    const sign = first(operand.children.Minus) ?? first(operand.children.NotWord);
    const start = tokenSpan(sign);
    const value = this.power(buildPostfix(this.building, operand, start?.end ?? this.at));
    if (sign === undefined || start === null) return value;
    return { kind: "unary", span: cover(start, value.span), operator: sign.image === "-" ? "-" : "not", operand: value };
  }

  private power(left: Expression): Expression {
    if (this.operator() !== "**") return left;
    this.index++;
    const right = this.unary();
    return { kind: "binary", span: cover(left.span, right.span), operator: "**", left, right };
  }

  private reportChain(left: Expression): void {
    const operator = this.operators[this.index];
    const span = tokenSpan(operator);
    if (operator === undefined || span === null || left.kind !== "binary") return;
    const middle = this.building.text.slice(left.right.span.start, left.right.span.end);
    const edits = [{ span: { start: left.span.end, end: left.span.end }, text: ` and ${middle}` }];
    report(this.building, "comparison-chain", span, { operator: operator.image }, { fixes: [{ title: "Join two comparisons with `and`.", edits }] });
  }
}

function buildPostfix(building: Building, node: cst.OperandCstNode, at: number): Expression {
  return annotate(building, buildPrimary(building, node, at), node.children.annotation);
}

function annotate<T extends Expression>(building: Building, value: T, nodes: readonly cst.AnnotationCstNode[] | undefined): T | Annotated {
  if (nodes === undefined) return value;
  const annotations = nodes.map((node) => buildAnnotation(building, node, value.span.end));
  const last = annotations[annotations.length - 1];
  return last === undefined ? value : { kind: "annotated", span: cover(value.span, last.span), value, annotations };
}

/** `frozen`, `overparam 4`, `overparam(4, mix: uniform)`. */
export function buildAnnotation(building: Building, node: cst.AnnotationCstNode, at: number): Annotation {
  const span = spanOf(node, at);
  const { children } = node;
  if (first(children.FrozenWord) !== undefined) return { kind: "frozen", span };
  const args = first(children.args);
  if (args !== undefined) return { kind: "overparam", span, arguments: buildArguments(building, args, span.end), form: "long" };
  const number = first(children.Number);
  const name = nameOf(first(children.Name), span.end);
  const path: Path = { kind: "path", span: name.span, names: [name] };
  const value: Expression = number !== undefined ? buildNumber(number, undefined, span.end) : name.text === "" ? missing(span.end) : path;
  return { kind: "overparam", span, arguments: [{ kind: "argument", span: value.span, name: null, value }], form: "short" };
}

/** What stands right of `|>`, after `:` of a train and after `=` of a model. */
export function buildCall(building: Building, node: cst.CallCstNode | undefined, at: number): Call | Annotated | Missing {
  const plain = first(node?.children.plainCall);
  if (plain === undefined) return missing(at);
  return annotate(building, buildPlainCall(building, plain, at), node?.children.annotation);
}

/** A call without annotations; without a name where there is none. */
export function buildPlainCall(building: Building, node: cst.PlainCallCstNode | undefined, at: number): Call {
  return callOf(building, node?.children ?? {}, spanOf(node, at), at);
}

function callOf(building: Building, children: PathAndArguments, span: Span, at: number): Call {
  const callee = pathOf(children, at);
  const args = first(children.args);
  return { kind: "call", span, callee, arguments: args === undefined ? null : buildArguments(building, args, callee.span.end) };
}

type PathAndArguments = Partial<cst.PlainCallCstChildren>;

/** `row.kind`. */
export function buildPath(node: cst.PathCstNode | undefined, at: number): Path {
  return pathOf(node?.children ?? {}, at);
}

function pathOf({ Name, Dot }: PathAndArguments, at: number): Path {
  const names = (Name ?? [undefined]).map((token) => nameOf(token, at));
  const start = names[0]?.span ?? { start: at, end: at };
  if (Dot === undefined && names.length === 1) return { kind: "path", span: start, names };
  const dot = tokenSpan(Dot?.[Dot.length - 1]);
  const end = Math.max(names[names.length - 1]?.span.end ?? at, dot?.end ?? 0);
  return { kind: "path", span: { start: start.start, end }, names };
}

function buildArguments(building: Building, node: cst.ArgsCstNode, at: number): Argument[] {
  reportAssigned(building, node.children.arg ?? []);
  return (node.children.arg ?? []).map((arg) => {
    const span = spanOf(arg, at);
    const token = first(arg.children.Name);
    const value = buildExpression(building, first(arg.children.expression), span.end);
    return { kind: "argument", span, name: token === undefined ? null : nameOf(token, span.start), value };
  });
}

// `lr = 3e-3`, as in Python: one message for all options of a call.
function reportAssigned(building: Building, args: readonly cst.ArgCstNode[]): void {
  if (!args.some(({ children }) => children.strayAssign !== undefined)) return;
  const signs = args.flatMap(({ children }) => {
    const [name, sign] = [tokenSpan(first(children.Name)), tokenSpan(first(children.strayAssign))];
    return name === null || sign === null ? [] : [{ name, sign, value: first(children.expression)?.location?.startOffset ?? sign.end }];
  });
  const [at] = signs;
  if (at === undefined) return;
  const edits = signs.map(({ name, sign, value }) => ({ span: { start: name.end, end: Number.isNaN(value) ? sign.end : Math.max(sign.end, value) }, text: ": " }));
  report(building, "expected-syntax", at.sign, { expected: "`:`", found: "`=`" }, { help: "Options are written `name: value`.", fixes: [{ title: "Write `:`.", edits }] });
}

/** A literal, a list, a group, a path or a call. */
export function buildPrimary(building: Building, node: cst.PrimaryCstNode | cst.OperandCstNode | undefined, at: number): Expression {
  if (node === undefined) return missing(at);
  const { children } = node;
  if (children.Name !== undefined) {
    const args = first(children.args);
    const path = pathOf(children, at);
    return args === undefined ? path : callOf(building, children, cover(path.span, spanOf(args, path.span.end)), at);
  }
  const number = first(children.Number);
  if (number !== undefined) return buildNumber(number, first(children.Unit), at);
  const string = first(children.String);
  if (string !== undefined) return buildString(building, string, at);
  const list = first(children.list);
  if (list !== undefined) {
    const span = spanOf(list, at);
    const items = (list.children.expression ?? []).map((item) => buildExpression(building, item, span.end));
    return { kind: "list", span, items } satisfies ListLiteral;
  }
  const group = first(children.group);
  if (group !== undefined) {
    const span = spanOf(group, at);
    return { kind: "group", span, value: buildExpression(building, first(group.children.expression), span.start + 1) };
  }
  const word = first(children.TrueWord) ?? first(children.FalseWord);
  const span = tokenSpan(word);
  return word === undefined || span === null ? missing(at) : ({ kind: "boolean", span, value: word.image === "true" } satisfies BooleanLiteral);
}

// The lexer has reported everything else that looks like a number.
const numberParts = /^([\d_]+(?:\.[\d_]+)?(?:[eE][+-]?\d{1,3})?)(%|[KMG]B?)?$/;

function buildNumber(token: IToken, unit: IToken | undefined, at: number): NumberLiteral | Missing {
  const [, text, suffix] = numberParts.exec(token.image) ?? [];
  const span = tokenSpan(token);
  if (text === undefined || span === null) return missing(span?.end ?? at);
  const unitName = unit === undefined ? null : nameOf(unit, span.end);
  return { kind: "number", span: unitName === null ? span : cover(span, unitName.span), text, suffix: suffix ?? null, unit: unitName };
}

/** A string with its escapes resolved. */
export function buildString(building: Building, token: IToken | undefined, at: number): StringLiteral {
  const span = tokenSpan(token);
  if (token === undefined || span === null) return { kind: "string", span: { start: at, end: at }, value: "" };
  const quote = token.image.charAt(0);
  const isClosed = token.image.length > 1 && token.image.endsWith(quote);
  const inner = token.image.slice(1, isClosed ? -1 : undefined);
  const value = inner.replace(/\\(.?)/gs, (escape: string, character: string, offset: number) => {
    const meant = escapes[character];
    if (meant !== undefined) return meant;
    const start = span.start + 1 + offset;
    if (isClosed) report(building, "unknown-escape", { start, end: start + escape.length }, { text: escape });
    return character;
  });
  return { kind: "string", span, value };
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t" };

/** A type; its name has no text where there is none. */
export function buildType(building: Building, node: cst.TypeCstNode | undefined, at: number): Type {
  const span = spanOf(node, at);
  const children = node?.children;
  const name = nameOf(first(children?.Name), at);
  const hasSizes = first(children?.OpenBracket) !== undefined;
  const below = first(children?.operation);
  return {
    kind: "type",
    span,
    name,
    sizes: hasSizes ? (children?.size ?? []).map((size) => buildSize(building, size, span)) : null,
    alternatives: (children?.alternative ?? []).map((token) => nameOf(token, span.end)),
    below: first(children?.BelowWord) === undefined ? null : buildOperation(building, below, span.end),
  };
}

function buildSize(building: Building, node: cst.SizeCstNode, type: Span): Size {
  const span = spanOf(node, type.end);
  return { kind: "size", span, ragged: first(node.children.Range) !== undefined, value: buildExpression(building, first(node.children.expression), span.end) };
}

/** The parameters of a declaration, in order. */
export function buildParams(building: Building, node: cst.ParamsCstNode | undefined): Param[] {
  return (node?.children.param ?? []).map((param) => {
    const span = spanOf(param, spanOf(node, 0).end);
    const { children } = param;
    const name = nameOf(first(children.Name), span.start);
    const type = buildType(building, first(children.type), span.end);
    const hasDefault = first(children.Assign) !== undefined;
    return {
      kind: "param",
      span,
      doc: building.docs.get(span.start) ?? null,
      name,
      type,
      default: hasDefault ? buildExpression(building, first(children.expression), span.end) : null,
    };
  });
}
