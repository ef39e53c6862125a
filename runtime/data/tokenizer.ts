// Tokenizer files, `tokenizer.json` as the library `tokenizers` of Hugging Face writes them: byte pair encoding (Sennrich et al. 2016, over
// characters or, as in GPT-2, over bytes) and whole words. A file that asks for anything else is refused by the name of what it asks for,
// since tokens that are nearly right would be wrong. Patterns of a file are never run: a regular expression can be made to take forever.

import { UserError } from "../program/errors.js";
import { mergePairs, type Merges } from "./byte-pairs.js";
import { readDataFile } from "./read-file.js";

export interface Tokenizer {
  readonly sha256: string;
  /** Gives the numbers of a text's tokens, one after the other, until `take` returns false. Tokens that the file's `post_processor` would put around it are not added. */
  readonly encode: (text: string, take: (token: number) => boolean) => void;
}

/** Tokens of a word by their numbers; throws for what has none. */
type Model = (word: string) => readonly number[];

const largestFile = 100_000_000;
/** Characters of what is not cut any further. */
const longestWord = 1_000_000;
/** Words whose tokens are kept: so many, and none of more characters. */
const mostCached = 100_000;
const longestCached = 64;

/** What GPT-2 takes as words: contractions, letters, digits, others, each with the space before it; then spaces. */
const gpt2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const wordsAndMarks = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
const parts = /\P{White_Space}+/gu;

/** Reads a tokenizer file, named relative to `directory`. */
export function readTokenizer(name: string, directory: string): Tokenizer {
  const file = readDataFile(name, directory, null, largestFile);
  let json: unknown;
  try {
    json = JSON.parse(file.bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`\`${name}\` is not JSON, expected a tokenizer file (\`tokenizer.json\`).`, "Name the `tokenizer.json` that the library `tokenizers` wrote.");
    throw error;
  }
  return { sha256: file.sha256, encode: encoder(new Reader(name), json) };
}

/** The parts of a file, checked; what is missing or not known is told with its place. */
class Reader {
  constructor(private readonly file: string) {}

  object(value: unknown, place: string): Readonly<Record<string, unknown>> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
    throw this.wrong(`has no object \`${place}\``);
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw this.wrong(`has no list \`${place}\``);
  }

  id(value: unknown, place: string): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 24) return value;
    throw this.wrong(`holds a number for ${place} that no token has`);
  }

  wrong(what: string): UserError {
    return new UserError(`\`${this.file}\` ${what}, expected a tokenizer file.`, "Name the `tokenizer.json` that the library `tokenizers` wrote.");
  }

  refuse(what: string): UserError {
    return new UserError(`\`${this.file}\` asks for ${what}, which is not supported.`, "Turn the text into tokens first, and read their numbers with `jsonl` or `npy`.");
  }

  /** Refuses a setting unless it is absent or one of `allowed`. */
  only(settings: Readonly<Record<string, unknown>>, key: string, ...allowed: readonly unknown[]): void {
    const value = settings[key] ?? null;
    if (value !== null && !allowed.includes(value)) throw this.refuse(`\`${key}\` ${short(value)}`);
  }

  unknown(token: string): UserError {
    return new UserError(`\`${this.file}\` has no token for ${short(token)} and none for what is unknown.`, "Use the tokenizer that belongs to the text.");
  }
}

function encoder(reader: Reader, json: unknown): Tokenizer["encode"] {
  const top = reader.object(json, "tokenizer");
  const normalize = readNormalizer(reader, top["normalizer"] ?? null);
  const { split, isBytes } = readPreTokenizer(reader, top["pre_tokenizer"] ?? null);
  const model = readModel(reader, reader.object(top["model"], "model"));
  const added = readAdded(reader, top["added_tokens"] ?? [], top["normalizer"] != null);
  const known = new Map<string, readonly number[]>();
  const tokensOf = (word: string): readonly number[] => {
    const kept = known.get(word);
    if (kept !== undefined) return kept;
    if (word.length > longestWord) throw reader.refuse(`a word of ${word.length} characters`);
    const tokens = model(isBytes ? byteCharacters(word) : word);
    if (known.size < mostCached && word.length <= longestCached) known.set(word, tokens);
    return tokens;
  };
  return (text, take) => {
    for (const { piece, token } of pieces(text, added)) {
      if (token !== null) {
        if (!take(token)) return;
        continue;
      }
      for (const word of split(bounded(reader, () => normalize(piece)))) {
        for (const found of tokensOf(word)) if (!take(found)) return;
      }
    }
  };
}

/** Some letters become many: what would be longer than text can be is told. */
function bounded(reader: Reader, normalize: () => string): string {
  try {
    return normalize();
  } catch (error) {
    if (error instanceof RangeError) throw reader.refuse("a form of the text that is too long");
    throw error;
  }
}

interface Piece {
  readonly piece: string;
  /** The number of the added token that it is, or null. */
  readonly token: number | null;
}

