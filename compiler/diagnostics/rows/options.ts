// Rows of the catalogue: options, compile-time values and numbers.

import { row } from "./row.js";

const guess = (message: string, { nearest }: { readonly nearest: string }): string => (nearest === "" ? `${message}.` : `${message}; did you mean \`${nearest}\`?`);

export const optionRows = {
  "unknown-option": row<{ option: string; of: string; nearest: string }>({
    severity: "error",
    message: ({ option, of, nearest }) => guess(`\`${of}\` has no option \`${option}\``, { nearest }),
    page: "Options are checked by name, so that a misspelled one is never dropped silently. The reference lists those of each layer.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense(2, bais: false)\n}\n",
  }),
  "missing-option": row<{ option: string; of: string }>({
    severity: "error",
    message: ({ option, of }) => `\`${of}\` needs the option \`${option}\`.`,
    help: ({ option }) => `Add \`${option}: ...\`.`,
    page: "An option without a default has to be given, by name or by position.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense()\n}\n",
  }),
  "duplicate-option": row<{ option: string; of: string }>({
    severity: "error",
    message: ({ option, of }) => `\`${option}\` of \`${of}\` is given twice.`,
    help: () => "Remove one of the two.",
    page: "Options without a default may be given by position, and any by name, but each once.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense(2, units: 3)\n}\n",
  }),
  "too-many-arguments": row<{ of: string; expected: number }>({
    severity: "error",
    message: ({ of, expected }) => `\`${of}\` takes ${expected === 0 ? "no options" : expected === 1 ? "1 option" : `${expected} options`} by position.`,
    help: () => "Remove the argument, or name the option.",
    page: "Only options without a default may be given by position, in order. Others are named: `dense(10, bias: false)`.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense(2, false)\n}\n",
  }),
  "option-type": row<{ option: string; of: string; expected: string; found: string }>({
    severity: "error",
    message: ({ option, of, expected, found }) => `\`${option}\` of \`${of}\` takes ${expected}, found ${found}.`,
    help: ({ expected }) => `Write ${expected}.`,
    page: "Every option has a type. Words are written without quotes, lists in brackets, lengths of training with their unit.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense(2, bias: 3)\n}\n",
  }),
  "option-range": row<{ option: string; of: string; range: string; found: string }>({
    severity: "error",
    message: ({ option, of, range, found }) => `\`${option}\` of \`${of}\` expects ${range}, found ${found}.`,
    help: ({ range }) => `Write ${range}.`,
    page: "Every numeric option has a range. The copies of `overparam` are a whole number from 1 to 1024; 1 switches it off.",
    example: "model Net overparam 0 {\n  input x: f32[4]\n  output y = x |> dense(2)\n}\n",
  }),
  "not-whole": row<{ what: string; found: string }>({
    severity: "error",
    message: ({ what, found }) => `${what} expects a whole number, found ${found}.`,
    help: () => "Round it with `floor(...)` or `ceil(...)`.",
    page: "Compile-time numbers are exact and `/` divides exactly, so that `28 / 3` is 28/3. Sizes, counts and `int` options are whole; say which way to round.",
    example: "model Net {\n  input x: f32[28]\n  output y = x |> dense(28 / 3)\n}\n",
  }),
  "value-type": row<{ what: string; expected: string; found: string }>({
    severity: "error",
    message: ({ what, expected, found }) => `${what} takes ${expected}, found ${found}.`,
    help: ({ expected }) => `Write ${expected}.`,
    page: "Constants, sizes, counts and conditions are values that are known when the program is compiled. What depends on the data is a tensor, and has no place there.",
    example: "model Net {\n  input x: f32[4]\n  if x {\n    x = x |> relu\n  }\n  output y = x\n}\n",
  }),
  "value-range": row<{ what: string; range: string; found: string }>({
    severity: "error",
    message: ({ what, range, found }) => `${what} expects ${range}, found ${found}.`,
    help: ({ range }) => `Write ${range}.`,
    page: "Sizes are at least 1, counts at least 0, lengths of training at least 1.",
    example: "model Net {\n  input x: f32[0]\n  output y = x |> dense(2)\n}\n",
  }),
  "operand-type": row<{ operator: string; expected: string; found: string }>({
    severity: "error",
    message: ({ operator, expected, found }) => `\`${operator}\` takes ${expected}, found ${found}.`,
    help: ({ expected }) => `Give it ${expected}.`,
    page: "Arithmetic works on numbers and tensors; comparisons and logic on values that are known at compile time. There is no control flow that depends on data.",
    example: 'let a = 1 + "b"\n',
  }),
  "argument-count": row<{ of: string; expected: string; found: number }>({
    severity: "error",
    message: ({ of, expected, found }) => `\`${of}\` takes ${expected} number${expected === "1" ? "" : "s"}, found ${found}.`,
    help: () => "Give it as many.",
    page: "Functions on compile-time numbers: `floor`, `ceil`, `round`, `abs`, `sqrt`, `exp`, `log`, `log2` take one number, `min` and `max` at least one.",
    example: "let a = floor(1, 2)\n",
  }),
  "number-error": row<{ problem: string }>({
    severity: "error",
    message: ({ problem }) => `The number ${problem}.`,
    help: () => "Change the computation so that its result is an ordinary number.",
    page: "Compile-time numbers are exact quotients of whole numbers, up to about 10^330; functions such as `sqrt` give floating-point numbers where the result is not rational. Division by zero, roots and logarithms of negative numbers have no value.",
    example: "let a = 2 ** 10 ** 9\n",
  }),
  "annotation-without-call": row<Record<never, never>>({
    severity: "error",
    message: () => "The annotation stands on no call.",
    help: () => "Write it behind the call of a layer, block or model: `x |> dense(10) overparam 4`.",
    page: "`overparam` and `frozen` belong to the one call on their left. A name or a number has no kernels.",
    example: "model Net {\n  input x: f32[4]\n  y = (x) overparam 4\n  output z = y |> dense(2)\n}\n",
  }),
  "duplicate-overparam": row<Record<never, never>>({
    severity: "error",
    message: () => "The call has two annotations `overparam`.",
    help: () => "Keep one of them.",
    page: "The innermost annotation wins, and two on one call are equally far in.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> dense(2) overparam 2 overparam 4\n}\n",
  }),
  "overparam-without-kernel": row<Record<never, never>>({
    severity: "warning",
    message: () => "No kernel stands in the reach of this `overparam`.",
    help: () => "Remove it, or move it to a call with kernels; the innermost annotation wins.",
    page: "`overparam` reaches the kernels of dense layers and convolutions, and embeddings only with `embeddings: true`; never biases and norms. An annotation further in replaces one further out, so that a knob is best a parameter: `model Digits(k: int = 4) overparam k`.",
    example: "model Net {\n  input x: f32[4]\n  output y = x |> relu overparam 4\n}\n",
  }),
} as const;
