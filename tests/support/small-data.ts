// Small data for end-to-end tests: rows that a model can learn, made by a rule, so that nothing is read or drawn.

export interface SmallRow {
  /** Three words below 7. */
  readonly words: readonly number[];
  /** An image of 8 by 8 in whole numbers below 17. */
  readonly pixels: readonly number[];
  readonly kind: "a" | "b" | "c";
  readonly size: number;
}

/** Rows by a fixed rule: the brightest third of the image is the kind, the size follows the words. */
export function smallRows(count: number): readonly SmallRow[] {
  const kinds = ["a", "b", "c"] as const;
  return Array.from({ length: count }, (_, row) => {
    const chosen = (row * 5 + Math.floor(row / 7)) % 3;
    const words = [0, 1, 2].map((place) => (row * (place + 2) + Math.floor(row / 5)) % 7);
    const pixels = Array.from({ length: 64 }, (_unused, at) => (((at * 37 + row * 101 + at * row) % 9) + (Math.floor(at / 22) === chosen ? 7 : 0)));
    return { words, pixels, kind: kinds[chosen] ?? "a", size: words.reduce((sum, word) => sum + word, 0) / 6 - 1.5 };
  });
}

/** The rows as a CSV file; `words` is columns w0 to w2, `image` p0 to p63. */
export function smallCsv(rows: readonly SmallRow[]): string {
  const header = ["w0", "w1", "w2", ...Array.from({ length: 64 }, (_, at) => `p${at}`), "kind", "size"];
  const lines = rows.map(({ words, pixels, kind, size }) => [...words, ...pixels, kind, size].join(","));
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

/** The declaration of these rows as `rows`, read from rows.csv. */
export const smallData = `data rows = csv("rows.csv") {
  fields words: i32[3] below 7 from columns("w0", "w2"),
         image: f32[64] from columns("p0", "p63"),
         kind: class["a", "b", "c"],
         size: f32
  scale  image by 1/16
  split  train 70%, valid 15%, test 15%
}
`;

/** Where the data file is for `withProgram` and `inFolder`. */
export const smallFiles = (count: number): Readonly<Record<string, string>> => ({ "rows.csv": smallCsv(smallRows(count)) });
