// Handwritten digits, drawn: the strokes of a digit, bent at random, shifted, turned, sheared and scaled, with a pen of
// random width, blur and noise. Row i depends on the seed and i only, so that more rows keep the first ones.

import { stream } from "../../random.js";
import { flatten, glyphs, type Point } from "./strokes.js";

const side = 28;

/** What the generator may vary; the ranges make a linear model stay clearly below a convolutional one. */
const style = {
  /** Normal displacement of each point of a stroke, in boxes. */
  bend: 0.035,
  /** Largest shift of the middle, in pixels. */
  shift: 2.4,
  /** Largest turn, in radians. */
  turn: 0.25,
  shear: 0.28,
  /** Height of the box in pixels; the width is a random share of it. */
  height: [15, 22],
  aspect: [0.65, 1],
  /** Half the width of the pen in pixels, and the width of its soft edge. */
  pen: [0.7, 1.7],
  blur: [0.6, 1.4],
  ink: [150, 255],
  /** Standard deviation of the noise of each pixel, of 255. */
  noise: [4, 25],
} as const;

/** Images [rows, 28, 28, 1] with values 0 to 255 and labels [rows]. */
export function drawDigits(rows: number, seed: number): { readonly image: Float32Array; readonly label: Int32Array } {
  const image = new Float32Array(rows * side * side);
  const label = new Int32Array(rows);
  for (let row = 0; row < rows; row++) label[row] = drawDigit(image.subarray(row * side * side, (row + 1) * side * side), seed, row);
  return { image, label };
}

/** Draws one image into `pixels` and gives its label. */
function drawDigit(pixels: Float32Array, seed: number, row: number): number {
  const random = stream(seed, "digits", row);
  const range = ([low, high]: readonly [number, number]): number => low + (high - low) * random.uniform();
  const around = (limit: number): number => (2 * random.uniform() - 1) * limit;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random.uniform() * list.length)];

  const label = Math.floor(random.uniform() * 10);
  const glyph = pick(glyphs[label] ?? []) ?? [];
  const height = range(style.height);
  const width = height * range(style.aspect);
  const turn = around(style.turn);
  const shear = around(style.shear);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const middle = { x: (side - 1) / 2 + around(style.shift), y: (side - 1) / 2 + around(style.shift) };
  const pen = range(style.pen);
  const blur = range(style.blur);
  const ink = range(style.ink);
  const noise = range(style.noise);

  const place = ({ x, y }: Point): Point => {
    const down = (y - 0.5) * height;
    const across = (x - 0.5) * width - shear * down;
    return { x: middle.x + cos * across - sin * down, y: middle.y + sin * across + cos * down };
  };
  const distances = new Float32Array(side * side).fill(side);
  for (const stroke of glyph) {
    const bent = stroke.points.map(({ x, y }) => ({ x: x + style.bend * random.normal(), y: y + style.bend * random.normal() }));
    const chain = flatten({ smooth: stroke.smooth, points: bent }).map(place);
    for (let i = 0; i + 1 < chain.length; i++) {
      const [from, to] = [chain[i], chain[i + 1]];
      if (from !== undefined && to !== undefined) drawSegment(distances, from, to, pen + blur);
    }
  }
  for (let i = 0; i < pixels.length; i++) {
    const covered = Math.min(1, Math.max(0, (pen + blur - (distances[i] ?? side)) / (2 * blur)));
    const value = ink * covered * covered * (3 - 2 * covered) + noise * random.normal();
    pixels[i] = Math.min(255, Math.max(0, Math.round(value)));
  }
  return label;
}

/** Lowers the distance of each pixel near the segment to its distance from it. */
function drawSegment(distances: Float32Array, from: Point, to: Point, reach: number): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
      const [ex, ey] = [x - from.x - along * dx, y - from.y - along * dy];
      const distance = Math.sqrt(ex * ex + ey * ey);
      if (distance < (distances[y * side + x] ?? side)) distances[y * side + x] = distance;
    }
  }
}
