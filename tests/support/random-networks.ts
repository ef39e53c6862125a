// Random networks as `.sop` text: `Net(a, b)` with layers of all kinds, whose widths follow from a and b or are fixed.

import { stream, type Stream } from "../../runtime/index.js";

/** A size: `a * a + b * b + fixed`. */
interface Size {
  readonly a: number;
  readonly b: number;
  readonly fixed: number;
}

interface Value {
  readonly name: string;
  readonly shape: readonly Size[];
}

const fixed = (size: number): Size => ({ a: 0, b: 0, fixed: size });

function textOf({ a, b, fixed: constant }: Size): string {
  const terms = [...(a === 0 ? [] : [a === 1 ? "a" : `${a} * a`]), ...(b === 0 ? [] : [b === 1 ? "b" : `${b} * b`]), ...(constant === 0 ? [] : [String(constant)])];
  return terms.length === 0 ? "0" : terms.join(" + ");
}

const same = (x: Value, y: Value): boolean => x.shape.map(textOf).join() === y.shape.map(textOf).join();
const times = (factor: number, { a, b, fixed: constant }: Size): Size => ({ a: factor * a, b: factor * b, fixed: factor * constant });
const plus = (x: Size, y: Size): Size => ({ a: x.a + y.a, b: x.b + y.b, fixed: x.fixed + y.fixed });
const isPure = (size: Size): boolean => size.fixed === 0;
const isFixed = (size: Size): boolean => size.a === 0 && size.b === 0;

/** The text of a model `Net(a: int, b: int)` with inputs and one output. */
export function randomNetwork(seed: number): string {
  return new Writer(stream(seed, "network")).write();
}

class Writer {
  private readonly lines: string[] = [];
  private readonly values: Value[] = [];
  private count = 0;

  constructor(private readonly numbers: Stream) {}

  write(): string {
    const kind = this.pick(["vector", "vector", "sequence", "tokens", "image"]);
    const input = { vector: "x: f32[5]", sequence: "x: f32[4, 3]", tokens: "x: i32[4] below 5", image: "x: f32[4, 4, 2]" }[kind] ?? "";
    let x: Value = { name: "x", shape: { vector: [5], sequence: [4, 3], image: [4, 4, 2] }[kind]?.map(fixed) ?? [fixed(4)] };
    if (kind === "tokens") {
      const size = this.width();
      this.lines.push(`layer table = embedding(5, ${textOf(size)}, init: normal(1))`);
      x = this.add(this.chance(0.4) ? `(x |> table) * sqrt(${textOf(size)})` : "x |> table", [fixed(4), size]);
      if (this.chance(0.4)) x = this.add(`${x.name} |> learned_positions(4)`, x.shape);
      for (let layers = this.numbers.below(5); layers > 0; layers--) x = this.layer(x);
      if (x.shape.length === 2 && textOf(x.shape[1] ?? size) === textOf(size) && this.chance(0.7)) {
        if (this.chance(0.7)) x = this.add(`${x.name} |> ${this.pick(["rms_norm", "layer_norm"])}`, x.shape);
        if (this.chance(0.3)) x = this.add(`${x.name} / sqrt(${textOf(size)})`, x.shape);
        return this.finish(input, `${x.name} |> table.unembed`);
      }
    } else this.values.push(x);
    for (let layers = 1 + this.numbers.below(6); layers > 0; layers--) x = this.layer(x);
    if (x.shape.length === 3 && this.chance(0.5)) x = this.add(`${x.name} |> global_avg_pool`, x.shape.slice(2));
    else if (x.shape.length === 2 && this.chance(0.5)) x = this.add(`${x.name} |> mean(axis: 0)`, x.shape.slice(1));
    else if (x.shape.length > 1 && x.shape.filter((size) => !isFixed(size)).length < 2) x = this.flatten(x);
    const tail = this.pick(["", "", "", "", " |> sigmoid", " * 0.5", " |> softmax"]);
    return this.finish(input, tail === " * 0.5" ? `0.5 * (${x.name} |> dense(3))` : `${x.name} |> dense(3)${tail}`);
  }

