// A view of a model as an SVG picture, for a browser or a document: boxes for layers, around them those of blocks and repeats, sheets
// behind a kernel set. It needs no font, no script and nothing from elsewhere, and is light or dark as its reader is. The same view
// gives the same bytes.

import type { GraphNode, GraphView } from "../graph-view.js";
import { linesOf } from "../graph-view.js";
import { layout, type Line, type Picture, type PlacedGroup, type PlacedNode, type Point } from "./layout.js";
import { FONT_SIZE, LINE_HEIGHT, SHEET, shortened } from "./node-box.js";

export { isDrawable } from "./size-limit.js";

const LONGEST_TOOLTIP = 1000;

// Plain attributes and classes only: some programs that show SVG know no variables.
const style = `
text { font: ${FONT_SIZE}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace; fill: #1f2328 }
.name, .title { font-weight: 600 }
.detail, .group text { fill: #57606a }
.page { fill: #ffffff }
.box { fill: #ffffff; stroke: #6e7781 }
.weights .box { fill: #ddf4ff; stroke: #0969da }
.copies .box { fill: #fbefff; stroke: #8250df }
.end .box { fill: #dafbe1; stroke: #1a7f37 }
.group .frame { fill: #818b98; fill-opacity: 0.08; stroke: #afb8c1 }
.line { fill: none; stroke: #57606a; stroke-width: 1.2 }
.again { stroke-dasharray: 4 3 }
.head { fill: #57606a }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .detail, .group text { fill: #9198a1 }
  .page { fill: #0d1117 }
  .box { fill: #161b22; stroke: #848d97 }
  .weights .box { fill: #0c2d4a; stroke: #4493f8 }
  .copies .box { fill: #2b1a47; stroke: #ab7df8 }
  .end .box { fill: #0f2d18; stroke: #3fb950 }
  .group .frame { stroke: #3d444d }
  .line { stroke: #9198a1 }
  .head { fill: #9198a1 }
}
`;

/** The picture; `title` stands above it. */
export function svg(view: GraphView, title: string): string {
  return drawn(layout(view, title), title, null);
}

/**
 * The picture as part of a page that has colors for its classes; `prefix` stands before each id, since a page may have several pictures. `beside` is
 * the same model in another form that is seen next to it.
 */
export function svgPart(view: GraphView, title: string, prefix: string, beside: GraphView): string {
  return drawn(layout(view, title, beside), title, prefix);
}

/** With `part` null it is a picture by itself. */
function drawn(picture: Picture, title: string, part: string | null): string {
  const [width, height] = [number(picture.width), number(picture.height)];
  const prefix = part ?? "";
  const head = escaped(`${prefix}head`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    ...(part === null ? [`<title>${tooltip([title])}</title>`, `<style>${style}</style>`] : []),
    `<defs><marker id="${head}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0.5L8 4L0 7.5z"/></marker></defs>`,
    ...(part === null ? [`<rect class="page" width="${width}" height="${height}"/>`] : []),
    `<text class="title" x="16" y="26">${escaped(shortened(title, 80))}</text>`,
    ...picture.groups.map((group) => groupText(group, prefix)),
    ...picture.lines.map((line) => lineText(line, head)),
    ...picture.nodes.map((node) => nodeText(node, prefix)),
    "</svg>",
    "",
  ].join("\n");
}

function groupText({ id, x, y, width, height, title, fullTitle }: PlacedGroup, prefix: string): string {
  const frame = `<rect class="frame" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="8"/>`;
  return `<g class="group" id="${escaped(prefix + id)}"><title>${tooltip([fullTitle])}</title>${frame}<text x="${number(x + 12)}" y="${number(y + 18)}">${escaped(title)}</text></g>`;
}

function nodeText({ node, lines, x, y, width, height }: PlacedNode, prefix: string): string {
  const sheets = node.copies > 1 ? 2 : 0;
  const [boxWidth, boxHeight] = [width - sheets * SHEET, height - sheets * SHEET];
  const radius = node.kind === "layer" ? 5 : boxHeight / 2;
  const rect = (sheet: number): string =>
    `<rect class="box" x="${number(x + sheet * SHEET)}" y="${number(y + (sheets - sheet) * SHEET)}" width="${number(boxWidth)}" height="${number(boxHeight)}" rx="${number(Math.min(radius, 22))}"/>`;
  const texts = lines.map((line, index) => {
    const baseline = y + sheets * SHEET + (boxHeight - LINE_HEIGHT * lines.length) / 2 + LINE_HEIGHT * index + 12;
    return `<text class="${index === 0 ? "name" : "detail"}" x="${number(x + boxWidth / 2)}" y="${number(baseline)}" text-anchor="middle">${escaped(line)}</text>`;
  });
  const boxes = Array.from({ length: sheets + 1 }, (_, index) => rect(sheets - index));
  return `<g class="${classOf(node)}" id="${escaped(prefix + node.id)}"><title>${tooltip(linesOf(node))}</title>${boxes.join("")}${texts.join("")}</g>`;
}

function classOf({ kind, weights, copies }: GraphNode): string {
  if (kind === "input" || kind === "output") return `${kind} end`;
  return copies > 1 ? `${kind} copies` : weights > 0 ? `${kind} weights` : kind;
}

function lineText({ points, kind, isAgain, hasHead }: Line, head: string): string {
  const end = hasHead ? ` marker-end="url(#${head})"` : "";
  return `<path class="line${isAgain ? " again" : ""}" d="${kind === "down" ? curve(points) : corners(points)}"${end}/>`;
}

/** Straight where it passes boxes, in a curve between their rows, which are those parts of it that go sideways. */
function curve(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${pair(point)}`;
      const middle = (before.y + point.y) / 2;
      return Math.abs(before.x - point.x) < 0.5 ? `L${pair(point)}` : `C${pair({ x: before.x, y: middle })} ${pair({ x: point.x, y: middle })} ${pair(point)}`;
    })
    .join("");
}

function corners(points: readonly Point[]): string {
  return points.map((point, index) => `${index === 0 ? "M" : "L"}${pair(point)}`).join("");
}

const pair = ({ x, y }: Point): string => `${number(x)} ${number(y)}`;

/** Tenths of a pixel. */
function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What is shown beside a pointer that rests on a thing: more than its box has room for. */
function tooltip(lines: readonly string[]): string {
  return escaped(lines.map((line) => shortened(line, LONGEST_TOOLTIP)).join("\n"));
}

/** Text for XML, without the characters that XML does not have. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
