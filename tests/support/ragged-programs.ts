// Programs whose rows are sequences of unequal length, with data for them: of the kinds that users write, small.

/** Rows as a file of JSON lines. */
export function jsonl(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Numbers that depend on their place alone. */
const number = (row: number, at: number, below: number): number => (row * 31 + at * 17 + ((row * at) % 7) + Math.floor(row / 3)) % below;

const words = (row: number, length: number, below: number): readonly number[] => Array.from({ length }, (_, at) => number(row, at, below));

/** So long is a sequence of a row: between 1 and `longest`, both of them often. */
const lengthOf = (row: number, longest: number): number => (row % 5 === 0 ? longest : row % 5 === 1 ? 1 : 1 + number(row, 3, longest));

export interface RaggedProgram {
  readonly name: string;
  readonly source: string;
  /** Of `rows.jsonl`. */
  readonly row: (row: number) => object;
}

const settings = `  optimizer adam(lr: 3e-3)
  clip      norm 5
  batch     8
  steps     12
  seed      5
`;

export const raggedPrograms: readonly RaggedProgram[] = [
  {
    name: "tagger",
    source: `data rows = jsonl("rows.jsonl") {
  fields words: i32[..7] below 11 from "tokens", tags: i32[..7] below 4
  split  train 70%, valid 30%
}
model Net(d: int = 5, units: int = 4) {
  input  words: i32[..7] below 11
  x = words |> embedding(11, d)
  forward = x |> lstm(units)
  backward = x |> lstm(units, reverse: true)
  output tag = concat(forward, backward) |> dense(4)
}
train net: Net on rows {
  loss      cross_entropy(tag, tags)
  metrics   accuracy(tag, tags), f1(tag, tags, ignore: 0), perplexity(tag, tags), top_k(tag, tags, k: 2)
${settings}}
`,
    row: (row) => ({ tokens: words(row, lengthOf(row, 7), 11), tags: words(row + 1, lengthOf(row, 7), 4) }),
  },
  {
    name: "seq2seq",
    source: `data rows = jsonl("rows.jsonl") {
  fields source: i32[..6] below 9, target: i32[..5] below 8, shifted: i32[..5] below 8 from shift("target")
  split  train 70%, valid 30%
}
model Net(d: int = 4, units: int = 6) {
  input  source: i32[..6] below 9, shifted: i32[..5] below 8
  memory = source |> embedding(9, d) |> gru(units)
  back = source |> embedding(9, d) |> gru(units, reverse: true, initial: last(memory))
  y = shifted |> embedding(8, d) |> gru(units, initial: first(back))
  context = y |> cross_attention(memory, heads: 2)
  output next = concat(y, context) |> dense(units) |> tanh |> dense(8)
}
train net: Net on rows {
  loss      cross_entropy(next, target, smoothing: 0.1)
  metrics   perplexity(next, target)
${settings}}
`,
    row: (row) => ({ source: words(row, lengthOf(row, 6), 9), target: words(row + 2, lengthOf(row + 3, 5), 8) }),
  },
  {
    name: "t5",
    source: `block encoder_layer(x: f32[t, d], bias: f32[heads, t, t], hidden: int = 2 * d) -> f32[t, d] {
  x = x + (x |> rms_norm |> self_attention(heads, bias: bias))
  return x + (x |> rms_norm |> dense(hidden) |> relu |> dense(d))
}
block decoder_layer(y: f32[u, d], memory: f32[t, d], bias: f32[heads, u, u], hidden: int = 2 * d) -> f32[u, d] {
  y = y + (y |> rms_norm |> self_attention(heads, causal: true, bias: bias))
  y = y + (y |> rms_norm |> cross_attention(memory, heads))
  return y + (y |> rms_norm |> dense(hidden) |> relu |> dense(d))
}
data rows = jsonl("rows.jsonl") {
  fields source: i32[..6] below 9, target: i32[..5] below 9, shifted: i32[..5] below 9 from shift("target")
  split  train 70%, valid 30%
}
model Net(d: int = 8, heads: int = 2, depth: int = 2, k: int = 1) overparam k {
  input  source: i32[..6] below 9, shifted: i32[..5] below 9
  layer  tok = embedding(9, d)
  rel = relative_bias(heads, length: 6, buckets: 8)
  x = tok(source)
  repeat depth { x = x |> encoder_layer(rel) }
  rel = relative_bias(heads, length: 5, buckets: 8, causal: true)
  y = tok(shifted)
  repeat depth { y = y |> decoder_layer(x, rel) }
  output next: f32[5, 9] = y |> rms_norm |> tok.unembed
}
train net: Net(k: 2) on rows {
  loss      cross_entropy(next, target)
${settings}}
`,
    row: (row) => ({ source: words(row, lengthOf(row, 6), 9), target: words(row + 2, lengthOf(row + 3, 5), 9) }),
  },
  {
    name: "gpt",
    source: `import { decoder_layer } from "std/transformer"
data rows = jsonl("rows.jsonl") {
  fields words: i32[..6] below 9 from shift("text"), text: i32[..6] below 9
  split  train 70%, valid 30%
}
model Net(d: int = 8) {
  input  words: i32[..t] below 9
  x = words |> embedding(9, d) |> learned_positions(t) |> dropout(0.1)
  repeat 2 { x = x |> decoder_layer(heads: 2) }
  output next = x |> layer_norm |> dense(9)
}
train net: Net on rows {
  loss      cross_entropy(next, text)
  metrics   accuracy(next, text)
${settings}}
`,
    row: (row) => ({ text: words(row, lengthOf(row, 6), 9) }),
  },
  {
    name: "towers",
    source: `block tower(ids: i32[t] below vocab, d: int, vocab: int) -> f32[d] {
  x = ids |> embedding(vocab, d) |> mean(axis: 0)
  return x |> dense(2 * d) |> gelu |> dense(d) |> l2_normalize
}
data rows = jsonl("rows.jsonl") {
  fields query: i32[..3] below 12, doc: i32[..7] below 12
  split  train 70%, valid 30%
}
model Net(d: int = 4) {
  input  query: i32[..3] below 12, doc: i32[..7] below 12
  layer  shared = tower(d: d, vocab: 12)
  output query_vector: f32[d] = query |> shared
  output doc_vector: f32[d] = doc |> shared
}
train net: Net on rows {
  loss      contrastive(query_vector, doc_vector, temperature: 0.5)
${settings}}
`,
    row: (row) => ({ query: words(row, lengthOf(row, 3), 12), doc: words(row + 4, lengthOf(row + 2, 7), 12) }),
  },
  {
    name: "signals",
    source: `data rows = jsonl("rows.jsonl") {
  fields signal: f32[..6, 3], next: f32[..6, 2], level: f32[..6], kind: class[2]
  standardize signal, level
  split  train 70%, valid 30%
}
model Net {
  input  signal: f32[..6, 3], level: f32[..6]
  x = concat(signal, level |> reshape([6, 1])) |> dense(8)
  x = x + (x |> rms_norm |> self_attention(4, kv_heads: 2, rotary: true, causal: true))
  weight = exp(x |> dense(1))
  token = learned([1, 8]) |> cross_attention(x, heads: 2) |> reshape([8])
  scaled = x * weight / (0.5 + mean(weight, axis: 0))
  rate = sqrt(signal ** 2) + log(1 / (level ** 2 |> reshape([6, 1])))
  output ahead: f32[6, 2] = concat(scaled, rate) |> dense(2)
  output kind: f32[2] = concat(token, mean(scaled, axis: 0), last(x)) |> dense(2)
  output level_again = x |> dense(1) |> mean(axis: -1)
  output all = mean(x * x)
}
train net: Net on rows {
  loss      mse(ahead, next), huber(level_again, row.level), cross_entropy(kind, row.kind), small: 0.1 * mse(all, 0.5 * all)
  metrics   mae(ahead, next), accuracy(kind, row.kind)
${settings}}
`,
    row: (row) => {
      const length = lengthOf(row, 6);
      const numbers = (size: number, step: number): readonly number[] => Array.from({ length: size }, (_, at) => (number(row, at + step, 23) + 1) / 8);
      const list = (size: number, step: number): readonly (readonly number[])[] => Array.from({ length }, (_, at) => numbers(size, at * size + step));
      return { signal: list(3, 0), next: list(2, 5), level: numbers(length, 9), kind: row % 2 };
    },
  },
];

/** The data file of a program. */
export function raggedFiles({ row }: RaggedProgram, rows: number): Readonly<Record<string, string>> {
  return { "rows.jsonl": jsonl(Array.from({ length: rows }, (_, index) => row(index))) };
}
