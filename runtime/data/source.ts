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
  readonly sha256: readonly string[] | null;
}

/** Rows drawn by a generator that ships with sop. */
export interface SyntheticSource {
  readonly kind: "synthetic";
  readonly generator: string;
  readonly rows: number;
  readonly seed: number;
}

export type Source = IdxSource | CsvSource | SyntheticSource;

/** Declares idx files, named relative to the `.sop` file. */
export function idx(options: { readonly files: readonly string[]; readonly sha256?: readonly string[] | null }): IdxSource {
  return { kind: "idx", files: options.files, sha256: options.sha256 ?? null };
}

/** Declares a CSV file, named relative to the `.sop` file. */
export function csv(options: { readonly file: string; readonly missing?: string | null; readonly separator?: string; readonly sha256?: readonly string[] | null }): CsvSource {
  return { kind: "csv", file: options.file, missing: options.missing ?? null, separator: options.separator ?? ",", sha256: options.sha256 ?? null };
}

/** Declares generated rows. */
export function synthetic(options: { readonly generator: string; readonly rows: number; readonly seed: number }): SyntheticSource {
  return { kind: "synthetic", ...options };
}
