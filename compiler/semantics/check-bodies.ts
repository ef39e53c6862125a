// Names in all bodies, also of blocks and models that nothing instantiates: what a body says is looked up without numbers for
// its sizes. Says the same as elaboration at the same places, where both come by. Shapes are left to elaboration.

import type { Annotation, Block, Body, Call, Declaration, Expression, Model, Param, Size, Statement, Type } from "../ast/ast.js";
import { bindArguments, parametersOf } from "./bind-arguments.js";
import { isFigurePath } from "./budgets.js";
import { optionParameters, parametersOfNode, resolveCallee, sayPlanned, tensorsOf } from "./callables.js";
import { Exhausted, at, type Context, type Env } from "./context.js";
import { freeSizeName, parameterKind, parameterTypeNames, sayUnknownType, tensorTypeNames } from "./declared-types.js";
import { sayInputInBlock } from "./elaborate/input.js";
import { sayOutputInBlock } from "./elaborate/output.js";
import { evaluate } from "./evaluate.js";
import type { FileScope } from "./files.js";
import { layers } from "./layers/layers.js";
import type { OptionSpec } from "./options.js";
import { sayUnknownWord } from "./option-words.js";
import { bareName } from "./read-options.js";
import { Scope } from "./scope.js";
import { error, type Value } from "./values.js";

/** Checks the blocks and models that the file declares, or of these some. */
export function checkBodies(context: Context, file: FileScope, only: ReadonlySet<Declaration> | null = null): void {
  for (const { node, file: owner } of file.entries.values()) {
    if (owner !== file || only?.has(node) === false || file.tainted.has(node.span.start) || (node.kind !== "block" && node.kind !== "model")) continue;
    try {
      new BodyCheck(context, file, node).run();
    } catch (thrown) {
      if (!(thrown instanceof Exhausted)) throw thrown;
    }
  }
}

class BodyCheck {
  readonly #context: Context;
  readonly #file: FileScope;
  readonly #node: Block | Model;

  constructor(context: Context, file: FileScope, node: Block | Model) {
    this.#context = context;
    this.#file = file;
    this.#node = node;
  }

  run(): void {
    const node = this.#node;
    const env: Env = { context: this.#context, file: this.#file, scope: new Scope(), site: null };
    this.#parameters(env, node.params);
    if (node.kind === "model") {
      this.#annotations(env, node.annotations);
      const { definition } = node;
      if (definition.kind === "body") this.#body(env, definition.body);
      else if (definition.kind === "instance") this.#expression(env, definition.call);
      return;
    }
    for (const type of node.returns) this.#fixedType(env, type, "a block's result");
    this.#body(env, node.body);
    // One with `output` in the place of `return` has been told so.
    if (!hasStatement(node.body, "return") && !hasStatement(node.body, "output")) this.#context.report.say("missing-return", at(env, node.name.span), { block: node.name.text });
  }

  #parameters(env: Env, params: readonly Param[]): void {
    const taken = new Set<string>();
    for (const { name } of params) {
      if (taken.has(name.text) && name.text !== "") env.context.report.say("duplicate-name", at(env, name.span), { what: "parameter", name: name.text });
      taken.add(name.text);
    }
    for (const { name, type, default: fallback } of params) {
      const kind = parameterKind(type);
      if (kind === null) sayUnknownType(env, type, parameterTypeNames);
      else if (kind.kind === "tensor" && this.#node.kind === "model")
        env.context.report.say("unknown-type", at(env, type.span), { name: type.name.text, nearest: "" }, { help: "Declare a tensor with `input`; a parameter is an `int`, a `float` or another value that is known at compile time." });
      else if (kind.kind === "tensor" && fallback !== null)
        env.context.report.say("unknown-type", at(env, type.span), { name: type.name.text, nearest: "" }, { help: "Remove the default of the tensor, or write `float` for a number that is known at compile time." });
      if (kind?.kind === "tensor") for (const size of type.sizes ?? []) this.#bindSize(env, size, taken);
      env.scope.define(name.text, kind?.kind === "words" ? { kind: "word", word: kind.words[0] ?? "", words: kind.words } : error);
    }
    for (const { type, default: fallback } of params) {
      const kind = parameterKind(type);
      if (kind?.kind === "tensor") this.#fixedType(env, type, "a block's tensor");
      const bare = fallback === null ? null : bareName(fallback);
      if (fallback === null || (kind?.kind === "words" && bare !== null)) continue;
      if (kind?.kind === "layer") this.#layer(env, fallback);
      else if (kind?.kind !== "float") this.#expression(env, fallback);
    }
  }

  #bindSize(env: Env, size: Size, taken: ReadonlySet<string>): void {
    const name = freeSizeName(env, size, taken);
    if (name !== null) env.scope.define(name, error);
  }

