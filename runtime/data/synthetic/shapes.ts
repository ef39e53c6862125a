// Circles, boxes and triangles in shades of gray on a plain ground, with noise and without: something to clean. Row i depends on the seed and i only.

import { stream, type Stream } from "../../random.js";

const side = 64;

/** What the generator may vary, in pixels and shades. */
const style = {
  figures: [2, 5],
  radius: [5, 18],
  ground: [0.05, 0.35],
  shade: [0.4, 1],
  /** Standard deviation of the noise of each pixel. */
  noise: 0.2,
} as const;

/** Distance of a point from the edge of a figure of size 1 around 0, negative inside: exact for the circle, a bound for the others. */
const figures: readonly ((x: number, y: number) => number)[] = [
  (x, y) => Math.sqrt(x * x + y * y) - 1,
  (x, y) => Math.max(Math.abs(x) - 0.9, Math.abs(y) - 0.6),
  (x, y) => Math.max(-y - 0.5, 0.5 * y + (Math.sqrt(3) / 2) * Math.abs(x) - 0.5),
];

/** Images [rows, 64, 64, 1]: `target` with values 0 to 1, `noisy` with noise that may reach beyond. */
export function drawShapes(rows: number, seed: number): { readonly noisy: Float32Array; readonly target: Float32Array } {
  const size = side * side;
  const noisy = new Float32Array(rows * size);
  const target = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const random = stream(seed, "shapes", row);
    const image = target.subarray(row * size, (row + 1) * size);
    drawRow(image, random);
    for (let at = 0; at < size; at++) noisy[row * size + at] = (image[at] ?? 0) + style.noise * random.normal();
  }
  return { noisy, target };
}

function drawRow(image: Float32Array, random: Stream): void {
  const range = ([low, high]: readonly [number, number]): number => low + (high - low) * random.uniform();
  image.fill(range(style.ground));
  const count = style.figures[0] + random.below(style.figures[1] - style.figures[0] + 1);
  for (let figure = 0; figure < count; figure++) {
    const edge = figures[random.below(figures.length)] ?? (() => 1);
    const [x, y, radius, turn, shade] = [side * random.uniform(), side * random.uniform(), range(style.radius), 2 * Math.PI * random.uniform(), range(style.shade)];
    const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
    for (let at = 0; at < image.length; at++) {
      const [dx, dy] = [(at % side) - x, Math.floor(at / side) - y];
      // The edge is one pixel wide.
      const covered = Math.min(1, Math.max(0, 0.5 - radius * edge(cos * dx + sin * dy, cos * dy - sin * dx)));
      image[at] = (image[at] ?? 0) + covered * (shade - (image[at] ?? 0));
    }
  }
}
