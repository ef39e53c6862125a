// As much of a WebAssembly assembler as loops over vectors of four floats need (WebAssembly 2.0, chapter 5: binary format).

type Bytes = readonly number[];

const i32 = 0x7f;
const f32 = 0x7d;
const v128 = 0x7b;

/** A loop over arrays: for each four elements it runs `body`. */
export interface VectorLoop {
  readonly name: string;
  /** Arrays that it reads or writes; each is a parameter, its address. After them comes the number of bytes, a multiple of 16. */
  readonly arrays: readonly string[];
  /** Numbers, the same for all elements: the parameters after those. */
  readonly numbers: readonly string[];
  /** Values that the body keeps for a moment. */
  readonly values: readonly string[];
  readonly body: (to: LoopBody) => Bytes;
}

/** What a loop's body is made of: expressions leave a vector on the stack. */
export interface LoopBody {
  /** Four elements of an array. */
  readonly load: (array: string) => Bytes;
  readonly store: (array: string, value: Bytes) => Bytes;
  /** Keeps a value, and leaves it on the stack. */
  readonly keep: (value: string, of: Bytes) => Bytes;
  /** A value that was kept, or a number. */
  readonly get: (name: string) => Bytes;
  readonly add: (a: Bytes, b: Bytes) => Bytes;
  readonly sub: (a: Bytes, b: Bytes) => Bytes;
  readonly mul: (a: Bytes, b: Bytes) => Bytes;
  readonly div: (a: Bytes, b: Bytes) => Bytes;
  readonly sqrt: (a: Bytes) => Bytes;
}

/** The bytes of a module with these functions, by name, which imports its memory as `host.memory`. */
export function assemble(loops: readonly VectorLoop[]): Uint8Array<ArrayBuffer> {
  const types = loops.map(({ arrays, numbers }) => [0x60, ...vector([...arrays.map(() => [i32]), [i32], ...numbers.map(() => [f32])]), 0]);
  const memory = [...text("host"), ...text("memory"), 2, 0, 1];
  const exports = loops.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, types), ...section(2, [memory]), ...section(3, loops.map((_, i) => unsigned(i))), ...section(7, exports), ...section(10, loops.map(functionBody))]);
}

function functionBody({ arrays, numbers, values, body }: VectorLoop): Bytes {
  const end = arrays.length;
  const firstVector = end + 1 + numbers.length;
  const vectors = new Map([...numbers, ...values].map((name, i) => [name, firstVector + i]));
  const offset = firstVector + vectors.size;
  const place = (map: number | undefined, name: string): number => {
    if (map === undefined || map < 0) throw new Error(`a loop without ${name}`);
    return map;
  };
  const address = (array: string): Bytes => [...localGet(place(arrays.indexOf(array), array)), ...localGet(offset), 0x6a];
  const binary = (code: number) => (a: Bytes, b: Bytes): Bytes => [...a, ...b, ...simd(code)];
  const to: LoopBody = {
    load: (array) => [...address(array), ...simd(0x00), 4, 0],
    store: (array, value) => [...address(array), ...value, ...simd(0x0b), 4, 0],
    keep: (value, of) => [...of, 0x22, ...unsigned(place(vectors.get(value), value))],
    get: (name) => localGet(place(vectors.get(name), name)),
    add: binary(0xe4),
    sub: binary(0xe5),
    mul: binary(0xe6),
    div: binary(0xe7),
    sqrt: (a) => [...a, ...simd(0xe3)],
  };
  const spread = numbers.flatMap((name, i) => [...localGet(end + 1 + i), ...simd(0x13), 0x21, ...unsigned(place(vectors.get(name), name))]);
  // The offset goes up by 16 while it is below the end.
  const again = [...localGet(offset), 0x41, 16, 0x6a, 0x22, ...unsigned(offset), ...localGet(end), 0x49, 0x0d, 0];
  const code = [...vector([[...unsigned(vectors.size), v128], [1, i32]]), ...spread, 0x03, 0x40, ...body(to), ...again, 0x0b, 0x0b];
  return [...unsigned(code.length), ...code];
}

function localGet(index: number): Bytes {
  return [0x20, ...unsigned(index)];
}

function simd(code: number): Bytes {
  return [0xfd, ...unsigned(code)];
}

function text(value: string): Bytes {
  return vector([...value].map((letter) => [letter.charCodeAt(0)]));
}

function section(id: number, items: readonly Bytes[]): Bytes {
  const body = vector(items);
  return [id, ...unsigned(body.length), ...body];
}

function vector(items: readonly Bytes[]): Bytes {
  return [...unsigned(items.length), ...items.flat()];
}

/** LEB128. */
function unsigned(value: number): Bytes {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}
