// Factors: by how much the values of each source are scaled in the target. A weight may be scaled for each source, and every use says what the
// product of such factors must be; their logarithms form linear equations, solved as they come. See Note [Factors].

/** The logarithm of a factor for each source: a sum of unknowns, one per weight, and a constant per source. */
export interface Factor {
  readonly unknowns: ReadonlyMap<string, number>;
  readonly constant: readonly number[];
}

/** Equations hold up to this: numbers of a program are float32, so that a root and its inverse differ by some 1e-7. */
const tolerance = 5e-7;

export class Factors {
  readonly one: Factor;
  private readonly solved = new Map<string, Factor>();
  private readonly order = new Map<string, number>();

  /** `isFree` prefers unknowns to solve for: those of weights with one use. */
  constructor(
    sources: number,
    private readonly isFree: (weight: string) => boolean,
  ) {
    this.one = { unknowns: new Map(), constant: Array<number>(sources).fill(0) };
  }

  /** The factor of a weight. */
  of(weight: string): Factor {
    if (!this.order.has(weight)) this.order.set(weight, this.order.size);
    return { unknowns: new Map([[weight, 1]]), constant: this.one.constant };
  }

  /** Given factors, one per source. */
  given(factors: readonly number[]): Factor {
    return { unknowns: new Map(), constant: factors.map(Math.log) };
  }

  /** The product of a and b to the power of `power`. */
  times(a: Factor, b: Factor, power = 1): Factor {
    const unknowns = new Map(a.unknowns);
    for (const [name, coefficient] of b.unknowns) {
      const total = (unknowns.get(name) ?? 0) + power * coefficient;
      if (total === 0) unknowns.delete(name);
      else unknowns.set(name, total);
    }
    return { unknowns, constant: a.constant.map((value, source) => value + power * (b.constant[source] ?? 0)) };
  }

  /** Makes two factors equal, if what was said before allows it. */
  require(a: Factor, b: Factor): boolean {
    const difference = this.reduced(this.times(a, b, -1));
    const names = [...difference.unknowns.keys()];
    if (names.length === 0) return difference.constant.every((value) => Math.abs(value) < tolerance);
    const rank = (name: string): number => (this.isFree(name) ? 1e9 : 0) + (this.order.get(name) ?? 0);
    const pivot = names.reduce((best, name) => (rank(name) > rank(best) ? name : best));
    const coefficient = difference.unknowns.get(pivot) ?? 1;
    const rest = new Map([...difference.unknowns].filter(([name]) => name !== pivot).map(([name, value]) => [name, -value / coefficient]));
    this.solved.set(pivot, { unknowns: rest, constant: difference.constant.map((value) => -value / coefficient) });
    return true;
  }

  /** The numbers that a factor stands for, with unknowns that nothing was said of taken for 1. */
  values(factor: Factor): readonly number[] {
    return this.reduced(factor).constant.map((value) => Math.exp(Math.abs(value) < tolerance ? 0 : value));
  }

  private reduced(factor: Factor): Factor {
    let result = factor;
    for (;;) {
      const name = [...result.unknowns.keys()].find((each) => this.solved.has(each));
      const solution = name === undefined ? undefined : this.solved.get(name);
      if (name === undefined || solution === undefined) return result;
      const coefficient = result.unknowns.get(name) ?? 0;
      const unknowns = new Map(result.unknowns);
      unknowns.delete(name);
      result = this.times({ unknowns, constant: result.constant }, solution, coefficient);
    }
  }
}

// Note [Factors]
// A head that reads the features of N sources side by side must weigh each by 1/N, once, on its weight. A table of embeddings that is read
// by tokens and by the head has two uses, one that asks for 1 and one that asks for 1/N: then the scale of the norm before the head takes
// the factor. A number that depends on the width, such as the root of d in front of a table, is one more factor of each source. Unknowns
// that no equation decides stay 1; of those that an equation could decide, it takes the last weight that has one use only.
