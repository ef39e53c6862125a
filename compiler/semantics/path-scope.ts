// Paths of weights: the `layer` name, or the callee and its count among equal ones in its body; a `repeat` adds its turn.
// `repeat_1.3.encoder_layer.dense_2`: the third turn of the first `repeat`, the second unnamed `dense` of `encoder_layer`.
// Both counts start at 1, and 1 is not written for calls. Names of values, spans and formatting do not enter.

export class PathScope {
  readonly #prefix: string;
  /** How often each name was called; 0: only a layer's name or a count took it. */
  readonly #names = new Map<string, number>();
  #repeats = 0;

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
    const earlier = this.#names.get(callee);
    const count = (earlier ?? 0) + 1;
    this.#names.set(callee, count);
    if (count > 1) return this.named(`${callee}_${count}`);
    return earlier === undefined ? this.#join(callee) : null;
  }

  /** The path of a named layer, or null where it is taken. */
  named(name: string): string | null {
    if (this.#names.has(name)) return null;
    this.#names.set(name, 0);
    return this.#join(name);
  }

  /** The path of the next `repeat`, without a turn. */
  repeat(): string {
    return this.#join(`repeat_${++this.#repeats}`);
  }
}
