// Figures for people: counts of weights, operations, bytes; several of them as a range.

/** `113,536`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `113,536`, `12.4M`, `1.24G`: where there is little room. */
export function short(value: number): string {
  if (value < 1e6) return whole(value);
  const [size, unit] = value < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** The one value, or from the least to the largest. */
export function range(values: readonly number[], print: (value: number) => string = whole): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? print(least) : `${print(least)} to ${print(most)}`;
}

/** `1.5 MiB`. */
export function memory(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** `4,012 -> 1,003 weights`; one count where no more are trained than ship. Null where there is none. */
export function weightsText(costs: readonly { readonly weightsTrained: number; readonly weightsShipped: number }[]): string | null {
  if (costs.length === 0 || costs.every(({ weightsTrained, weightsShipped }) => weightsTrained === 0 && weightsShipped === 0)) return null;
  const [trained, shipped] = [range(costs.map((cost) => cost.weightsTrained), short), range(costs.map((cost) => cost.weightsShipped), short)];
  if (costs.some((cost) => cost.weightsTrained > cost.weightsShipped)) return `${trained} -> ${shipped} weights`;
  return `${shipped} ${shipped === "1" ? "weight" : "weights"}`;
}
