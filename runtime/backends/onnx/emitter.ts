// Builds the ONNX model of a flush. An image has up to three forms there, one for each layout (see layouts.ts); each is made from another when
// first asked for. Element-wise ops and sums keep the layout they meet, so that activations stay in the engine's between convolutions.
// Nodes that compute the same are one node: kernels may share intermediate results without knowing of each other.

import { firstShape, relaid, type Layout } from "./layouts.js";
import { elementTypes, type Attribute, type ElementType, type Model, type ModelConstant, type ModelNode, type ModelValue } from "./model.js";
import { tidied } from "./tidy.js";
import { isSameShape, sizeOf } from "./value.js";

/** The names of the forms that a value has. */
export interface Forms {
  /** The layout that its kernel made. */
  readonly home: Layout;
  readonly names: { [layout in Layout]?: string };
}

/** What a kernel gives: the name of a value, or of one in another layout than TensorFlow.js's. */
export type Emitted = string | { readonly channelsFirst: string } | { readonly blocked: string };

/** The forms of a value that a kernel just made. */
export function formsOf(emitted: Emitted): Forms {
  if (typeof emitted === "string") return { home: "plain", names: { plain: emitted } };
  return "blocked" in emitted ? { home: "blocked", names: { blocked: emitted.blocked } } : { home: "channelsFirst", names: { channelsFirst: emitted.channelsFirst } };
}

/** An input of a kernel in the shape it is used in. */
export class Operand {
  constructor(
    private readonly to: Emitter,
    private readonly forms: Forms,
    readonly shape: readonly number[],
    readonly dtype: ElementType,
  ) {}

  /** Its name in that layout; what is no image has only the plain one. */
  in(layout: Layout): string {
    const { home, names } = this.forms;
    const known = names[layout];
    if (known !== undefined) return known;
    const own = names[home];
    if (own === undefined) throw new Error("an operand without a form");
    const made = relaid(this.to, own, home, layout, this.shape, this.dtype);
    names[layout] = made;
    return made;
  }

  /** Its name in TensorFlow.js's layout. */
  get name(): string {
    return this.in("plain");
  }

  /** Its name in [n, c, h, w]. */
  get channelsFirst(): string {
    return this.in("channelsFirst");
  }

  /** Its name with channels in blocks; only where `hasBlocks`. */
  get blocked(): string {
    return this.in("blocked");
  }

  /** Was it made in [n, c, h, w]? */
  get isChannelsFirst(): boolean {
    return this.forms.home === "channelsFirst";
  }

  /** Was it made with channels in blocks? */
  get isBlocked(): boolean {
    return this.forms.home === "blocked";
  }

  /** Do its channels fill blocks? */
  get hasBlocks(): boolean {
    return this.shape.length === 4 && this.to.fillsBlocks(this.shape[3] ?? 1);
  }

  get size(): number {
    return sizeOf(this.shape);
  }
}

export class Emitter {
  private readonly nodes: ModelNode[] = [];
  private readonly constants = new Map<string, ModelConstant>();
  /** Outputs by what computes them. */
  private readonly emitted = new Map<string, readonly string[]>();
  /** What was reshaped, by the name of the result. */
  private readonly reshaped = new Map<string, string>();
  private readonly units = new Set<string>();
  private readonly sums = new Set<string>();
  private count = 0;
  /** What an error calls the nodes that are emitted now. */
  label = "";

  /** `block`: channels in a block of the engine's own layout, 0 where it has none. */
  constructor(readonly block = 0) {}

  fillsBlocks(channels: number): boolean {
    return this.block > 0 && channels % this.block === 0;
  }

  /** One node with one output. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, domain = ""): string {
    const [name = ""] = this.ops(op, inputs, 1, attributes, domain);
    return name;
  }

  /** One node with several outputs. */
  ops(op: string, inputs: readonly string[], outputs: number, attributes: Readonly<Record<string, Attribute>> = {}, domain = ""): readonly string[] {
    const key = JSON.stringify([domain, op, inputs, attributes, outputs]);
    const known = this.emitted.get(key);
    // An identity is there to give a value another name.
    if (known !== undefined && op !== "Identity") return known;
    const names = Array.from({ length: outputs }, () => `t${this.count++}`);
    this.emitted.set(key, names);
    this.nodes.push({ name: `${this.label}_${this.nodes.length}`, op, domain, inputs, outputs: names, attributes });
    return names;
  }

