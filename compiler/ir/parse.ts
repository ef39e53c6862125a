// Reads the text that print.ts writes. Any text is safe to read: the answer is a module or the first problem with its position.
// The module is well-formed but not checked for meaning: that is verify.ts.

import { nowhere } from "./builder.js";
import type { Attribute, Dtype, Graph, KernelSet, Module, Op, Role, ValueType, Weight } from "./module.js";
import { ops, type OpKind } from "./ops.js";
import { readInitializer } from "./parse-initializer.js";
import { tokenize, type TextProblem, type Token } from "./tokens.js";

export type ParseResult = { readonly kind: "ok"; readonly module: Module } | ({ readonly kind: "error" } & TextProblem);

/** Texts above this many characters are refused: a module of a hundred thousand ops has a tenth of it. */
const longestText = 128 * 1024 * 1024;

/** Reads a module. `parse(print(m))` is `m` without origins and hints. */
export function parse(text: string): ParseResult {
  if (text.length > longestText) return { kind: "error", line: 1, column: 1, message: `the text has more than ${longestText} characters` };
  const tokenized = tokenize(text);
  if (tokenized.kind === "problem") return problemAt(text, tokenized);
  try {
    return { kind: "ok", module: new Reader(tokenized.tokens).module() };
  } catch (error) {
    if (error instanceof Unexpected) return problemAt(text, { offset: error.token.offset, message: error.message });
    throw error;
  }
}

function problemAt(text: string, problem: { readonly offset: number; readonly message: string }): ParseResult {
  const before = text.slice(0, problem.offset);
  const line = before.split("\n").length;
  return { kind: "error", line, column: problem.offset - before.lastIndexOf("\n"), message: problem.message };
}

/** Ends the reading at its first problem; never leaves this file. */
class Unexpected extends Error {
  constructor(
    readonly token: Token,
    expected: string,
  ) {
    super(`expected ${expected}, found ${token.kind === "end" ? "the end" : JSON.stringify(token.text)}`);
  }
}

class Reader {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  module(): Module {
    this.expect("module");
    const name = this.peek().kind === "string" ? this.string() : this.word();
    this.expect("{");
    const weights: Weight[] = [];
    while (this.peek().text === "weight" && this.peek().kind === "word") weights.push(this.weight());
    const graphs: Graph[] = [];
    while (this.peek().text === "graph" && this.peek().kind === "word") graphs.push(this.graph());
    this.expect("}");
    if (this.peek().kind !== "end") throw new Unexpected(this.peek(), "the end");
    return { name, weights, graphs };
  }

  private weight(): Weight {
    this.expect("weight");
    const path = this.string();
    const role = this.oneOf<Role>(["kernel", "embedding", "bias", "scale", "statistic"]);
    this.expect("f32");
    const shape = this.list("[", "]", () => this.size());
    const axes = this.list("(", ")", () => this.oneOf(["feature", "fixed"] as const));
    this.expect("=");
    const init = readInitializer(this);
    const trainable = this.oneOf(["trained", "untrained"] as const) === "trained";
    const l2 = this.peek().kind === "word" && this.peek().text === "l2" ? this.decay() : {};
    const set = this.peek().kind === "word" && this.peek().text === "set" ? this.set() : null;
    return { path, role, shape, axes, init, trainable, ...l2, set, origin: nowhere };
  }

  private decay(): { readonly l2: number } {
    this.expect("l2");
    return { l2: this.inParentheses() };
  }

  private set(): KernelSet {
    this.expect("set");
    this.expect("(");
    const copies = this.size();
    this.option("mix");
    const mixing = this.oneOf(["dirichlet", "uniform", "mean"] as const);
    const mix = mixing === "dirichlet" ? { rule: mixing, alpha: this.inParentheses() } : { rule: mixing };
    this.option("per");
    const per = this.oneOf(["kernel", "output", "model"] as const);
    this.option("init");
    const starting = this.oneOf(["centred", "scaled", "independent"] as const);
    const init = starting === "centred" ? { rule: starting, spread: this.inParentheses() } : { rule: starting };
    this.option("rate");
    const rate = this.oneOf(["mixture", "mean", "unscaled"] as const);
    this.option("moments");
    const moments = this.oneOf(["shared", "copies"] as const);
    this.option("anneal");
    const anneal = this.number();
    this.expect(")");
    return { copies, mix, per, init, rate, moments, anneal };
  }

