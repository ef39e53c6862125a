// A chart of lines as SVG.

export interface Line {
  readonly title: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [width, height, left, right, top, bottom] = [720, 420, 56, 16, 16, 44];
const colors = ["#1f6feb", "#d1242f", "#8250df", "#1a7f37", "#9a6700"];

/** Lines over x from 0 to `end.x`, y from `end.low` to `end.high`; what is higher is cut off. */
export function lineChart(lines: readonly Line[], names: { readonly x: string; readonly y: string }, end: { readonly x: number; readonly low: number; readonly high: number }): string {
  const across = (x: number): string => (left + ((width - left - right) * x) / end.x).toFixed(1);
  const down = (y: number): string => (top + ((height - top - bottom) * (end.high - y)) / (end.high - end.low)).toFixed(1);
  const ticks = (from: number, to: number, count: number): readonly number[] => Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
  const text = (x: string | number, y: string | number, words: string, anchor = "middle"): string => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>\n`;
  const grid = [
    ...ticks(0, end.x, 8).map((x) => `<path d="M${across(x)} ${top}V${height - bottom}" stroke="#8884"/>\n${text(across(x), height - bottom + 16, `${Number(x.toPrecision(3))}`)}`),
    ...ticks(end.low, end.high, 8).map((y) => `<path d="M${left} ${down(y)}H${width - right}" stroke="#8884"/>\n${text(left - 6, Number(down(y)) + 4, y.toFixed(2), "end")}`),
  ];
  const drawn = lines.map(({ title, points }, index) => {
    const color = colors[index % colors.length] ?? "#888";
    const path = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${across(x)} ${down(y)}`).join("");
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2" clip-path="url(#inside)"/>\n<g fill="${color}">${text(width - right - 8, top + 20 + 18 * index, title, "end")}</g>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777">
<clipPath id="inside"><path d="M${left} ${top}H${width - right}V${height - bottom}H${left}z"/></clipPath>
${grid.join("")}${drawn.join("")}${text(width / 2, height - 8, names.x)}<g transform="rotate(-90)">${text(-height / 2 + 16, 14, names.y)}</g>
</svg>
`;
}
