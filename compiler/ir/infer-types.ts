// The type of an op's result from the types of its operands: one rule per op. The builder computes with it, the verifier computes
// again and compares. Relies on attributes that attributes.ts has checked.

import { numberAttribute, numbersAttribute, textAttribute } from "./attributes.js";
import type { Attribute, Op, ValueType, Weight } from "./module.js";
import { ops, type OpKind } from "./ops.js";
import { broadcast, elementCount, printValueType, sameShape, sameValueType, scalar } from "./value-types.js";

/** What a rule reads besides operands. */
export interface TypeContext {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly weight: (path: string) => Weight | undefined;
}

/** The result's type, or what does not fit, in words. */
export type Inferred = ValueType | string;

/** Operands are padded by the rule's caller: there are as many as `ops` declares. */
type Rule = (operands: readonly ValueType[], context: TypeContext) => Inferred;

const rules: { readonly [K in OpKind]: Rule } = {
  weight: (_, { attributes, weight }) => {
    const path = textAttribute(attributes, "path");
    const found = weight(path);
    if (found === undefined) return `there is no weight ${JSON.stringify(path)}`;
    return { dtype: "f32", shape: found.set === null ? found.shape : [found.set.copies, ...found.shape], batched: false };
  },
  mix: one((set, { attributes, weight }) => {
    const path = textAttribute(attributes, "path");
    const found = weight(path);
    if (found === undefined) return `there is no weight ${JSON.stringify(path)}`;
    if (found.set === null) return `the weight ${JSON.stringify(path)} is not a kernel set`;
    if (!sameShape(set.shape, [found.set.copies, ...found.shape])) return `the operand is not the set ${JSON.stringify(path)}`;
    return { ...set, shape: found.shape };
  }),
  constant: () => scalar("f32"),
  matmul: two((x, kernel) => {
    const [inputs, outputs] = kernel.shape;
    if (x.dtype !== "f32" || kernel.dtype !== "f32") return "both operands must be f32";
    if (kernel.batched || kernel.shape.length !== 2 || outputs === undefined) return `${printValueType(kernel)} is not a kernel [in, out]`;
    if (x.shape.length === 0 || x.shape.at(-1) !== inputs) return `the last axis of ${printValueType(x)} is not ${String(inputs)}`;
    return { ...x, shape: [...x.shape.slice(0, -1), outputs] };
  }),
  conv2d: two((x, filters, { attributes }) => {
    const [kernelHeight, kernelWidth, connected, outputs] = filters.shape;
    const [height, width, channels] = x.shape;
    const groups = numberAttribute(attributes, "groups");
    if (x.dtype !== "f32" || filters.dtype !== "f32") return "both operands must be f32";
    if (x.shape.length !== 3 || height === undefined || width === undefined || channels === undefined || !x.batched) return `${printValueType(x)} is not a batch of images [h, w, c]`;
    if (filters.batched || filters.shape.length !== 4 || kernelHeight === undefined || kernelWidth === undefined || connected === undefined || outputs === undefined)
      return `${printValueType(filters)} are not filters [kh, kw, in, out]`;
    if (connected * groups !== channels || outputs % groups !== 0) return `filters of ${connected} channels in ${groups} groups do not fit ${channels} channels`;
    const space = slide([height, width], [kernelHeight, kernelWidth], attributes);
    return space === null ? "the window is larger than the image" : { ...x, shape: [...space, outputs] };
  }),
  conv1d: two((x, filters, { attributes }) => {
    const [taps, connected, outputs] = filters.shape;
    const [length, channels] = x.shape;
    const groups = numberAttribute(attributes, "groups");
    if (x.dtype !== "f32" || filters.dtype !== "f32") return "both operands must be f32";
    if (x.shape.length !== 2 || length === undefined || channels === undefined || !x.batched) return `${printValueType(x)} is not a batch of sequences [t, c]`;
    if (filters.batched || filters.shape.length !== 3 || taps === undefined || connected === undefined || outputs === undefined) return `${printValueType(filters)} are not filters [k, in, out]`;
    if (connected * groups !== channels || outputs % groups !== 0) return `filters of ${connected} channels in ${groups} groups do not fit ${channels} channels`;
    const space = slide([length], [taps], attributes);
    return space === null ? "the window is larger than the sequence" : { ...x, shape: [...space, outputs] };
  }),
  depthwise_conv2d: two((x, filters, { attributes }) => {
    const [kernelHeight, kernelWidth, outputs] = filters.shape;
    const [height, width, channels] = x.shape;
    if (x.dtype !== "f32" || filters.dtype !== "f32") return "both operands must be f32";
    if (x.shape.length !== 3 || height === undefined || width === undefined || channels === undefined || !x.batched) return `${printValueType(x)} is not a batch of images [h, w, c]`;
    if (filters.batched || filters.shape.length !== 3 || kernelHeight === undefined || kernelWidth === undefined || outputs === undefined) return `${printValueType(filters)} are not filters [kh, kw, out]`;
    if (outputs % channels !== 0) return `${outputs} filters are not as many for each of ${channels} channels`;
    const space = slide([height, width], [kernelHeight, kernelWidth], attributes);
    return space === null ? "the window is larger than the image" : { ...x, shape: [...space, outputs] };
  }),
  conv2d_transpose: two((x, filters, { attributes }) => {
    const [kernelHeight, kernelWidth, inputs, outputs] = filters.shape;
    const [height, width, channels] = x.shape;
    const [down, across] = numbersAttribute(attributes, "stride");
    if (x.dtype !== "f32" || filters.dtype !== "f32") return "both operands must be f32";
    if (x.shape.length !== 3 || height === undefined || width === undefined || !x.batched) return `${printValueType(x)} is not a batch of images [h, w, c]`;
    if (filters.batched || filters.shape.length !== 4 || kernelHeight === undefined || kernelWidth === undefined || outputs === undefined) return `${printValueType(filters)} are not filters [kh, kw, in, out]`;
    if (inputs !== channels) return `filters of ${String(inputs)} channels do not fit ${String(channels)} channels`;
    if (down === undefined || across === undefined) return "the stride is not one of images";
    const isSame = textAttribute(attributes, "padding") === "same";
    const size = (n: number, kernel: number, step: number): number => (isSame ? n * step : (n - 1) * step + kernel);
    return { ...x, shape: [size(height, kernelHeight, down), size(width, kernelWidth, across), outputs] };
  }),
  resize: one((x, { attributes }) => {
    const [, , channels] = x.shape;
    if (x.dtype !== "f32" || x.shape.length !== 3 || channels === undefined || !x.batched) return `${printValueType(x)} is not a batch of images [h, w, c]`;
    return { ...x, shape: [...numbersAttribute(attributes, "size"), channels] };
  }),
  pad: one((x, { attributes }) => {
    const before = numbersAttribute(attributes, "before");
    const after = numbersAttribute(attributes, "after");
    if (x.dtype === "bool" || !x.batched) return `${printValueType(x)} is not a batch of numbers`;
    if (before.length !== x.shape.length || after.length !== x.shape.length) return `${printValueType(x)} has not as many axes as are padded`;
    return { ...x, shape: x.shape.map((size, axis) => (before[axis] ?? 0) + size + (after[axis] ?? 0)) };
  }),
  embedding: two((indices, table) => {
    const [, width] = table.shape;
    if (table.dtype !== "f32" || table.batched || table.shape.length !== 2 || width === undefined) return `${printValueType(table)} is not a table [vocabulary, d]`;
    if (indices.dtype !== "i32") return "indices must be i32";
    return { dtype: "f32", shape: [...indices.shape, width], batched: indices.batched };
  }),
  lstm: recurrent(4, ([, kernel, recurrent, bias]) => [kernel, recurrent, bias]),
  gru: recurrent(3, ([, kernel, recurrent, bias, recurrentBias]) => [kernel, recurrent, bias, recurrentBias]),
  unembed: two((x, table) => {
    const [vocabulary, width] = table.shape;
    if (table.dtype !== "f32" || table.batched || table.shape.length !== 2 || vocabulary === undefined) return `${printValueType(table)} is not a table [vocabulary, d]`;
    if (x.dtype !== "f32" || x.shape.length === 0 || x.shape.at(-1) !== width) return `the last axis of ${printValueType(x)} is not ${String(width)}`;
    return { ...x, shape: [...x.shape.slice(0, -1), vocabulary] };
  }),
  project_heads: two((x, kernel) => {
    const [inputs, heads, size] = kernel.shape;
    if (kernel.dtype !== "f32" || kernel.batched || kernel.shape.length !== 3 || heads === undefined || size === undefined) return `${printValueType(kernel)} is not a kernel [in, heads, size]`;
    if (x.dtype !== "f32" || x.shape.length === 0 || x.shape.at(-1) !== inputs) return `the last axis of ${printValueType(x)} is not ${String(inputs)}`;
    return { ...x, shape: [...x.shape.slice(0, -1), heads, size] };
  }),
  merge_heads: two((x, kernel) => {
    const [heads, size, outputs] = kernel.shape;
    if (kernel.dtype !== "f32" || kernel.batched || kernel.shape.length !== 3 || outputs === undefined) return `${printValueType(kernel)} is not a kernel [heads, size, out]`;
    if (x.dtype !== "f32" || x.shape.length < 2 || x.shape.at(-2) !== heads || x.shape.at(-1) !== size) return `the last axes of ${printValueType(x)} are not [${String(heads)}, ${String(size)}]`;
    return { ...x, shape: [...x.shape.slice(0, -2), outputs] };
  }),
  attention: attended,
  dropout_attention: attended,
  rotary: one((x) => (x.dtype !== "f32" || x.shape.length !== 3 || (x.shape[2] ?? 1) % 2 !== 0 ? `${printValueType(x)} is not [t, heads, size] with an even size` : x)),
  learned_positions: two((x, table) => {
    const [t = 0, width] = x.shape;
    if (table.dtype !== "f32" || table.batched || table.shape.length !== 2) return `${printValueType(table)} is not a table [positions, d]`;
    if (x.dtype !== "f32" || x.shape.length !== 2 || t > (table.shape[0] ?? 0) || width !== table.shape[1]) return `${printValueType(x)} does not fit a table ${printValueType(table)}`;
    return x;
  }),
  relative_bias: one((table, { attributes }) => {
    const [, heads] = table.shape;
    const length = numberAttribute(attributes, "length");
    if (table.dtype !== "f32" || table.batched || table.shape.length !== 2 || heads === undefined) return `${printValueType(table)} is not a table [buckets, heads]`;
    return { ...table, shape: [heads, length, length] };
  }),
  batch_norm: normalized,
  frozen_batch_norm: normalized,
  product: two((a, b) => {
    const before = a.shape.slice(0, -2);
    if (a.dtype !== "f32" || b.dtype !== "f32" || a.batched !== b.batched) return "both operands must be f32, with a batch or without";
    if (a.shape.length < 2 || b.shape.length < 2 || !sameShape(b.shape.slice(0, -1), [...before, a.shape.at(-1) ?? 0])) return `${printValueType(a)} and ${printValueType(b)} have no product`;
    return { ...a, shape: [...a.shape.slice(0, -1), b.shape.at(-1) ?? 0] };
  }),
  layer_norm: segmented,
  rms_norm: segmented,
  group_norm: (operands, { attributes }) => {
    const groups = numberAttribute(attributes, "groups");
    const channels = operands[0]?.shape.at(-1) ?? 0;
    return channels % groups === 0 ? affine(operands) : `${groups} groups do not divide ${channels} channels`;
  },
  l2_normalize: one((x) => (x.shape.length === 0 ? "a number per example has no last axis" : floating(x))),
  dropout: one(floating),
  noise: one(floating),
  max_pool: one(pool),
  avg_pool: one(pool),
  reshape: one((x, { attributes }) => {
    const shape = numbersAttribute(attributes, "shape");
    if (elementCount(shape) !== elementCount(x.shape)) return `${printValueType(x)} has not as many elements as [${shape.join(", ")}]`;
    return { ...x, shape };
  }),
  concat: (operands, { attributes }) => {
    const axis = numberAttribute(attributes, "axis");
    const [first] = operands;
    if (first === undefined || axis >= first.shape.length) return `there is no axis ${axis}`;
    let size = 0;
    for (const operand of operands) {
      const rest = (type: ValueType): ValueType => ({ ...type, shape: type.shape.toSpliced(axis, 1) });
      if (operand.shape.length !== first.shape.length || !sameValueType(rest(operand), rest(first))) return `${printValueType(operand)} does not fit ${printValueType(first)}`;
      size += operand.shape[axis] ?? 0;
    }
    return { ...first, shape: first.shape.with(axis, size) };
  },
  one_hot: one((x, { attributes }) => {
    if (x.dtype !== "i32") return "the operand must be i32";
    return { dtype: "f32", shape: [...x.shape, numberAttribute(attributes, "depth")], batched: x.batched };
  }),
  cast: one((x, { attributes }) => {
    const dtype = textAttribute(attributes, "dtype");
    return { ...x, dtype: dtype === "i32" || dtype === "bool" ? dtype : "f32" };
  }),
  mean: ([x, lengths, ...more], { attributes }) => {
    const axes = numbersAttribute(attributes, "axes");
    if (x === undefined || x.dtype !== "f32") return "the operand must be f32";
    if (more.length > 0 || (lengths !== undefined && (!isLengths(lengths) || !axes.includes(0) || !x.batched))) return "lengths are i32[batch], of a mean over the first axis";
    if (new Set(axes).size !== axes.length || axes.some((axis) => axis >= x.shape.length)) return `${printValueType(x)} has not the axes [${axes.join(", ")}]`;
    return { ...x, shape: x.shape.filter((_, axis) => !axes.includes(axis)) };
  },
  ones_for_padding: two((x, lengths) => (x.dtype !== "f32" ? "the operand must be f32" : ofSequence(x, lengths, x.shape))),
  last: two((x, lengths) => ofSequence(x, lengths, x.shape.slice(1))),
  transpose: one((x, { attributes }) => {
    const axes = numbersAttribute(attributes, "axes");
    if (axes.length !== x.shape.length || new Set(axes).size !== axes.length || axes.some((axis) => axis >= x.shape.length)) return `[${axes.join(", ")}] is no order of the axes of ${printValueType(x)}`;
    return { ...x, shape: axes.map((axis) => x.shape[axis] ?? 0) };
  }),
  slice: one((x, { attributes }) => {
    const axis = numberAttribute(attributes, "axis");
    const length = numberAttribute(attributes, "length");
    if (numberAttribute(attributes, "start") + length > (x.shape[axis] ?? 0)) return `${printValueType(x)} has not so many along axis ${axis}`;
    return { ...x, shape: x.shape.with(axis, length) };
  }),
  per_example: two((x, like) => (x.batched || !like.batched ? "the first operand must have no batch, the second must have one" : { ...x, batched: true })),
  relu: one(floating),
  leaky_relu: one(floating),
  elu: one(floating),
  gelu: one(floating),
  silu: one(floating),
  sigmoid: one(floating),
  tanh: one(floating),
  softplus: one(floating),
  softmax: one((x) => (x.shape.length === 0 ? "a number per example has no last axis" : floating(x))),
  exp: one(floating),
  log: one(floating),
  sqrt: one(floating),
  neg: one((x) => (x.dtype === "bool" ? "the operand must be a number" : x)),
  add: two(elementWise),
  sub: two(elementWise),
  mul: two(elementWise),
  div: two((a, b) => (a.dtype === "f32" ? elementWise(a, b) : "the operands must be f32")),
  pow: two((a, b) => (a.dtype === "f32" ? elementWise(a, b) : "the operands must be f32")),
  cross_entropy: compared(againstLabels, "labels"),
  binary_cross_entropy: compared(againstTargets, "labels"),
  mse: compared(againstTargets, "labels"),
  mae: compared(againstTargets, "labels"),
  huber: compared(againstTargets, "labels"),
  kl: compared((logits, target) => (logits.shape.length === 0 ? "a number per example has no classes" : againstTargets(logits, target)), "examples"),
  kl_normal: compared((mean, logVariance) => (mean.shape.length === 0 ? "a number per example has no last axis" : againstTargets(mean, logVariance)), "examples"),
  contrastive: weighable(partners),
  accuracy: compared((logits, labels) => (sameShape(logits.shape, labels.shape) ? scalar("f32") : againstLabels(logits, labels))),
  top_k: compared(againstLabels),
  f1: compared((logits, labels) => (sameShape(logits.shape, labels.shape) ? scalar("f32") : againstLabels(logits, labels))),
  r2: two(againstTargets),
  perplexity: compared(againstLabels),
  recall: two(partners),
};