  private graph(): Graph {
    this.expect("graph");
    const name = this.oneOf(["forward", "loss", "metrics"] as const);
    const inputs: { name: string; type: ValueType }[] = [];
    this.list("(", ")", () => {
      this.numbered(inputs.length);
      this.expect(":");
      const type = this.type();
      inputs.push({ type, name: this.string() });
    });
    this.expect("{");
    const body: Op[] = [];
    while (this.peek().kind === "value") {
      this.numbered(inputs.length + body.length);
      this.expect("=");
      body.push(this.op());
    }
    const outputs: { name: string; value: number }[] = [];
    while (this.peek().kind === "word" && this.peek().text === "output") {
      this.expect("output");
      const output = this.string();
      this.expect("=");
      outputs.push({ name: output, value: this.value() });
    }
    this.expect("}");
    return { name, inputs, ops: body, outputs };
  }

  private op(): Op {
    const token = this.peek();
    const kind = this.word();
    if (!isOpKind(kind)) throw new Unexpected(token, "the name of an op");
    const operands = this.list("(", ")", () => this.value());
    const attributes: [string, Attribute][] = [];
    if (this.peek().text === "{" && this.peek().kind === "sign") {
      this.list("{", "}", () => {
        const name = this.word();
        this.expect(":");
        attributes.push([name, this.attribute()]);
      });
    }
    this.expect(":");
    const type = this.type();
    let path = "";
    if (this.peek().text === "@" && this.peek().kind === "sign") {
      this.expect("@");
      path = this.string();
    }
    return { kind, operands, attributes: Object.fromEntries(attributes), type, path, hint: null, origin: nowhere };
  }

  private attribute(): Attribute {
    const token = this.peek();
    if (token.kind === "number") return this.number();
    if (token.kind === "string") return this.string();
    if (token.kind === "word") return this.oneOf(["true", "false"] as const) === "true";
    return this.list("[", "]", () => this.number());
  }

  private type(): ValueType {
    const dtype = this.oneOf<Dtype>(["f32", "i32", "bool"]);
    let batched = false;
    const shape: number[] = [];
    this.list("[", "]", (index) => {
      if (index === 0 && this.peek().kind === "word") {
        this.expect("batch");
        batched = true;
      } else shape.push(this.size());
    });
    return { dtype, shape, batched };
  }

  list<T>(open: string, close: string, item: (index: number) => T): readonly T[] {
    this.expect(open);
    const items: T[] = [];
    while (!(this.peek().kind === "sign" && this.peek().text === close)) {
      if (items.length > 0) this.expect(",");
      items.push(item(items.length));
    }
    this.expect(close);
    return items;
  }

  inParentheses(): number {
    this.expect("(");
    const value = this.number();
    this.expect(")");
    return value;
  }

  option(name: string): void {
    this.expect(",");
    this.expect(name);
    this.expect(":");
  }

  size(): number {
    const token = this.peek();
    const value = this.number();
    if (!Number.isSafeInteger(value) || value < 0) throw new Unexpected(token, "a whole number");
    return value;
  }

  number(): number {
    const value = Number(this.take("number", "a number").text);
    if (!Number.isFinite(value)) throw new Unexpected(this.tokens[this.position - 1] ?? this.peek(), "a number that a float64 holds");
    return value;
  }

  private value(): number {
    return Number(this.take("value", "a value").text.slice(1));
  }

  private numbered(expected: number): void {
    const token = this.peek();
    if (this.value() !== expected) throw new Unexpected(token, `%${expected}`);
  }

  string(): string {
    return this.take("string", "a string").text;
  }

  private word(): string {
    return this.take("word", "a word").text;
  }

  oneOf<W extends string>(words: readonly W[]): W {
    const token = this.peek();
    const word = words.find((candidate) => token.kind === "word" && candidate === token.text);
    if (word === undefined) throw new Unexpected(token, words.length === 1 ? String(words[0]) : `one of ${words.join(", ")}`);
    this.position++;
    return word;
  }

  expect(text: string): void {
    const token = this.peek();
    if (token.text !== text || (token.kind !== "word" && token.kind !== "sign")) throw new Unexpected(token, JSON.stringify(text));
    this.position++;
  }

  private take(kind: Token["kind"], expected: string): Token {
    const token = this.peek();
    if (token.kind !== kind) throw new Unexpected(token, expected);
    this.position++;
    return token;
  }

  peek(): Token {
    return this.tokens[this.position] ?? { kind: "end", text: "", offset: 0 };
  }
}

function isOpKind(name: string): name is OpKind {
  return Object.hasOwn(ops, name);
}
