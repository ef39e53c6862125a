// Writes protocol buffers: the few wire types that ONNX models need. Nothing is read, so there is no schema.

/** A growing buffer with one method per wire type; field numbers are those of the message's schema. */
export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** The message so far: a view, valid until the next write. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** An integer, negative ones as 64-bit two's complement. */
  integer(field: number, value: number): void {
    this.varint(field << 3);
    this.varint64(value);
  }

  float(field: number, value: number): void {
    this.varint((field << 3) | 5);
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
  }

  text(field: number, value: string): void {
    this.raw(field, encoder.encode(value));
  }

  raw(field: number, value: Uint8Array): void {
    this.varint((field << 3) | 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const inner = new ProtobufWriter();
    write(inner);
    this.raw(field, inner.finish());
  }

  private varint64(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    this.reserve(10);
    while (rest > 127n) {
      this.bytes[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

const encoder = new TextEncoder();
