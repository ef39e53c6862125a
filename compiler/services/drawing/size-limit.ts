// Whether a view is small enough to be laid out in seconds: dagre's time grows with the square of what stands in one box, lines that
// pass many rows included.

import type { GraphView } from "../graph-view.js";
import { levelsOf, type Level } from "./wires.js";

/** What one box, or the picture outside of boxes, can hold: items, and rows that its lines pass, all together. */
const MOST = { items: 400, passed: 1500 };
/** Nodes of a picture. */
const MOST_NODES = 3000;

/** Can the view be laid out? A person reads pictures of far less. */
export function isDrawable(view: GraphView): boolean {
  return view.nodes.length <= MOST_NODES && [...levelsOf(view).values()].every((level) => level.items.length <= MOST.items && passedRows(level) <= MOST.passed);
}

/** The rows that lines pass, with each item below all that it takes from. Items stand in order of the graph. */
function passedRows({ items, wires }: Level): number {
  const rows = new Map<string | null, number>();
  const into = new Map<string | null, (string | null)[]>();
  for (const { from, to } of wires) into.set(to, [...(into.get(to) ?? []), from]);
  let passed = 0;
  for (const { id } of items) {
    const above = (into.get(id) ?? []).map((from) => rows.get(from) ?? 0);
    const row = 1 + above.reduce((a, b) => Math.max(a, b), 0);
    rows.set(id, row);
    for (const other of above) passed += row - other - 1;
  }
  const last = 1 + [...rows.values()].reduce((a, b) => Math.max(a, b), 0);
  for (const from of into.get(null) ?? []) passed += last - (rows.get(from) ?? 0) - 1;
  return passed;
}