/** The type of an op's result, or what does not fit, in words. Checks the number of operands; attributes must have been checked. */
export function inferType(kind: OpKind, operands: readonly ValueType[], context: TypeContext): Inferred {
  const expected: number | null = ops[kind].operands;
  if (expected === null ? operands.length === 0 : operands.length !== expected) return `${kind} has ${operands.length} operands`;
  return rules[kind](operands, context);
}

/** The attributes of an op as the rules read them. */
export function typeContext(op: Pick<Op, "attributes">, weight: TypeContext["weight"]): TypeContext {
  return { attributes: op.attributes, weight };
}

function one(rule: (x: ValueType, context: TypeContext) => Inferred): Rule {
  return ([x], context) => (x === undefined ? "an operand is missing" : rule(x, context));
}

function two(rule: (a: ValueType, b: ValueType, context: TypeContext) => Inferred): Rule {
  return ([a, b], context) => (a === undefined || b === undefined ? "an operand is missing" : rule(a, b, context));
}

/** Two tensors, perhaps the lengths of their sequences, and of a loss perhaps weights: of each example, or of each of its labels. */
function compared(rule: (prediction: ValueType, target: ValueType) => Inferred, weights: "labels" | "examples" | "none" = "none"): Rule {
  return ([prediction, target, ...rest]) => {
    const last = rest.at(-1);
    const weighed = weights !== "none" && last?.dtype === "f32" ? last : undefined;
    const [lengths, ...more] = weighed === undefined ? rest : rest.slice(0, -1);
    if (prediction === undefined || target === undefined || more.length > 0) return "the operands are not two tensors, perhaps lengths and perhaps weights";
    const counts = weights === "labels" ? [1, elementCount(target.shape)] : [1];
    if (weighed !== undefined && (!weighed.batched || !counts.includes(elementCount(weighed.shape)))) return `${printValueType(weighed)} are no weights of ${printValueType(target)}`;
    if (lengths !== undefined && (!isLengths(lengths) || !prediction.batched || prediction.shape.length === 0)) return `${printValueType(lengths)} are not lengths of ${printValueType(prediction)}`;
    return rule(prediction, target);
  };
}

