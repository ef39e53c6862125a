// The ten digits as strokes: how each is written, in one or more ways. Coordinates are in a box of 1 by 1, y downwards.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A stroke is a smooth curve through its points, or straight lines between them. */
export interface Stroke {
  readonly smooth: boolean;
  readonly points: readonly Point[];
}

/** One way of writing a digit. */
export type Glyph = readonly Stroke[];

const curve = (...coordinates: readonly number[]): Stroke => ({ smooth: true, points: pairs(coordinates) });
const lines = (...coordinates: readonly number[]): Stroke => ({ smooth: false, points: pairs(coordinates) });

function pairs(coordinates: readonly number[]): readonly Point[] {
  return Array.from({ length: coordinates.length / 2 }, (_, i) => ({ x: coordinates[2 * i] ?? 0, y: coordinates[2 * i + 1] ?? 0 }));
}

/** `glyphs[d]` are the ways of writing d. */
export const glyphs: readonly (readonly Glyph[])[] = [
  [
    [curve(0.52, 0.04, 0.24, 0.18, 0.14, 0.5, 0.24, 0.83, 0.5, 0.96, 0.76, 0.83, 0.86, 0.5, 0.76, 0.17, 0.5, 0.04)],
    [curve(0.62, 0.08, 0.34, 0.1, 0.2, 0.4, 0.22, 0.8, 0.45, 0.95, 0.68, 0.8, 0.76, 0.45, 0.68, 0.15, 0.48, 0.06)],
  ],
  [
    [lines(0.5, 0.04, 0.5, 0.96)],
    [lines(0.3, 0.24, 0.54, 0.05, 0.54, 0.96)],
    [lines(0.32, 0.22, 0.52, 0.05, 0.52, 0.94), lines(0.28, 0.94, 0.76, 0.94)],
  ],
  [
    [curve(0.18, 0.26, 0.32, 0.08, 0.56, 0.05, 0.76, 0.2, 0.74, 0.42, 0.5, 0.66, 0.18, 0.94), lines(0.18, 0.94, 0.84, 0.94)],
    [curve(0.2, 0.22, 0.45, 0.05, 0.74, 0.2, 0.68, 0.48, 0.4, 0.76, 0.2, 0.9, 0.24, 0.78, 0.42, 0.82, 0.64, 0.94, 0.84, 0.86)],
  ],
  [
    [curve(0.2, 0.16, 0.44, 0.04, 0.72, 0.12, 0.74, 0.34, 0.46, 0.47), curve(0.46, 0.47, 0.76, 0.56, 0.8, 0.8, 0.54, 0.96, 0.18, 0.86)],
    [lines(0.2, 0.06, 0.76, 0.06, 0.44, 0.42), curve(0.44, 0.42, 0.74, 0.5, 0.8, 0.76, 0.54, 0.96, 0.18, 0.86)],
  ],
  [
    [lines(0.62, 0.96, 0.62, 0.04, 0.14, 0.66, 0.86, 0.66)],
    [lines(0.24, 0.06, 0.2, 0.5, 0.8, 0.5), lines(0.72, 0.1, 0.68, 0.96)],
  ],
  [
    [lines(0.76, 0.06, 0.3, 0.06, 0.26, 0.44), curve(0.26, 0.44, 0.54, 0.36, 0.8, 0.54, 0.76, 0.82, 0.48, 0.96, 0.2, 0.86)],
    [curve(0.3, 0.08, 0.24, 0.42, 0.56, 0.42, 0.76, 0.66, 0.6, 0.92, 0.2, 0.92), lines(0.3, 0.08, 0.8, 0.05)],
  ],
  [
    [curve(0.7, 0.06, 0.4, 0.22, 0.22, 0.56, 0.28, 0.86, 0.52, 0.96, 0.76, 0.82, 0.72, 0.6, 0.48, 0.52, 0.25, 0.66)],
    [curve(0.44, 0.04, 0.28, 0.36, 0.24, 0.74, 0.4, 0.94, 0.66, 0.92, 0.74, 0.72, 0.56, 0.58, 0.32, 0.7)],
  ],
  [
    [lines(0.16, 0.08, 0.82, 0.08, 0.42, 0.96)],
    [lines(0.16, 0.08, 0.82, 0.08, 0.46, 0.96), lines(0.36, 0.5, 0.76, 0.5)],
    [lines(0.2, 0.24, 0.2, 0.08, 0.8, 0.08), curve(0.8, 0.08, 0.58, 0.44, 0.48, 0.96)],
  ],
  [
    [curve(0.7, 0.14, 0.5, 0.04, 0.27, 0.16, 0.34, 0.38, 0.56, 0.5, 0.76, 0.7, 0.66, 0.92, 0.44, 0.96, 0.24, 0.86, 0.28, 0.64, 0.5, 0.48, 0.7, 0.34, 0.7, 0.14)],
    [
      curve(0.5, 0.04, 0.28, 0.14, 0.3, 0.36, 0.5, 0.46, 0.7, 0.36, 0.72, 0.14, 0.5, 0.04),
      curve(0.5, 0.46, 0.24, 0.58, 0.24, 0.86, 0.5, 0.96, 0.76, 0.86, 0.76, 0.58, 0.5, 0.46),
    ],
  ],
  [
    [curve(0.74, 0.2, 0.52, 0.04, 0.26, 0.16, 0.26, 0.4, 0.5, 0.5, 0.72, 0.38, 0.75, 0.2), curve(0.75, 0.2, 0.72, 0.6, 0.56, 0.96)],
    [curve(0.72, 0.26, 0.5, 0.06, 0.26, 0.22, 0.32, 0.46, 0.58, 0.48, 0.72, 0.26), lines(0.72, 0.12, 0.72, 0.96)],
    [curve(0.74, 0.18, 0.5, 0.04, 0.27, 0.2, 0.32, 0.44, 0.58, 0.46, 0.74, 0.2), curve(0.74, 0.2, 0.76, 0.66, 0.62, 0.92, 0.3, 0.9)],
  ],
];

/** The stroke as a chain of points close enough to draw straight lines between: Catmull-Rom splines for curves. */
export function flatten(stroke: Stroke): readonly Point[] {
  if (!stroke.smooth || stroke.points.length < 3) return stroke.points;
  const chain: Point[] = [];
  const at = (i: number): Point => stroke.points[Math.min(Math.max(i, 0), stroke.points.length - 1)] ?? { x: 0, y: 0 };
  const pieces = 4;
  for (let i = 0; i + 1 < stroke.points.length; i++) {
    for (let piece = 0; piece < pieces; piece++) chain.push(between(at(i - 1), at(i), at(i + 1), at(i + 2), piece / pieces));
  }
  chain.push(at(stroke.points.length - 1));
  return chain;
}

function between(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const mix = (p: number, q: number, r: number, s: number): number => 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t);
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}