/** The text between added tokens, and those; the longest one that fits counts. */
function* pieces(text: string, added: ReadonlyMap<string, number>): Generator<Piece> {
  let from = 0;
  if (added.size > 0) {
    const longestFirst = [...added.keys()].sort((a, b) => b.length - a.length);
    const pattern = new RegExp(longestFirst.map((content) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
    for (const match of text.matchAll(pattern)) {
      if (match.index > from) yield { piece: text.slice(from, match.index), token: null };
      yield { piece: match[0], token: added.get(match[0]) ?? 0 };
      from = match.index + match[0].length;
    }
  }
  if (from < text.length) yield { piece: text.slice(from), token: null };
}

function readAdded(reader: Reader, value: unknown, isNormalized: boolean): ReadonlyMap<string, number> {
  const added = new Map<string, number>();
  for (const item of reader.list(value, "added_tokens")) {
    const token = reader.object(item, "added_tokens");
    const { content } = token;
    if (typeof content !== "string" || content === "") throw reader.wrong("has an added token without `content`");
    for (const key of ["single_word", "lstrip", "rstrip"]) reader.only(token, key, false);
    if (isNormalized) reader.only(token, "normalized", false);
    added.set(content, reader.id(token["id"], short(content)));
  }
  if (added.size > 1000) throw reader.refuse(`${added.size} added tokens`);
  return added;
}

function readNormalizer(reader: Reader, value: unknown): (text: string) => string {
  if (value === null) return (text) => text;
  const settings = reader.object(value, "normalizer");
  const { type } = settings;
  switch (type) {
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return (text) => text.normalize(type);
    case "Lowercase":
      // Letter by letter: a sigma at the end of a word stays the same.
      return (text) => text.replaceAll("\u03a3", "\u03c3").toLowerCase();
    case "Sequence": {
      const steps = reader.list(settings["normalizers"], "normalizers").map((step) => readNormalizer(reader, step));
      return (text) => steps.reduce((result, step) => step(result), text);
    }
    default:
      throw reader.refuse(`the normalizer ${short(type)}`);
  }
}

/** How a text is cut into words, and whether a word is then written as its bytes. */
function readPreTokenizer(reader: Reader, value: unknown): { readonly split: (text: string) => Iterable<string>; readonly isBytes: boolean } {
  const by = (pattern: RegExp) =>
    function* (text: string): Generator<string> {
      for (const [word] of text.matchAll(pattern)) yield word;
    };
  if (value === null) return { split: (text) => [text], isBytes: false };
  const settings = reader.object(value, "pre_tokenizer");
  switch (settings["type"]) {
    case "ByteLevel": {
      const words = settings["use_regex"] === false ? (text: string) => [text] : by(gpt2);
      const hasSpace = settings["add_prefix_space"] === true;
      return { split: (text) => words(hasSpace && !text.startsWith(" ") ? ` ${text}` : text), isBytes: true };
    }
    case "Whitespace":
      return { split: by(wordsAndMarks), isBytes: false };
    case "WhitespaceSplit":
      return { split: by(parts), isBytes: false };
    default:
      throw reader.refuse(`the pre-tokenizer ${short(settings["type"])}`);
  }
}

function readModel(reader: Reader, settings: Readonly<Record<string, unknown>>): Model {
  const { type } = settings;
  if (type !== "BPE" && type !== "WordLevel") throw reader.refuse(`a model of type ${short(type)}`);
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(reader.object(settings["vocab"], "model.vocab"))) ids.set(token, reader.id(id, short(token)));
  const unknown = settings["unk_token"] ?? null;
  const unknownId = typeof unknown === "string" ? (ids.get(unknown) ?? null) : null;
  const orUnknown = (token: string): number => {
    const id = ids.get(token) ?? unknownId;
    if (id === null) throw reader.unknown(token);
    return id;
  };
  if (type === "WordLevel") return (word) => [orUnknown(word)];
  for (const key of ["continuing_subword_prefix", "end_of_word_suffix"]) reader.only(settings, key, "");
  for (const key of ["byte_fallback", "fuse_unk"]) reader.only(settings, key, false);
  reader.only(settings, "dropout", 0);
  const merges = readMerges(reader, settings["merges"], ids);
  return (word) => {
    const whole = settings["ignore_merges"] === true ? ids.get(word) : undefined;
    return whole !== undefined ? [whole] : mergePairs(Array.from(word, orUnknown), merges);
  };
}

function readMerges(reader: Reader, value: unknown, ids: ReadonlyMap<string, number>): Merges {
  const ranks = new Map<number, number>();
  const results: number[] = [];
  for (const [rank, item] of reader.list(value, "model.merges").entries()) {
    const pair: readonly unknown[] = typeof item === "string" ? item.split(" ") : reader.list(item, "model.merges");
    const [left, right] = pair;
    if (typeof left !== "string" || typeof right !== "string" || pair.length !== 2) throw reader.wrong(`has a merge ${rank + 1} that is no pair`);
    const [a, b, both] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || both === undefined) throw reader.wrong(`has a merge of ${short(left)} and ${short(right)}, which are not all in its vocabulary`);
    const key = a * 2 ** 24 + b;
    // The later of two equal merges counts.
    ranks.set(key, rank);
    results.push(both);
  }
  return { ranks, results };
}

/** The characters that stand for bytes in files of byte-level encodings: printable ones for themselves, the others from 256 on. */
const characterOfByte: readonly string[] = (() => {
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(isPrintable ? byte : 256 + others++);
  });
})();

const encodeUtf8 = new TextEncoder();
const byteCharacters = (word: string): string => Array.from(encodeUtf8.encode(word), (byte) => characterOfByte[byte] ?? "").join("");

function short(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return `\`${text.length > 40 ? `${text.slice(0, 40)}...` : text}\``;
}