/** A loss of partners, perhaps with a weight for each example. */
function weighable(rule: (a: ValueType, b: ValueType) => Inferred): Rule {
  return (operands, context) => (operands[2] !== undefined && isLengths(operands[2]) ? "partners have no lengths" : compared(rule, "examples")(operands, context));
}

/** A whole number for each example: how many positions of its sequence are real. */
function isLengths(type: ValueType): boolean {
  return type.dtype === "i32" && type.batched && type.shape.length === 0;
}

/** A result of x, of `shape`, where `lengths` can be those of x. */
function ofSequence(x: ValueType, lengths: ValueType, shape: ValueType["shape"]): Inferred {
  if (!isLengths(lengths) || !x.batched || x.shape.length === 0) return `${printValueType(lengths)} are not lengths of ${printValueType(x)}`;
  return { ...x, shape };
}

function withoutLengths(operands: readonly ValueType[]): readonly ValueType[] {
  const last = operands.at(-1);
  return last !== undefined && isLengths(last) ? operands.slice(0, -1) : operands;
}

function floating(x: ValueType): Inferred {
  return x.dtype === "f32" ? x : "the operand must be f32";
}

/** A batched operand needs the full rank: its batch would otherwise meet an axis of the other operand. */
function elementWise(a: ValueType, b: ValueType): Inferred {
  const shape = broadcast(a.shape, b.shape);
  if (a.dtype !== b.dtype || a.dtype === "bool") return `${printValueType(a)} and ${printValueType(b)} are not numbers of one dtype`;
  if (shape === null) return `${printValueType(a)} and ${printValueType(b)} do not broadcast`;
  if ([a, b].some((operand) => operand.batched && operand.shape.length !== shape.length)) return `${printValueType(a)} and ${printValueType(b)} differ in rank`;
  return { dtype: a.dtype, shape, batched: a.batched || b.batched };
}

