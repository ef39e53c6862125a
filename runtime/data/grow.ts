// Arrays of numbers whose length is not known while they are filled.

/** A typed array that doubles when it is full. */
export class Growing<A extends Float32Array | Int32Array> {
  private length = 0;

  /** `make` gives an array of so many zeros. */
  constructor(
    private readonly make: (length: number) => A,
    private values: A = make(1024),
  ) {}

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.make(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  /** What was pushed. */
  finish(): A {
    const result = this.make(this.length);
    result.set(this.values.subarray(0, this.length));
    return result;
  }
}
