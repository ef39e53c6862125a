// Builds the ONNX model of a flush. A value of rank 4 has up to two forms there, [n, h, w, c] as TensorFlow.js has it and [n, c, h, w] as
// the engine wants it for convolutions and pools; each is made from the other when first asked for. Element-wise ops and sums keep
// the form they meet, so that activations stay in the engine's layout between convolutions.

import { elementTypes, type Attribute, type ElementType, type Model, type ModelConstant, type ModelNode, type ModelValue } from "./model.js";
import { isSameShape, sizeOf } from "./value.js";

/** The names of the forms that a value has. */
export interface Forms {
  plain: string | null;
  channelsFirst: string | null;
}

/** What a kernel gives: the name of a value, or of one in [n, c, h, w]. */
export type Emitted = string | { readonly channelsFirst: string };

/** An input of a kernel in the shape it is used in. */
export class Operand {
  constructor(
    private readonly to: Emitter,
    private readonly forms: Forms,
    readonly shape: readonly number[],
    readonly dtype: ElementType,
  ) {}

  /** Its name in TensorFlow.js's layout. */
  get name(): string {
    if (this.forms.plain === null) {
      const { channelsFirst } = this.forms;
      if (channelsFirst === null) throw new Error("an operand without a form");
      this.forms.plain = this.to.transposed(channelsFirst, firstShape(this.shape), [0, 2, 3, 1]);
    }
    return this.forms.plain;
  }

  /** Its name in [n, c, h, w]. */
  get channelsFirst(): string {
    if (this.forms.channelsFirst === null) this.forms.channelsFirst = this.to.transposed(this.name, this.shape, [0, 3, 1, 2]);
    return this.forms.channelsFirst;
  }

  /** Is [n, c, h, w] the only form it has so far? */
  get isChannelsFirst(): boolean {
    return this.forms.plain === null;
  }

  get size(): number {
    return sizeOf(this.shape);
  }
}

/** [n, h, w, c] as [n, c, h, w]. */
export function firstShape([n = 1, h = 1, w = 1, c = 1]: readonly number[]): readonly number[] {
  return [n, c, h, w];
}

export class Emitter {
  private readonly nodes: ModelNode[] = [];
  private readonly constants = new Map<string, ModelConstant>();
  private count = 0;
  /** What an error calls the nodes that are emitted now. */
  label = "";

  /** One node with one output. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, domain = ""): string {
    const [name = ""] = this.ops(op, inputs, 1, attributes, domain);
    return name;
  }

  /** One node with several outputs. */
  ops(op: string, inputs: readonly string[], outputs: number, attributes: Readonly<Record<string, Attribute>> = {}, domain = ""): readonly string[] {
    const names = Array.from({ length: outputs }, () => `t${this.count++}`);
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
    return this.op("Reshape", [name, this.integers(shape)]);
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
    return { nodes: this.nodes, constants: [...this.constants.values()], inputs, outputs };
  }
}