/** Queries, keys and values of the same heads, perhaps a bias, perhaps lengths of what is read. */
function attended(given: readonly ValueType[]): Inferred {
  const operands = withoutLengths(given);
  const [query, key, value, bias, ...more] = operands;
  if (query === undefined || key === undefined || value === undefined || more.length > 0) return "the operands are not queries, keys, values, perhaps a bias and perhaps lengths";
  const odd = operands.find((operand) => operand.dtype !== "f32" || operand.shape.length !== 3);
  if (odd !== undefined) return `${printValueType(odd)} has not three axes of f32`;
  const [u = 0, heads = 0, size] = query.shape;
  const [t = 0, groups = 1] = key.shape;
  if (!sameShape(key.shape, value.shape) || key.shape[2] !== size || heads % groups !== 0) return `${printValueType(query)} do not fit ${printValueType(key)} and ${printValueType(value)}`;
  if (bias !== undefined && !sameShape(bias.shape, [heads, u, t])) return `${printValueType(bias)} is not a bias [${heads}, ${u}, ${t}]`;
  if (key.batched !== query.batched || value.batched !== query.batched || (bias?.batched === true && !query.batched)) return "queries, keys and values must all have a batch, or none, and a bias none without them";
  return query;
}

function normalized(operands: readonly ValueType[]): Inferred {
  const [x, ...perChannel] = operands;
  if (x === undefined || x.dtype !== "f32" || !x.batched || x.shape.length === 0) return "the first operand is not a batch with a last axis";
  const channels: ValueType = { dtype: "f32", shape: [x.shape.at(-1) ?? 0], batched: false };
  const odd = perChannel.find((operand) => !sameValueType(operand, channels));
  return odd === undefined ? x : `${printValueType(odd)} is not ${printValueType(channels)}`;
}

