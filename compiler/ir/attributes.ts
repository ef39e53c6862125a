// What the attributes of ops may hold, by name: a name means the same in every op. The verifier and the parser read this table.

import type { Attribute, Op } from "./module.js";
import { ops, type OpKind } from "./ops.js";

type Form =
  | { readonly kind: "text" }
  | { readonly kind: "flag" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "whole"; readonly min: number }
  | { readonly kind: "wholes"; readonly min: number; readonly count: number | null };

const anyNumber: Form = { kind: "number", min: -Infinity, max: Infinity };
const positive: Form = { kind: "number", min: 0, max: Infinity };
const share: Form = { kind: "number", min: 0, max: 1 };
const steps: Form = { kind: "wholes", min: 1, count: null };
const plane: Form = { kind: "wholes", min: 1, count: 2 };

/**
 * Names of all attributes with what they hold. `stride` and `dilation` have a number for each axis of space. `ignore` is a class, or -1 for
 * none. `segments` is a list of pairs, segment and number of positions, in order of the axis: `[0, 64, 1, 64]`; a segment may have several
 * stretches.
 */
const forms: Readonly<Record<string, Form>> = {
  path: { kind: "text" },
  value: anyNumber,
  stride: steps,
  dilation: steps,
  size: plane,
  padding: { kind: "word", words: ["same", "valid"] },
  groups: { kind: "whole", min: 1 },
  before: { kind: "wholes", min: 0, count: null },
  after: { kind: "wholes", min: 0, count: null },
  method: { kind: "word", words: ["nearest", "bilinear"] },
  epsilon: positive,
  momentum: share,
  rate: share,
  shape: { kind: "wholes", min: 0, count: null },
  axis: { kind: "whole", min: 0 },
  axes: { kind: "wholes", min: 0, count: null },
  depth: { kind: "whole", min: 1 },
  dtype: { kind: "word", words: ["f32", "i32", "bool"] },
  slope: anyNumber,
  smoothing: share,
  delta: positive,
  temperature: positive,
  start: { kind: "whole", min: 0 },
  k: { kind: "whole", min: 1 },
  average: { kind: "word", words: ["macro", "micro", "binary"] },
  reverse: { kind: "flag" },
  ignore: { kind: "whole", min: -1 },
  causal: { kind: "flag" },
  base: positive,
  length: { kind: "whole", min: 1 },
  max_distance: { kind: "whole", min: 1 },
  segments: { kind: "wholes", min: 0, count: null },
};

/** What is wrong with an op's attributes, in words; empty when they are as `ops` declares. */
export function checkAttributes(kind: OpKind, attributes: Op["attributes"]): readonly string[] {
  const declared: readonly string[] = ops[kind].attributes;
  const optional: readonly string[] = ops[kind].optional;
  const problems: string[] = [];
  for (const name of Object.keys(attributes)) {
    if (!declared.includes(name) && !optional.includes(name)) problems.push(`attribute ${name} is not one of ${kind}`);
  }
  for (const name of [...declared, ...optional.filter((each) => attributes[each] !== undefined)]) {
    const value = attributes[name];
    const form = forms[name];
    if (value === undefined) problems.push(`attribute ${name} of ${kind} is missing`);
    else if (form === undefined) problems.push(`attribute ${name} has no declared form`);
    else if (!fits(value, form)) problems.push(`attribute ${name} of ${kind} does not fit: ${JSON.stringify(value)}`);
  }
  return problems;
}

function fits(value: Attribute, form: Form): boolean {
  switch (form.kind) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "word":
      return typeof value === "string" && form.words.includes(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value) && value >= form.min && value <= form.max;
    case "whole":
      return Number.isSafeInteger(value) && Number(value) >= form.min;
    case "wholes":
      return (
        Array.isArray(value) &&
        (form.count === null || value.length === form.count) &&
        value.every((item) => Number.isSafeInteger(item) && item >= form.min)
      );
  }
}

/** A whole or real number; the attributes have been checked. */
export function numberAttribute(attributes: Op["attributes"], name: string): number {
  const value = attributes[name];
  return typeof value === "number" ? value : 0;
}

/** A list of numbers; the attributes have been checked. */
export function numbersAttribute(attributes: Op["attributes"], name: string): readonly number[] {
  const value = attributes[name];
  return typeof value === "object" ? value : [];
}

/** A word or text; the attributes have been checked. */
export function textAttribute(attributes: Op["attributes"], name: string): string {
  const value = attributes[name];
  return typeof value === "string" ? value : "";
}
