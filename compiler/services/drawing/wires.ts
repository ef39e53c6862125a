// Which lines a picture has at each level of its boxes. A value that crosses the border of a box does so at a port, one for each
// value, so that inside it fans out from there, and each box can be laid out by itself.

import type { GraphGroup, GraphItem, GraphView } from "../graph-view.js";

/** What stands or is drawn in one box, or in the whole picture (`group` null). */
export interface Level {
  readonly group: GraphGroup | null;
  readonly items: readonly GraphItem[];
  readonly wires: readonly Wire[];
  /** Values that come in at the top, by key. */
  readonly entries: readonly string[];
  /** Values that leave at the bottom, by key. */
  readonly exits: readonly string[];
  /** Values that go round to the next turn: from an exit back to an entry. */
  readonly returns: readonly { readonly exit: string; readonly entry: string }[];
}

/** A line between two items of a level; an end without an item is the port of the value. */
export interface Wire {
  readonly key: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Does it carry the value of the turn before? */
  readonly isAgain: boolean;
}

interface Draft {
  readonly group: GraphGroup | null;
  readonly items: readonly GraphItem[];
  readonly wires: Map<string, Wire>;
  readonly entries: Set<string>;
  readonly exits: Set<string>;
  readonly returns: Map<string, { readonly exit: string; readonly entry: string }>;
}

/** The levels by the id of their box; the picture's own has the key "". */
export function levelsOf({ items, edges }: GraphView): ReadonlyMap<string, Level> {
  const drafts = new Map<string, Draft>();
  /** The boxes around a node, outermost first, each as its id; the picture itself is the first. */
  const around = new Map<string, readonly string[]>();
  const open = (group: GraphGroup | null, inside: readonly GraphItem[], path: readonly string[]): void => {
    drafts.set(path.at(-1) ?? "", { group, items: inside, wires: new Map(), entries: new Set(), exits: new Set(), returns: new Map() });
    for (const item of inside) {
      if (item.kind === "node") around.set(item.id, path);
      else open(item, item.items, [...path, item.id]);
    }
  };
  open(null, items, [""]);
  const chain = (node: string): readonly string[] => around.get(node) ?? [""];
  const draftOf = (id: string | undefined): Draft => {
    const draft = drafts.get(id ?? "");
    if (draft === undefined) throw new Error(`no box ${id}`);
    return draft;
  };
  const connect = (draft: Draft, wire: Wire): void => {
    const name = `${wire.key} ${wire.from} ${wire.to} ${wire.isAgain}`;
    if (!draft.wires.has(name)) draft.wires.set(name, wire);
  };
  /** From the node out of all boxes down to `depth`, where it is an exit. */
  const goOut = (node: string, depth: number, isAgain: boolean): void => {
    const boxes = [...chain(node), node];
    for (let at = boxes.length - 2; at >= depth; at--) {
      const draft = draftOf(boxes[at]);
      draft.exits.add(node);
      connect(draft, { key: node, from: boxes[at + 1] ?? null, to: null, isAgain });
    }
  };
  /** From the entry of the box at `depth` into the node. */
  const goIn = (key: string, node: string, depth: number, isAgain: boolean): void => {
    const boxes = [...chain(node), node];
    for (let at = depth; at < boxes.length - 1; at++) {
      const draft = draftOf(boxes[at]);
      draft.entries.add(key);
      connect(draft, { key, from: null, to: boxes[at + 1] ?? null, isAgain });
    }
  };

  for (const { from, to } of edges.filter(({ again }) => !again)) {
    const [left, right] = [[...chain(from), from], [...chain(to), to]];
    let common = 0;
    while (left[common + 1] === right[common + 1]) common++;
    goOut(from, common + 1, false);
    connect(draftOf(left[common]), { key: from, from: left[common + 1] ?? null, to: right[common + 1] ?? null, isAgain: false });
    goIn(from, to, common + 1, false);
  }

  for (const [from, targets] of returning(edges)) {
    const depth = turnsAround(targets.map(chain).reduce(shared, chain(from)), (id) => draftOf(id).group?.turns ?? 1);
    const box = chain(from)[depth];
    const isInside = (node: string): boolean => chain(node)[depth] === box;
    const outside = targets.map((target) => edges.filter((edge) => !edge.again && edge.to === target && !isInside(edge.from)).map((edge) => edge.from));
    const sole = outside[0]?.[0];
    // Where every target takes one value from outside, the same, and nothing else does, that value is what the turn hands on.
    const isSole = sole !== undefined && outside.every((sources) => sources.length === 1 && sources[0] === sole) && edges.every((edge) => edge.again || edge.from !== sole || !isInside(edge.to) || targets.includes(edge.to));
    const entry = isSole ? sole : `again ${from}`;
    if (!isSole) for (const target of targets) goIn(entry, target, depth, true);
    goOut(from, depth, !draftOf(box).exits.has(from));
    draftOf(box).returns.set(`${from} ${entry}`, { exit: from, entry });
  }

  return new Map(
    [...drafts].map(([id, { group, items: inside, wires, entries, exits, returns }]) => [id, { group, items: inside, wires: [...wires.values()], entries: [...entries], exits: [...exits], returns: [...returns.values()] }]),
  );
}

/** The targets of each value that goes into the next turn. */
function returning(edges: GraphView["edges"]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const { from, to, again } of edges) if (again) targets.set(from, [...(targets.get(from) ?? []), to]);
  return targets;
}

function shared(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((id, at) => id === b[at]);
}

/** How deep the innermost of these boxes lies that stands for several turns. */
function turnsAround(boxes: readonly string[], turnsOf: (id: string) => number): number {
  for (let depth = boxes.length - 1; depth > 0; depth--) if (turnsOf(boxes[depth] ?? "") > 1) return depth;
  return boxes.length - 1;
}