  /** The one or the other by a condition of one element. Unlike `Where` it looks at no number and passes memory once. */
  choose(condition: string, one: string, other: string, type: ElementType, shape: readonly number[]): string {
    const branch = (of: string, name: string): Attribute => {
      const output = `t${this.count++}`;
      return { graph: { nodes: [{ name: `${this.label}_${name}`, op: "Identity", domain: "", inputs: [of], outputs: [output], attributes: {} }], outputs: [{ name: output, type, shape }] } };
    };
    return this.op("If", [condition], { then_branch: branch(one, "then"), else_branch: branch(other, "else") });
  }

  integers(values: readonly number[]): string {
    const content = BigInt64Array.from(values, (value) => BigInt(value));
    return this.constant("int64", [values.length], new Uint8Array(content.buffer), values);
  }

  /** One integer without axes. */
  integer(value: number): string {
    return this.constant("int64", [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer), [value]);
  }

  float(value: number): string {
    return this.constant("float32", [], new Uint8Array(Float32Array.of(value).buffer), [value]);
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant("float32", shape, new Uint8Array(Float32Array.from(values).buffer), values);
  }

  /** A number of float64, for what is rounded to float32 only at its end. */
  double(value: number): string {
    return this.constant("float64", [], new Uint8Array(Float64Array.of(value).buffer), [value]);
  }

  int32s(values: readonly number[]): string {
    return this.constant("int32", [values.length], new Uint8Array(Int32Array.from(values).buffer), values);
  }

  int32(value: number): string {
    return this.constant("int32", [], new Uint8Array(Int32Array.of(value).buffer), [value]);
  }

  /** Filters that pass each channel on as it is, or scaled by a number: [channels, 1, 1, 1]. */
  unit(channels: number, scale = 1): string {
    const name = this.op("Expand", [this.float(scale), this.integers([channels, 1, 1, 1])]);
    if (scale === 1) this.units.add(name);
    return name;
  }

  /** Notes that a value is the sum of two images of one shape, both with channels in blocks. */
  noteSum(name: string): string {
    this.sums.add(name);
    return name;
  }

  private constant(type: ElementType, shape: readonly number[], bytes: Uint8Array, values: readonly number[]): string {
    const key = `${type}[${shape.join()}]${values.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join()}`;
    const found = this.constants.get(key);
    if (found !== undefined) return found.name;
    const name = `c${this.constants.size}`;
    this.constants.set(key, { name, type, shape, bytes });
    return name;
  }

  reshape(name: string, shape: readonly number[]): string {
    // With `allowzero` absent a 0 would mean "as in the input"; empty tensors never come here.
    const source = this.reshaped.get(name) ?? name;
    const result = this.op("Reshape", [source, this.integers(shape)]);
    this.reshaped.set(result, source);
    return result;
  }

  cast(name: string, type: ElementType): string {
    return this.op("Cast", [name], { to: elementTypes[type] });
  }

  /** Transposes; where only axes of size 1 move, that is a reshape. */
  transposed(name: string, shape: readonly number[], permutation: readonly number[]): string {
    const kept = permutation.filter((axis) => shape[axis] !== 1);
    const moves = kept.some((axis, i) => i > 0 && axis < (kept[i - 1] ?? 0));
    const result = permutation.map((axis) => shape[axis] ?? 1);
    if (!moves) return isSameShape(result, shape) ? name : this.reshape(name, result);
    return this.op("Transpose", [name], { perm: permutation });
  }

  model(inputs: readonly ModelValue[], outputs: readonly ModelValue[]): Model {
    return { nodes: tidied(this.nodes, outputs.map(({ name }) => name), { units: this.units, sums: this.sums, zero: this.float(0) }), constants: [...this.constants.values()], inputs, outputs };
  }
}

export { firstShape };
