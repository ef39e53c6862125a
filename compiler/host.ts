// The compiler's only way to the outside. The CLI gives one over the file system, tests and editors one in memory.

export interface Host {
  /** The text of a source file, or null where there is none. `path` uses forward slashes. */
  readonly read: (path: string) => string | null;
  /** The path of `std/<name>`, or null where it cannot be found. */
  readonly library: (specifier: string, from: string) => string | null;
  /** The folder of an installed package as seen from a file, with a `package.json` in it, or null. One folder has one path; that of the current one is "". */
  readonly package: (name: string, from: string) => string | null;
  /** SHA-256 of a text in UTF-8, in lower-case hexadecimal. */
  readonly hash: (text: string) => string;
}