  #type(env: Env, type: Type): void {
    if (!tensorTypeNames.includes(type.name.text) || type.alternatives.length > 0) sayUnknownType(env, type, tensorTypeNames);
    for (const size of type.sizes ?? []) this.#expression(env, size.value);
    if (type.below !== null) this.#expression(env, type.below);
  }

  // Where it follows from the inputs whether a sequence differs in length, it is not written.
  #fixedType(env: Env, type: Type, place: string): void {
    this.#type(env, type);
    if (type.name.text === "class") return;
    for (const { ragged, span, value } of type.sizes ?? []) {
      if (!ragged) continue;
      const fixes = [{ title: "Write the size without `..`", edits: [{ span: { start: span.start, end: value.span.start }, text: "" }] }];
      this.#context.report.say("ragged-place", at(env, span), { place }, { fixes });
    }
  }

  #body(env: Env, body: Body): void {
    for (const statement of body.statements) this.#statement(env, statement);
  }

  #inner(env: Env, body: Body, counter: string | null = null): void {
    const scope = new Scope(env.scope);
    if (counter !== null) scope.define(counter, error);
    this.#body({ ...env, scope }, body);
  }

  #statement(env: Env, statement: Statement): void {
    switch (statement.kind) {
      case "input":
        if (this.#node.kind === "block") sayInputInBlock(env, statement);
        for (const { name, type } of statement.fields) {
          for (const size of type.sizes ?? []) if (type.name.text !== "class") this.#bindSize(env, size, new Set());
          this.#type(env, type);
          env.scope.define(name.text, error);
        }
        return;
      case "output":
        if (this.#node.kind === "block") sayOutputInBlock(env, statement);
        this.#expression(env, statement.value);
        if (statement.type !== null) this.#fixedType(env, statement.type, "an output");
        env.scope.assign(statement.name.text, error);
        return;
      case "layer":
        this.#layer(env, statement.value);
        env.scope.assign(statement.name.text, error);
        return;
      case "repeat":
        this.#expression(env, statement.count);
        return this.#inner(env, statement.body, statement.counter?.text ?? null);
      case "if":
        for (let next = statement; ; ) {
          this.#expression(env, next.condition);
          this.#inner(env, next.then);
          if (next.else === null) return;
          if (next.else.kind === "body") return this.#inner(env, next.else);
          next = next.else;
        }
      case "return":
        for (const value of statement.values) this.#expression(env, value);
        return;
      case "assert":
        return this.#expression(env, statement.condition);
      case "bind":
        this.#expression(env, statement.value);
        for (const { text } of statement.names) if (text !== "_" && text !== "") env.scope.assign(text, error);
        return;
    }
  }

  // Without recursion along chains; brackets within brackets are limited by the parser.
  #expression(env: Env, root: Expression): void {
    const waiting: { readonly expression: Expression; readonly isPiped: boolean }[] = [{ expression: root, isPiped: false }];
    const visit = (expression: Expression, isPiped = false): void => void waiting.push({ expression, isPiped });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { expression, isPiped } = next;
      switch (expression.kind) {
        case "path":
          if (isPiped) this.#call(env, { kind: "call", span: expression.span, callee: expression, arguments: null }, true, visit);
          else if (!isFigurePath(expression)) evaluate(env, expression);
          break;
        case "call":
          this.#call(env, expression, isPiped, visit);
          break;
        case "annotated":
          this.#annotations(env, expression.annotations);
          visit(expression.value, isPiped);
          break;
        case "pipe":
          visit(expression.right, true);
          visit(expression.left);
          break;
        case "binary": {
          const sides = expression.operator === "==" || expression.operator === "!=" ? withoutWords(env, expression.left, expression.right) : [expression.right, expression.left];
          for (const side of sides) visit(side);
          break;
        }
        case "list":
          for (const item of [...expression.items].reverse()) visit(item);
          break;
        case "group":
          visit(expression.value);
          break;
        case "unary":
          visit(expression.operand);
          break;
        case "conditional":
          visit(expression.else);
          visit(expression.then);
          visit(expression.condition);
          break;
        default:
          break;
      }
    }
  }

  #annotations(env: Env, annotations: readonly Annotation[]): void {
    for (const annotation of annotations) {
      if (annotation.kind !== "overparam") continue;
      this.#context.annotations.set(annotation, this.#file.path);
      for (const { name, value } of annotation.arguments) if (name === null || name.text === "copies") this.#expression(env, value);
    }
  }

  // A layer where one is meant: a name, or a call without its tensors.
  #layer(env: Env, expression: Expression): void {
    if (expression.kind === "annotated") {
      this.#annotations(env, expression.annotations);
      this.#layer(env, expression.value);
    } else if (expression.kind === "group") this.#layer(env, expression.value);
    else if (expression.kind === "path") resolveCallee(env, expression, this.#planned());
    else if (expression.kind === "call") this.#call(env, expression, "named", (value) => this.#expression(env, value));
  }

  // A body that was elaborated has said what it needs of later versions; the branches it did not take need nothing.
  #planned(): typeof sayPlanned {
    return this.#context.elaborated.has(this.#node) ? () => {} : sayPlanned;
  }

  #call(env: Env, call: Call, piped: boolean | "named", visit: (expression: Expression, isPiped?: boolean) => void): void {
    const callee = resolveCallee(env, call.callee, this.#planned());
    const args = call.arguments;
    if (args === null || args.length === 0) return;
    const callable = callee.kind === "layer" ? callee.layer.callable : null;
    if (callable === null) {
      for (const { name, value } of args) if (callee.kind === "function" || (name === null && value.kind !== "path")) visit(value);
      return;
    }
    const tensors = callable.kind === "built-in" ? layers[callable.name].tensors : tensorsOf(callable);
    const byName = callable.kind === "built-in" ? (layers[callable.name].optionalTensors ?? []).map((tensor) => tensor.name) : tensors;
    const isVariadic = tensors.length === 1 && tensors[0]?.endsWith("...") === true;
    const slots = piped === "named" ? 0 : isVariadic ? Number.POSITIVE_INFINITY : Math.max(0, tensors.length - (piped ? 1 : 0));
    const specs = callable.kind === "built-in" ? layers[callable.name].options : [];
    const params = callable.kind === "built-in" ? [] : optionParameters(callable.node);
    const parameters = callable.kind === "built-in" ? parametersOf(specs) : parametersOfNode(callable.node);
    const of = callable.kind === "built-in" ? callable.name : callable.node.name.text;
    const named = args.filter(({ name }) => name !== null && !byName.includes(name.text));
    if (named.length > 0) bindArguments(env, of, parameters, named);
    const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
    let position = 0;
    for (const { name, value } of args) {
      const option = name !== null ? name.text : position < slots ? null : required[position - slots];
      if (name === null) position++;
      const spec = specs.find((candidate) => candidate.name === option);
      const param = params.find((candidate) => candidate.name.text === option);
      if (spec !== undefined) this.#option(env, of, spec, value, visit);
      // What is given to an option that does not exist is not looked at.
      else if (param === undefined) {
        if (name === null || byName.includes(name.text)) visit(value);
      }
      else this.#argument(env, of, param, value, visit);
    }
  }

  #argument(env: Env, of: string, param: Param, value: Expression, visit: (expression: Expression) => void): void {
    if (value.kind === "conditional" || value.kind === "group") {
      if (value.kind === "conditional") visit(value.condition);
      for (const branch of value.kind === "group" ? [value.value] : [value.then, value.else]) this.#argument(env, of, param, branch, visit);
      return;
    }
    const kind = parameterKind(param.type);
    const bare = bareName(value);
    if (kind?.kind === "words" && bare !== null && (kind.words.includes(bare) || sayUnknownWord(env, param.name.text, of, kind.words, bare, value.span))) return;
    if (kind?.kind === "layer") this.#layer(env, value);
    else if (kind?.kind !== "float" || value.kind !== "call") visit(value);
  }

  // Words and functions of an option are no names of the program.
  #option(env: Env, of: string, spec: OptionSpec, value: Expression, visit: (expression: Expression) => void): void {
    if (value.kind === "conditional" || value.kind === "group") {
      if (value.kind === "conditional") visit(value.condition);
      for (const branch of value.kind === "group" ? [value.value] : [value.then, value.else]) this.#option(env, of, spec, branch, visit);
      return;
    }
    const { type, name } = spec;
    const bare = bareName(value);
    const mayName = type.kind === "word" || type.kind === "call" || type.kind === "either";
    if (!mayName) visit(value);
    else if (value.kind === "call") for (const argument of value.arguments ?? []) visit(argument.value);
    else if (bare === null) visit(value);
    else if (type.kind === "word" && !type.words.includes(bare)) sayUnknownWord(env, name, of, type.words, bare, value.span);
  }
}

function withoutWords(env: Env, left: Expression, right: Expression): readonly Expression[] {
  const wordsOf = (side: Expression): readonly string[] => {
    const value: Value | undefined = env.scope.lookup(bareName(side) ?? "");
    return value?.kind === "word" ? value.words : [];
  };
  const isWord = (side: Expression, words: readonly string[]): boolean => words.includes(bareName(side) ?? "");
  return [...(isWord(right, wordsOf(left)) ? [] : [right]), ...(isWord(left, wordsOf(right)) ? [] : [left])];
}

function hasStatement(body: Body, kind: "return" | "output"): boolean {
  const bodies = [body];
  for (let next = bodies.pop(); next !== undefined; next = bodies.pop()) {
    for (const statement of next.statements) {
      if (statement.kind === kind) return true;
      if (statement.kind === "repeat") bodies.push(statement.body);
      for (let branch = statement.kind === "if" ? statement : null; branch !== null; ) {
        bodies.push(branch.then);
        if (branch.else?.kind === "body") bodies.push(branch.else);
        branch = branch.else?.kind === "if" ? branch.else : null;
      }
    }
  }
  return false;
}
