// Data sources: declarations only; `load.ts` reads them.

/** Files of the idx format (MNIST's), one per field in order of the fields; gzip or not. */
export interface IdxSource {
  readonly kind: "idx";
  readonly files: readonly string[];
  /** One SHA-256 per file, in hex, or null. */
  readonly sha256: readonly string[] | null;
}

/** A CSV file with a header. */
export interface CsvSource {
  readonly kind: "csv";
  readonly file: string;
  /** What stands for a missing value; rows that miss one are left out and counted. Null: an empty cell is an error. */
  readonly missing: string | null;
  readonly separator: string;
  /** A file that says how the texts in fields of several whole numbers become tokens. */
  readonly tokenizer: string | null;
  /** What one number of such a field stands for; null: its cells are numbers or characters, as the first is. */
  readonly unit: "characters" | "bytes" | null;
  readonly sha256: readonly string[] | null;
}

/** Arrays in NumPy's npy format, one file per field in order of the fields. */
export interface NpySource {
  readonly kind: "npy";
  readonly files: readonly string[];
  readonly sha256: readonly string[] | null;
}

/** A NumPy archive; a field reads the array of its name. */
export interface NpzSource {
  readonly kind: "npz";
  readonly file: string;
  readonly sha256: readonly string[] | null;
}

/** A JSON object in each line; a field reads the member of its name. */
export interface JsonlSource {
  readonly kind: "jsonl";
  readonly file: string;
  /** A file that says how texts become tokens; null: members are numbers or single words. */
  readonly tokenizer: string | null;
  readonly sha256: readonly string[] | null;
}

/** A table in the format of Apache Parquet; a field reads the column of its name. */
export interface ParquetSource {
  readonly kind: "parquet";
  readonly file: string;
  /** Rows that miss a value are left out and counted; otherwise they are an error. */
  readonly dropsMissing: boolean;
  readonly sha256: readonly string[] | null;
}

/** PNG and JPEG files: those of folders, with a folder for each class, or single ones. */
export interface ImageSource {
  readonly kind: "images";
  readonly paths: readonly string[];
}

/** A text, cut into windows of as many units as its fields have elements. */
export interface TextSource {
  readonly kind: "text";
  readonly file: string;
  readonly unit: "bytes" | "characters";
  /** A file that says how the text becomes tokens, in place of `unit`. */
  readonly tokenizer: string | null;
  readonly sha256: readonly string[] | null;
}

/** Rows drawn by a generator that ships with sop. */
export interface SyntheticSource {
  readonly kind: "synthetic";
  readonly generator: string;
  readonly rows: number;
  readonly seed: number;
}

export type Source = IdxSource | CsvSource | NpySource | NpzSource | JsonlSource | ParquetSource | ImageSource | TextSource | SyntheticSource;

/** Declares idx files, named relative to the `.sop` file. */
export function idx(options: { readonly files: readonly string[]; readonly sha256?: readonly string[] | null }): IdxSource {
  return { kind: "idx", files: options.files, sha256: options.sha256 ?? null };
}

/** What a source of one file takes. */
interface FileOptions {
  readonly file: string;
  readonly sha256?: readonly string[] | null;
}

/** Declares a CSV file, named relative to the `.sop` file. */
export function csv(options: FileOptions & { readonly missing?: string | null; readonly separator?: string; readonly tokenizer?: string | null; readonly unit?: CsvSource["unit"] }): CsvSource {
  const { file, missing = null, separator = ",", tokenizer = null, unit = null, sha256 = null } = options;
  return { kind: "csv", file, missing, separator, tokenizer, unit, sha256 };
}

/** Declares npy files, named relative to the `.sop` file. */
export function npy(options: { readonly files: readonly string[]; readonly sha256?: readonly string[] | null }): NpySource {
  return { kind: "npy", files: options.files, sha256: options.sha256 ?? null };
}

/** Declares an npz file, named relative to the `.sop` file. */
export function npz(options: FileOptions): NpzSource {
  return { kind: "npz", file: options.file, sha256: options.sha256 ?? null };
}

/** Declares a file of JSON lines, named relative to the `.sop` file. */
export function jsonl(options: FileOptions & { readonly tokenizer?: string | null }): JsonlSource {
  return { kind: "jsonl", file: options.file, tokenizer: options.tokenizer ?? null, sha256: options.sha256 ?? null };
}

/** Declares a Parquet file, named relative to the `.sop` file. */
export function parquet(options: FileOptions & { readonly dropsMissing?: boolean }): ParquetSource {
  return { kind: "parquet", file: options.file, dropsMissing: options.dropsMissing ?? false, sha256: options.sha256 ?? null };
}

/** Declares a folder of images, named relative to the `.sop` file. */
export function images(options: { readonly folder: string }): ImageSource {
  return { kind: "images", paths: [options.folder] };
}

/** Declares a text, named relative to the `.sop` file. */
export function text(options: FileOptions & { readonly unit: "bytes" | "characters"; readonly tokenizer?: string | null }): TextSource {
  return { kind: "text", file: options.file, unit: options.unit, tokenizer: options.tokenizer ?? null, sha256: options.sha256 ?? null };
}

/** The files of a source as the user named them; of generated rows none. */
export function sourceFiles(source: Source): readonly string[] {
  switch (source.kind) {
    case "idx":
    case "npy":
      return source.files;
    case "csv":
    case "npz":
    case "jsonl":
    case "parquet":
    case "text":
      return [source.file];
    case "images":
      return source.paths;
    case "synthetic":
      return [];
  }
}

/** Declares generated rows. */
export function synthetic(options: { readonly generator: string; readonly rows: number; readonly seed: number }): SyntheticSource {
  return { kind: "synthetic", ...options };
}
