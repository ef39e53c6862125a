// Random numbers as a function of what they are for: a stream is keyed by the seed, its purpose and further keys (path, step), and
// yields the same numbers wherever and whenever it is asked. Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
// 1, 2, 3") in counter mode; the key and the upper half of the counter are a 128-bit hash of the names. `Math.random` is never used.

/** A sequence of random numbers; each call takes the next ones. */
export interface Stream {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 32 random bits; exact as a double. */
  uniform(): number;
  /** A standard normal number (Box-Muller). */
  normal(): number;
  /** An exponential number of mean 1. */
  exponential(): number;
  /** A gamma number of shape `alpha` and scale 1 (Marsaglia and Tsang 2000). */
  gamma(alpha: number): number;
  /** A whole number in [0, n), without bias; n at most 2^32. */
  below(n: number): number;
  /** The numbers 0 to n - 1 in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array;
  /** Fills an array with `scale` times standard normal numbers. */
  fillNormal(out: Float32Array, scale: number): Float32Array;
  /** Fills an array with uniform numbers in [low, high). */
  fillUniform(out: Float32Array, low: number, high: number): Float32Array;
}

/** The stream for one purpose: `stream(seed, "dropout", path, step)`. Different keys give independent streams. */
export function stream(seed: number, purpose: string, ...keys: readonly (string | number)[]): Stream {
  const [key0, key1, high0, high1] = hash128(JSON.stringify([seed, purpose, ...keys]));
  return new PhiloxStream(key0, key1, high0, high1);
}

/** The stream for noise at `path` in a step; each of several batches of the step, by `part`, has its own. */
export function noiseStream(seed: number, purpose: string, path: string, step: number, part: number): Stream {
  return part === 0 ? stream(seed, purpose, path, step) : stream(seed, purpose, path, step, part);
}

class PhiloxStream implements Stream {
  private readonly counter: Uint32Array;
  private readonly block = new Uint32Array(4);
  private next = 4;
  private spareNormal: number | null = null;

  constructor(
    private readonly key0: number,
    private readonly key1: number,
    high0: number,
    high1: number,
  ) {
    this.counter = Uint32Array.of(0, 0, high0, high1);
  }

  uint32(): number {
    if (this.next === 4) {
      philox4x32(this.counter, this.key0, this.key1, this.block);
      this.next = 0;
      const low = ((this.counter[0] ?? 0) + 1) >>> 0;
      this.counter[0] = low;
      if (low === 0) this.counter[1] = (this.counter[1] ?? 0) + 1;
    }
    return this.block[this.next++] ?? 0;
  }

  uniform(): number {
    return this.uint32() * 2 ** -32;
  }

  normal(): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return spare;
    }
    const radius = Math.sqrt(2 * this.exponential());
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  exponential(): number {
    // (n + 1) / 2^32 lies in (0, 1]: the logarithm is finite.
    return -Math.log((this.uint32() + 1) * 2 ** -32);
  }

  gamma(alpha: number): number {
    if (alpha < 1) {
      const power = Math.pow((this.uint32() + 1) * 2 ** -32, 1 / alpha);
      return this.gamma(alpha + 1) * power;
    }
    const d = alpha - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      const u = (this.uint32() + 1) * 2 ** -32;
      if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const x = this.uint32();
      if (x < limit) return x % n;
    }
  }

  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }

  fillNormal(out: Float32Array, scale: number): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = scale * this.normal();
    return out;
  }

  fillUniform(out: Float32Array, low: number, high: number): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = low + (high - low) * this.uniform();
    return out;
  }
}

/** One block of Philox4x32-10: writes four words for a counter of four words and a key of two. */
export function philox4x32(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let c0 = counter[0] ?? 0;
  let c1 = counter[1] ?? 0;
  let c2 = counter[2] ?? 0;
  let c3 = counter[3] ?? 0;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each partial product is below 2^32, and so is each sum with a carry: doubles hold them exactly.
  const middle = aHigh * bLow + ((Math.imul(aLow, bLow) >>> 0) >>> 16);
  const cross = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

/** 128 bits of a text by the rounds of MurmurHash3 x86 (Appleby, public domain), its UTF-16 code units two to a word, the last block filled with 0. */
function hash128(text: string): readonly [number, number, number, number] {
  const multipliers = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
  const rotations = [15, 16, 17, 18] as const;
  const stateRotations = [19, 17, 15, 13] as const;
  const additions = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;
  const h: [number, number, number, number] = [0, 0, 0, 0];
  const word = (i: number): number => (2 * i < text.length ? text.charCodeAt(2 * i) | ((2 * i + 1 < text.length ? text.charCodeAt(2 * i + 1) : 0) << 16) : 0);
  const blocks = Math.ceil(text.length / 8);
  for (let block = 0; block < blocks; block++) {
    for (const lane of [0, 1, 2, 3] as const) {
      const after = multipliers[((lane + 1) % 4) as 0 | 1 | 2 | 3];
      const k = Math.imul(rotate(Math.imul(word(4 * block + lane), multipliers[lane]), rotations[lane]), after);
      h[lane] ^= k;
      h[lane] = (Math.imul((rotate(h[lane], stateRotations[lane]) + h[((lane + 1) % 4) as 0 | 1 | 2 | 3]) | 0, 5) + additions[lane]) | 0;
    }
  }
  for (const lane of [0, 1, 2, 3] as const) h[lane] ^= text.length;
  spread(h);
  for (const lane of [0, 1, 2, 3] as const) {
    let x = h[lane];
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    h[lane] = x ^ (x >>> 16);
  }
  spread(h);
  return h;
}

/** Lets every lane depend on every other. */
function spread(h: [number, number, number, number]): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0;
  h[1] = (h[1] + h[0]) | 0;
  h[2] = (h[2] + h[0]) | 0;
  h[3] = (h[3] + h[0]) | 0;
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
