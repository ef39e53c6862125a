// Two spirals that wind around each other, after Lang and Witbrock (1988): easy to see, and no line parts them. Row i depends on the seed and i only.

import { stream } from "../../random.js";

/** Turns from the middle to the end of a spiral. */
const turns = 1.5;
/** Standard deviation of a point's distance from its spiral, along each axis; the arms are a third apart. */
const noise = 0.03;

/** Points [rows, 2] with coordinates from about -1 to 1 and labels [rows], 0 or 1. */
export function drawSpirals(rows: number, seed: number): { readonly point: Float32Array; readonly label: Int32Array } {
  const point = new Float32Array(2 * rows);
  const label = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const random = stream(seed, "spirals", row);
    const arm = random.below(2);
    // The root spreads the points evenly along the arm.
    const radius = Math.sqrt(random.uniform());
    const angle = 2 * Math.PI * turns * radius + Math.PI * arm;
    label[row] = arm;
    point[2 * row] = radius * Math.cos(angle) + noise * random.normal();
    point[2 * row + 1] = radius * Math.sin(angle) + noise * random.normal();
  }
  return { point, label };
}
