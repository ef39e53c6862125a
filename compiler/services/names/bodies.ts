// Names of blocks and models, in the order in which semantics/check-bodies.ts binds them.

import type { Block, Body, Fuse, Model, Name, Recipe, Statement } from "../../ast/ast.js";
import { Scope } from "../../semantics/scope.js";
import { parameterKind } from "../../semantics/declared-types.js";
import { fusionOptions } from "../../semantics/fusion/read-fusion.js";
import { isLayer } from "./callees.js";
import { annotations, bindSizes, expression, layerExpression, type } from "./expressions.js";
import { inputSymbol, outputsOf, parameterSymbol, wordSymbols, type Owner } from "./members.js";
import { builtInArguments, parameterValue } from "./options.js";
import type { Place } from "./sink.js";
import { declarationSymbol, symbolOf, type NamedSymbol } from "./symbols.js";

/** All names of a block or model. */
export function body(outer: Place, node: Block | Model): void {
  const owner: Owner = { file: outer.file, node };
  const place: Place = { ...outer, within: declarationSymbol(owner) };
  parameters(place, owner);
  if (node.kind === "block") {
    node.returns.forEach((each) => type(place, each));
    return new BodyWalk(owner, new Map()).body(place, node.body);
  }
  annotations(place, node.annotations);
  const { definition } = node;
  if (definition.kind === "body") return new BodyWalk(owner, outputsOf({ file: owner.file, node })).body(place, definition.body);
  if (definition.kind === "instance") layerExpression(place, definition.call);
  const { fuse } = definition;
  // Sources stand outside of the model.
  if (fuse !== null) fusion({ ...place, names: new Scope() }, fuse);
}

/** Declares the parameters and the sizes of their types. */
export function parameters(place: Place, owner: Owner<Block | Model | Recipe>): void {
  const { sink, file, names } = place;
  const { params } = owner.node;
  const taken = new Set(params.map(({ name }) => name.text));
  for (const param of params) {
    if (parameterKind(param.type)?.kind === "tensor") bindSizes(place, param.type, taken);
    // Of two with one name the first counts.
    if (param.name.text !== "" && params.find(({ name }) => name.text === param.name.text) === param) names.define(param.name.text, [parameterSymbol(owner, param)]);
  }
  for (const param of params) {
    sink.symbol(file, param.name, parameterSymbol(owner, param));
    type(place, param.type);
    for (const symbol of wordSymbols(owner, param)) if (symbol.node.kind === "name") sink.symbol(file, symbol.node, symbol);
    if (param.default !== null) parameterValue(place, owner, param, param.default);
  }
}

function fusion(place: Place, fuse: Fuse): void {
  const { sink, file } = place;
  const { sources, options } = fuse;
  sink.word(file, fuse);
  for (const { source, as, step } of sources) {
    const [name] = source.callee.names;
    const isOfFile = name !== undefined && sink.ofFile(file, name);
    if (!isOfFile && name?.text === "checkpoint") sink.builtIn(file, name, "source");
    for (const { value } of source.arguments ?? []) expression(place, value);
    if (as !== null) layerExpression(place, as);
    if (step !== null) expression(place, step);
  }
  builtInArguments(place, "fuse from", fusionOptions, options.map(({ span, name, value }) => ({ kind: "argument", span, name, value })));
}

class BodyWalk {
  readonly #owner: Owner;
  readonly #outputs: ReadonlyMap<string, NamedSymbol>;

  constructor(owner: Owner, outputs: ReadonlyMap<string, NamedSymbol>) {
    this.#owner = owner;
    this.#outputs = outputs;
  }

  body(place: Place, { statements }: Body): void {
    for (const statement of statements) this.#statement(place, statement);
  }

  #inner(place: Place, body: Body, counter: Name | null = null, around: Statement | null = null): void {
    const names = new Scope(place.names);
    if (counter !== null && around !== null) {
      const symbol = symbolOf(place.file, counter, "counter", around, place.within);
      names.define(counter.text, [symbol]);
      place.sink.symbol(place.file, counter, symbol);
    }
    this.body({ ...place, names }, body);
  }

  #statement(place: Place, statement: Statement): void {
    const { sink, file, names } = place;
    switch (statement.kind) {
      case "input":
        for (const field of statement.fields) {
          if (field.type.name.text !== "class") bindSizes(place, field.type, new Set());
          type(place, field.type);
          if (field.from !== null) expression(place, field.from);
          const symbol = inputSymbol(this.#owner, field);
          sink.symbol(file, field.name, symbol);
          names.define(field.name.text, [symbol]);
        }
        return;
      case "output": {
        expression(place, statement.value);
        if (statement.type !== null) type(place, statement.type);
        const symbol = this.#outputs.get(statement.name.text) ?? symbolOf(file, statement.name, "output", statement, place.within);
        sink.symbol(file, statement.name, symbol, "write");
        return names.assign(statement.name.text, [symbol]);
      }
      case "layer": {
        const callable = layerExpression(place, statement.value);
        const [earlier] = names.lookup(statement.name.text) ?? [];
        const symbol = earlier?.kind === "layer" ? earlier : symbolOf(file, statement.name, "layer", statement, place.within);
        sink.layers.set(symbol, callable);
        sink.symbol(file, statement.name, symbol, "write");
        return names.assign(statement.name.text, [symbol]);
      }
      case "repeat":
        expression(place, statement.count);
        return this.#inner(place, statement.body, statement.counter, statement);
      case "if":
        for (let next = statement; ; ) {
          expression(place, next.condition);
          this.#inner(place, next.then);
          if (next.else === null) return;
          if (next.else.kind === "body") return this.#inner(place, next.else);
          next = next.else;
        }
      case "return":
        return statement.values.forEach((value) => expression(place, value));
      case "assert":
        return expression(place, statement.condition);
      case "bind":
        expression(place, statement.value);
        for (const name of statement.names) if (name.text !== "_" && name.text !== "") this.#bind(place, name, statement);
    }
  }

  // A name that is bound again stays the same, `x = x |> f` moves on; but a layer's name that becomes a tensor's is another.
  #bind({ sink, file, names, within }: Place, name: Name, statement: Statement): void {
    const earlier = names.lookup(name.text);
    const symbols = earlier !== undefined && !earlier.some(isLayer) ? earlier : [this.#outputs.get(name.text) ?? symbolOf(file, name, "value", statement, within)];
    sink.symbol(file, name, symbols, "write");
    names.assign(name.text, symbols);
  }
}
