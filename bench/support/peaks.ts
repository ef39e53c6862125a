// What cards can do at most in float32 outside of tensor cores, which is what programs compute in.

export interface Peak {
  /** 10^12 floating-point operations a second. */
  readonly teraflops: number;
  /** Where the number is from. */
  readonly source: string;
}

/** NVIDIA's data sheets of H100 and H200, "FP32"; the first that fits a card's name. */
const known: readonly (readonly [RegExp, string, number])[] = [
  [/H[12]00 NVL/, "NVL", 60],
  [/H100 PCIe/, "PCIe", 51],
  [/H[12]00/, "SXM", 67],
];

/** The peak that was given, or else that of the card: the first of the names that says what computes. */
export function peakOf(given: number | null, names: readonly string[]): Peak | { readonly unknown: string } {
  if (given !== null) return { teraflops: given, source: "as given with --peak" };
  const [device = ""] = names;
  if (/processor/.test(device)) return { unknown: "this is no GPU; --peak gives one" };
  for (const name of names) {
    const found = known.find(([pattern]) => pattern.test(name));
    if (found !== undefined) return { teraflops: found[2], source: `float32 without tensor cores, by NVIDIA's data sheet of this card (${found[1]})` };
  }
  return { unknown: "this card's is not known here; --peak gives one" };
}