/** x, weights, perhaps an initial state. `weightsOf` are kernel, recurrent kernel, bias, and what else has the size of the state. */
function recurrent(gates: number, weightsOf: (operands: readonly ValueType[]) => readonly (ValueType | undefined)[]): Rule {
  return (operands) => {
    const [x] = operands;
    const weights = weightsOf(operands);
    const [inputs] = x?.shape.slice(1) ?? [];
    const units = weights[1]?.shape[0];
    if (x === undefined || x.dtype !== "f32" || !x.batched || x.shape.length !== 2 || inputs === undefined || units === undefined) return "the first operand is not a batch of sequences [t, in]";
    const expected = [[inputs, gates * units], [units, gates * units], [gates * units], [units]];
    for (const [index, weight] of weights.entries()) {
      const wanted: ValueType = { dtype: "f32", shape: expected[index] ?? [], batched: false };
      if (weight === undefined || !sameValueType(weight, wanted)) return `weight ${index} of a recurrent layer is not ${printValueType(wanted)}`;
    }
    const rest = withoutLengths(operands.slice(1 + weights.length));
    if (rest.length > 1 || rest.some((initial) => initial.dtype !== "f32" || !sameShape(initial.shape, [units]))) return `the initial state is not f32[${units}]`;
    return { ...x, shape: [...x.shape.slice(0, 1), units] };
  };
}