  private finish(input: string, output: string): string {
    return `model Net(a: int, b: int) {\n  input ${input}\n  ${this.lines.join("\n  ")}\n  output y = ${output}\n}\n`;
  }

  private layer(x: Value): Value {
    const last = x.shape.at(-1) ?? fixed(1);
    const text = textOf(last);
    const keep = (call: string): Value => this.add(`${x.name} |> ${call}`, x.shape);
    const to = (size: Size): Value["shape"] => [...x.shape.slice(0, -1), size];
    const choice = this.numbers.below(34);
    switch (choice) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const size = this.width();
        return this.add(`${x.name} |> dense(${textOf(size)}${this.chance(0.3) ? ", bias: false" : ""})`, to(size));
      }
      case 4:
      case 5:
      case 6:
        return keep(this.pick(["relu", "relu", "gelu", "tanh", "sigmoid", "silu", "softplus", "elu", "leaky_relu", "dropout(0.2)", "exp", "softplus |> log", "noise"]));
      case 7:
      case 8:
        return keep(this.pick(["layer_norm", "rms_norm", "batch_norm", "l2_normalize", "softmax"]));
      case 9:
      case 10:
        return this.add(`${x.name} + (${x.name} |> ${this.pick(["rms_norm", "relu", "layer_norm", "tanh"])} |> dense(${text}))`, x.shape);
      case 11:
        return this.add(`${x.name} * (${x.name} |> dense(${text}) |> sigmoid)`, x.shape);
      case 12: {
        const other = this.values.find((value) => same(value, x) && value.name !== x.name);
        return other === undefined ? keep("relu") : this.add(`${x.name} ${this.pick([`+ ${other.name}`, `- ${other.name}`, `* ${other.name}`, `/ (1 + (${other.name} |> softplus))`])}`, x.shape);
      }
      case 20: {
        const name = `shared${this.count}`;
        const size = this.width();
        this.lines.push(`layer ${name} = dense(${textOf(size)})`);
        const once = this.add(`${x.name} |> ${name}`, to(size));
        return textOf(size) === text ? this.add(`${once.name} |> relu |> ${name}`, to(size)) : this.add(`(${once.name} |> tanh) + (${x.name} * 2 |> ${name})`, to(size));
      }
      case 13: {
        const beside = this.values.filter((value) => value.shape.length === x.shape.length && value.shape.slice(0, -1).map(textOf).join() === x.shape.slice(0, -1).map(textOf).join());
        const other = beside[this.numbers.below(Math.max(1, beside.length))];
        return other === undefined ? keep("tanh") : this.add(`concat(${x.name}, ${other.name}${x.shape.length > 1 ? ", axis: -1" : ""})`, to(plus(last, other.shape.at(-1) ?? fixed(0))));
      }
      case 14: {
        const size = this.width();
        const both = this.add(`${x.name} |> dense(2 * (${textOf(size)}))`, to(times(2, size)));
        const half = (from: string): Value => this.add(`${both.name} |> slice(${from}, ${textOf(size)}, axis: -1)`, to(size));
        const [left, right] = [half("0"), half(textOf(size))];
        return this.add(`(${left.name} |> ${this.pick(["silu", "relu", "sigmoid"])}) * ${right.name}`, to(size));
      }
      case 15:
        return this.add(`${x.name} ${this.pick([`* learned([1], init: normal(1))`, `* learned([${text}], init: normal(1))`, `+ learned([${text}], init: normal(1))`, `* sqrt(${text})`, `/ sqrt(${text})`, "* 2", "+ 1", "- 0.5", "** 2", `/ (1 + learned([${text}]) ** 2)`])}`, x.shape);
      case 16:
        if (isPure(last)) return keep(this.pick([`group_norm(group_size: 1)`, "group_norm(groups: 1)", `group_norm(groups: ${text})`]));
        return keep("relu");
      case 17:
      case 18:
      case 19:
        return x.shape.length === 2 ? this.ofSequence(x, last) : x.shape.length === 3 ? this.ofImage(x, last) : this.ofVector(x, last);
      default:
        return x.shape.length === 2 ? this.ofSequence(x, last) : x.shape.length === 3 ? this.ofImage(x, last) : choice < 27 ? this.add(`${x.name} |> dense(${text}) |> ${this.pick(["relu", "gelu", "layer_norm", "rms_norm"])}`, x.shape) : this.ofVector(x, last);
    }
  }

  private ofVector(x: Value, last: Size): Value {
    const choice = this.numbers.below(4);
    if (choice === 0) return this.add(`${x.name} |> reshape([1, ${textOf(last)}])`, [fixed(1), last]);
    if (choice === 1) {
      const size = this.width();
      const wide = this.add(`${x.name} |> dense(3 * (${textOf(size)}))`, [times(3, size)]);
      return this.add(`${wide.name} |> reshape(${this.pick([`[3, ${textOf(size)}]`])})`, [fixed(3), size]);
    }
    if (choice === 2 && isPure(last)) return this.add(`${x.name} |> dense(2 * (${textOf(last)})) |> reshape([${textOf(last)}, 2]) |> ${this.pick(["tanh", "relu"])} |> flatten`, [times(2, last)]);
    return this.add(`(${x.name} |> pad([1])) |> tanh`, [plus(last, fixed(2))]);
  }

  private ofSequence(x: Value, last: Size): Value {
    const [steps = fixed(4)] = x.shape;
    const text = textOf(last);
    if (!isFixed(steps)) return this.add(`${x.name} |> transpose(axes: [1, 0])`, [last, steps]);
    const into = (size: Size): Value["shape"] => [steps, size];
    const size = this.width();
    switch (this.numbers.below(15)) {
      case 12:
      case 13: {
        const memory = this.values.find((value) => value.shape.length === 2 && isFixed(value.shape[0] ?? fixed(1)));
        const wide = { a: 2, b: 0, fixed: 0 };
        const base = this.add(`${x.name} |> dense(2 * a)`, into(wide));
        return memory === undefined ? base : this.add(`${base.name} |> cross_attention(${memory.name}, a)`, into(wide));
      }
      case 14: {
        const wide = { a: 4, b: 0, fixed: 0 };
        const base = this.add(`${x.name} |> dense(4 * a)`, into(wide));
        return this.add(`${base.name} |> self_attention(2 * a, kv_heads: a)`, into(wide));
      }
      case 0: {
        const heads = this.heads(last);
        const more = this.pick(["", ", causal: true", ", kv_heads: 1", ", projection_bias: false", `, bias: relative_bias(${heads}, length: ${textOf(steps)}, buckets: 4, max_distance: 4)`]);
        return this.add(`${x.name} |> self_attention(${heads}${more})`, x.shape);
      }
      case 1:
      case 2: {
        const wide = { a: 2 * (1 + this.numbers.below(2)), b: 0, fixed: 0 };
        const base = this.add(`${x.name} |> dense(${textOf(wide)})`, into(wide));
        const rotary = this.pick(["", ", rotary: true"]);
        const grouped = this.pick(["", "", ", kv_heads: 1"]);
        return this.add(`${base.name} |> self_attention(a${rotary}${grouped}${this.pick(["", ", causal: true"])})`, into(wide));
      }
      case 3:
        return this.add(`${x.name} |> ${this.pick(["lstm", "gru"])}(${textOf(size)}${this.pick(["", ", reverse: true"])})`, into(size));
      case 4:
        return this.add(`${x.name} |> conv1d(${textOf(size)}, kernel: 3)`, into(size));
      case 5:
        return this.chance(0.8) ? this.add(`${x.name} |> mean(axis: 0)`, [last]) : this.add(`${x.name} |> mean(axis: 1)`, [steps]);
      case 6:
        return this.flatten(x);
      case 7:
        return this.add(`${x.name} |> transpose(axes: [1, 0])`, [last, steps]);
      case 8: {
        const wide = { a: 2, b: 0, fixed: 0 };
        const base = this.add(`${x.name} |> dense(2 * a)`, into(wide));
        return this.add(`${base.name} |> ${this.pick(["rotary", "rotary(heads: a)"])}`, into(wide));
      }
      case 9:
        return this.add(`${x.name} |> ${this.pick(["last", "first", "learned_positions(8) |> first"])}`, [last]);
      case 10:
        return this.add(`matmul(matmul(${x.name}, ${x.name} |> transpose(axes: [1, 0])) * 0.3, ${x.name})`, x.shape);
      default:
        return this.add(`${x.name} |> dense(${text}) |> relu`, x.shape);
    }
  }

  private heads(size: Size): string {
    if (size.a > 0 && size.b === 0 && size.fixed === 0) return this.pick(["a", "1"]);
    return size.b > 0 && size.a === 0 && size.fixed === 0 ? this.pick(["b", "1"]) : "1";
  }

  private ofImage(x: Value, last: Size): Value {
    const size = this.width();
    const [height = fixed(4), width = fixed(4)] = x.shape;
    const as = (channels: Size): Value["shape"] => [height, width, channels];
    switch (this.numbers.below(10)) {
      case 0:
      case 1:
        return this.add(`${x.name} |> conv2d(${textOf(size)}, kernel: 3${this.pick(["", ", bias: false", ", dilation: 2"])})`, as(size));
      case 2:
        return this.chance(0.5) ? this.add(`${x.name} |> depthwise_conv2d(3)`, x.shape) : this.add(`${x.name} |> depthwise_conv2d(3, multiplier: 2)`, as(times(2, last)));
      case 3: {
        const even = times(2, size);
        const base = this.add(`${x.name} |> conv2d(${textOf(even)}, kernel: 1)`, as(even));
        const groups = this.pick(["2", textOf(size), textOf(size)]);
        return this.add(`${base.name} |> conv2d(${textOf(even)}, kernel: 3, groups: ${groups})`, as(even));
      }
      case 4:
        return this.add(`${x.name} |> batch_norm |> relu`, x.shape);
      case 5:
        if (this.chance(0.3)) return this.add(`${x.name} |> resize(size: 3, method: ${this.pick(["nearest", "bilinear"])})`, [fixed(3), fixed(3), last]);
        if (this.chance(0.3)) return this.add(`${x.name} |> pad([1, 0, 0], value: ${this.pick(["0", "1"])})`, [plus(height, fixed(1)), width, last]);
        return this.add(`${x.name} |> ${this.pick(["max_pool(2, stride: 1, padding: same)", "avg_pool(2, stride: 1, padding: same)"])}`, x.shape);
      case 6:
        return this.add(`${x.name} |> conv2d_transpose(${textOf(size)}, kernel: 2, stride: 1, padding: same)`, as(size));
      case 7:
        return this.add(`${x.name} |> global_avg_pool`, [last]);
      case 8:
        return this.flatten(x);
      default:
        return this.add(`(${x.name} |> conv2d(${textOf(last)}, kernel: 3, bias: false) |> batch_norm) + ${x.name}`, x.shape);
    }
  }

  private flatten(x: Value): Value {
    const grows = x.shape.filter((size) => !isFixed(size));
    if (grows.length > 1) return this.add(`${x.name} |> relu`, x.shape);
    const factor = x.shape.filter(isFixed).reduce((product, size) => product * size.fixed, 1);
    return this.add(`${x.name} |> flatten`, [times(factor, grows[0] ?? fixed(1))]);
  }

  private width(): Size {
    const one = { a: 1, b: 0, fixed: 0 };
    const other = { a: 0, b: 1, fixed: 0 };
    return this.pick([one, one, one, other, other, { a: 2, b: 0, fixed: 0 }, { a: 1, b: 1, fixed: 0 }, { a: 2, b: 1, fixed: 0 }, ...(this.chance(0.3) ? [fixed(3)] : [])]);
  }

  private add(expression: string, shape: readonly Size[]): Value {
    const value = { name: `v${++this.count}`, shape };
    this.lines.push(`${value.name} = ${expression}`);
    this.values.push(value);
    return value;
  }

  private pick<T>(list: readonly T[]): T {
    const item = list[this.numbers.below(list.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  private chance(share: number): boolean {
    return this.numbers.uniform() < share;
  }
}
