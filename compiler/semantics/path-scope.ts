// Paths of weights: the `layer` name, or the callee and its count among equal ones in its body; a `repeat` adds its turn.
// `repeat_1.3.encoder_layer.dense_2`: the third turn of the first `repeat`, the second unnamed `dense` of `encoder_layer`.
// Both counts start at 1, and 1 is not written for calls. Names of values, spans and formatting do not enter.

export class PathScope {
  readonly #prefix: string;
  readonly #counts = new Map<string, number>();
  readonly #used = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The path of the body; "" for the model's own. */
  get prefix(): string {
    return this.#prefix;
  }

  #join(segment: string): string {
    return this.#prefix === "" ? segment : `${this.#prefix}.${segment}`;
  }

  /** The path of an unnamed call, or null where a named layer holds it already. */
  call(callee: string): string | null {
    const count = (this.#counts.get(callee) ?? 0) + 1;
    this.#counts.set(callee, count);
    return this.named(count === 1 ? callee : `${callee}_${count}`);
  }

  /** The path of a named layer, or null where it is taken. */
  named(name: string): string | null {
    if (this.#used.has(name)) return null;
    this.#used.add(name);
    return this.#join(name);
  }

  /** The path of the next `repeat`, without a turn. */
  repeat(): string {
    const count = (this.#counts.get("repeat") ?? 0) + 1;
    this.#counts.set("repeat", count);
    return this.#join(`repeat_${count}`);
  }
}
