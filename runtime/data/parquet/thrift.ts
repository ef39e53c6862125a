// The compact protocol of Thrift as far as sizes in Parquet files need it. It goes over bytes that hyparquet reads afterwards: what it accepts takes time
// and memory in proportion to its bytes, whatever they say.

/** Fields of a structure by their numbers: whole numbers and structures. Lists and texts are gone over and left out. */
export interface Structure {
  readonly numbers: ReadonlyMap<number, number>;
  readonly structures: ReadonlyMap<number, Structure>;
}

/** Bytes that are no structure; the message says why: `a number has no end`. */
export class ThriftError extends Error {}

const deepest = 24;

/** Reads one structure after the other. */
export class ThriftReader {
  constructor(
    private readonly bytes: Uint8Array,
    /** Of the next byte. */
    public at: number,
    private readonly end: number = bytes.length,
  ) {}

  structure(depth = 0): Structure {
    if (depth > deepest) throw new ThriftError("its structures are too deep");
    const numbers = new Map<number, number>();
    const structures = new Map<number, Structure>();
    let field = 0;
    for (;;) {
      const head = this.byte();
      const type = head & 15;
      if (type === 0) return { numbers, structures };
      field = head >> 4 === 0 ? this.zigzag() : field + (head >> 4);
      const found = this.value(type, depth);
      if (typeof found === "number") numbers.set(field, found);
      else if (found !== null) structures.set(field, found);
    }
  }

  private value(type: number, depth: number): number | Structure | null {
    switch (type) {
      case 1:
      case 2:
        return type === 1 ? 1 : 0;
      case 3:
        return this.byte();
      case 4:
      case 5:
      case 6:
        return this.zigzag();
      case 7:
        this.skip(8);
        return null;
      case 8:
        this.skip(this.varint());
        return null;
      case 9:
        this.list(depth);
        return null;
      case 12:
        return this.structure(depth + 1);
      default:
        throw new ThriftError(`it holds a value of type ${type}`);
    }
  }

  private list(depth: number): void {
    const head = this.byte();
    const count = head >> 4 === 15 ? this.varint() : head >> 4;
    const type = head & 15;
    // Each element takes a byte at least.
    if (count > this.end - this.at) throw new ThriftError("its data end early");
    for (let i = 0; i < count; i++) {
      if (type === 1 || type === 2) this.byte();
      else this.value(type, depth);
    }
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1, bytes = 0; bytes < 10; bytes++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new ThriftError("a number has no end");
  }

  private byte(): number {
    const byte = this.at < this.end ? this.bytes[this.at++] : undefined;
    if (byte === undefined) throw new ThriftError("its data end early");
    return byte;
  }

  private skip(count: number): void {
    if (count > this.end - this.at) throw new ThriftError("its data end early");
    this.at += count;
  }
}
