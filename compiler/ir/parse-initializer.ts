// Reads the initial value of a weight. Used by parse.ts only.

import type { AxisRuns, FusedInitializer, FusedPart, Initializer, PlainInitializer, Rest, Run } from "./initializers.js";
import type { Token } from "./tokens.js";

/** What the reader of a module lends. */
interface Reading {
  readonly peek: () => Token;
  readonly expect: (text: string) => void;
  readonly oneOf: <W extends string>(words: readonly W[]) => W;
  readonly list: <T>(open: string, close: string, item: (index: number) => T) => readonly T[];
  readonly option: (name: string) => void;
  readonly inParentheses: () => number;
  readonly number: () => number;
  readonly size: () => number;
  readonly string: () => string;
}

const plainKinds = ["zeros", "ones", "constant", "normal", "uniform", "he_normal", "lecun_normal", "glorot_uniform"] as const;

/** An initializer; reading ends with the reader's problem where there is none. */
export function readInitializer(reader: Reading): Initializer {
  return reader.peek().kind === "word" && reader.peek().text === "fused" ? readFused(reader) : readPlain(reader);
}

function readPlain(reader: Reading): PlainInitializer {
  const kind = reader.oneOf<PlainInitializer["kind"]>(plainKinds);
  switch (kind) {
    case "zeros":
    case "ones":
      return { kind };
    case "constant":
      return { kind, value: reader.inParentheses() };
    case "normal":
      return { kind, std: reader.inParentheses() };
    case "uniform":
      return { kind, limit: reader.inParentheses() };
    case "he_normal":
    case "lecun_normal":
    case "glorot_uniform": {
      reader.expect("(");
      const fanIn = reader.number();
      reader.expect(",");
      const fanOut = reader.number();
      reader.expect(")");
      return { kind, fanIn, fanOut };
    }
  }
}

function readFused(reader: Reading): FusedInitializer {
  reader.expect("fused");
  reader.expect("(");
  reader.expect("from");
  reader.expect(":");
  const from = reader.list("[", "]", () => readPart(reader));
  reader.option("axes");
  const axes = reader.list("[", "]", () => readAxis(reader));
  reader.option("contracts");
  const contracts = reader.peek().kind === "word" ? null : reader.size();
  if (contracts === null) reader.expect("none");
  reader.option("rest");
  const rest = readRest(reader);
  reader.expect(",");
  const moments = reader.peek().text === "moments" ? readMoments(reader) : "fresh";
  reader.expect("plain");
  reader.expect(":");
  const plain = readPlain(reader);
  reader.expect(")");
  return { kind: "fused", from, axes, contracts, rest, moments, plain };
}

function readMoments(reader: Reading): "fused" {
  reader.expect("moments");
  reader.expect(":");
  const moments = reader.oneOf(["fused"] as const);
  reader.expect(",");
  return moments;
}

function readPart(reader: Reading): FusedPart {
  reader.expect("part");
  reader.expect("(");
  const source = reader.string();
  reader.expect(",");
  const weight = reader.string();
  reader.option("factor");
  const factor = reader.number();
  reader.option("share");
  const share = reader.number();
  reader.expect(")");
  return { source, weight, factor, share };
}

function readAxis(reader: Reading): AxisRuns {
  let copies = 1;
  if (reader.peek().kind === "number") {
    copies = reader.size();
    reader.expect("x");
  }
  const runs = reader.list("[", "]", (): Run => {
    const owner = reader.peek().kind === "number" ? reader.size() : reader.oneOf(["shared", "new"] as const);
    reader.expect(":");
    return { owner, length: reader.size() };
  });
  return { copies, runs };
}

function readRest(reader: Reading): Rest {
  const kind = reader.oneOf(["zeros", "normal", "antisymmetric"] as const);
  return kind === "zeros" ? { kind } : { kind, std: reader.inParentheses() };
}