function pool(x: ValueType, { attributes }: TypeContext): Inferred {
  const [height, width, channels] = x.shape;
  if (x.dtype !== "f32" || !x.batched || x.shape.length !== 3 || height === undefined || width === undefined || channels === undefined)
    return `${printValueType(x)} is not a batch of images [h, w, c]`;
  const space = slide([height, width], numbersAttribute(attributes, "size"), attributes);
  return space === null ? "the window is larger than the image" : { ...x, shape: [...space, channels] };
}

/** Sizes after sliding a window: ceil(n / stride) for `same`, as many as fit for `valid`; null if none fits, or strides are not one for each axis. */
function slide(space: readonly number[], window: readonly number[], attributes: TypeContext["attributes"]): readonly number[] | null {
  const stride = numbersAttribute(attributes, "stride");
  const dilation = numbersAttribute(attributes, "dilation");
  if (stride.length !== space.length || (dilation.length > 0 && dilation.length !== space.length)) return null;
  const sizes = space.map((size, axis) => {
    const step = stride[axis] ?? 1;
    if (textAttribute(attributes, "padding") === "same") return Math.ceil(size / step);
    const reach = ((window[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    return Math.floor((size - reach) / step) + 1;
  });
  return sizes.every((size) => size > 0) ? sizes : null;
}

/** x with a scale, perhaps a bias, of the size of its last axis. */
function affine(operands: readonly ValueType[]): Inferred {
  const [x, ...rest] = operands;
  if (x === undefined || x.dtype !== "f32" || x.shape.length === 0) return "the first operand is not f32 with a last axis";
  const wanted: ValueType = { dtype: "f32", shape: x.shape.slice(-1), batched: false };
  const odd = rest.find((operand) => !sameValueType(operand, wanted));
  return odd === undefined ? x : `${printValueType(odd)} is not ${printValueType(wanted)}`;
}

/** As `affine`; segments, where there are, fill the last axis. */
function segmented(operands: readonly ValueType[], { attributes }: TypeContext): Inferred {
  const segments = numbersAttribute(attributes, "segments");
  const covered = segments.reduce((sum, length, index) => sum + (index % 2 === 1 ? length : 0), 0);
  const size = operands[0]?.shape.at(-1);
  if (segments.length > 0 && (segments.length % 2 === 1 || covered !== size || segments.some((length, index) => index % 2 === 1 && length === 0))) return `segments of ${covered} positions do not fill ${String(size)}`;
  return affine(operands);
}

function partners(a: ValueType, b: ValueType): Inferred {
  return a.batched && a.shape.length === 1 ? againstTargets(a, b) : `${printValueType(a)} is not a batch of vectors`;
}

function againstLabels(logits: ValueType, labels: ValueType): Inferred {
  if (logits.dtype !== "f32" || labels.dtype !== "i32") return `${printValueType(logits)} and ${printValueType(labels)} are not logits and labels`;
  if (logits.batched !== labels.batched || logits.shape.length === 0 || !sameShape(logits.shape.slice(0, -1), labels.shape)) return `${printValueType(labels)} are not labels of ${printValueType(logits)}`;
  return scalar("f32");
}

function againstTargets(prediction: ValueType, target: ValueType): Inferred {
  if (prediction.dtype !== "f32" || !sameValueType(prediction, target)) return `${printValueType(target)} are not targets of ${printValueType(prediction)}`;
  return scalar("f32");
}
