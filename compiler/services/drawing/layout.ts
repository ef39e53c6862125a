// Where everything in a picture stands: each box is laid out by itself with dagre, from the inside out, and then stands as one node
// in the box around it. So no two boxes overlap, whatever they hold, and lines pass between boxes only.

import { Graph, layout as layoutWithDagre } from "@dagrejs/dagre";
import type { GraphNode, GraphView } from "../graph-view.js";
import { levelsOf, type Level } from "./wires.js";
import { nodeBox, shortened, widthOf, type NodeBox } from "./node-box.js";

/** A picture: everything with its place, in pixels from the upper left corner. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly groups: readonly PlacedGroup[];
  readonly nodes: readonly PlacedNode[];
  readonly lines: readonly Line[];
}

export interface PlacedGroup extends Place {
  readonly id: string;
  readonly title: string;
  readonly fullTitle: string;
  /** Boxes around it. */
  readonly depth: number;
}

export interface PlacedNode extends Place {
  readonly node: GraphNode;
  readonly lines: NodeBox["lines"];
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line through points: straight down, or round by the side of a box where a value goes into the next turn. */
export interface Line {
  readonly points: readonly Point[];
  readonly kind: "down" | "round";
  readonly isAgain: boolean;
  /** Does it end at a node, rather than at the border of a box? */
  readonly hasHead: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const GAP = { nodes: 28, edges: 14, ranks: 34 };
const INSET = { side: 14, top: 28, bottom: 14 };
/** What a box's title takes of its top; lines cross it beside the title. */
const TITLE_HEIGHT = 24;
const MARGIN = 16;
/** Room beside and above a box's contents for each value that goes round. */
const LANE = 10;
const PORT_GAP = 12;
const TITLE_COLUMNS = 48;

/** One laid-out box, from its own upper left corner. */
interface Area extends Picture {
  /** Where values enter and leave at its border. */
  readonly entries: ReadonlyMap<string, number>;
  readonly exits: ReadonlyMap<string, number>;
}

interface SizedNode {
  readonly node: GraphNode;
  readonly box: NodeBox;
}

/** Places all of a view; `title` stands above it. Nodes get the room that those of `beside` need as well, so that equal graphs look alike side by side. */
export function layout(view: GraphView, title: string, beside: GraphView = view): Picture {
  const levels = levelsOf(view);
  const others = new Map(beside.nodes.map((node) => [node.id, node]));
  const nodes = new Map(view.nodes.map((node): [string, SizedNode] => [node.id, { node, box: wideEnough(nodeBox(node), nodeBox(others.get(node.id) ?? node)) }]));
  const { width, height, groups, nodes: placed, lines } = areaOf(levels, nodes, "", 0);
  const top = MARGIN + 28;
  return { width: Math.max(width + 2 * MARGIN, widthOf(shortened(title, 80)) + 2 * MARGIN), height: height + top + MARGIN, ...moved({ groups, nodes: placed, lines }, MARGIN, top) };
}

function wideEnough(box: NodeBox, other: NodeBox): NodeBox {
  return { lines: box.lines, width: Math.max(box.width, other.width), height: Math.max(box.height, other.height) };
}

function areaOf(levels: ReadonlyMap<string, Level>, nodes: ReadonlyMap<string, SizedNode>, id: string, depth: number): Area {
  const level = levels.get(id);
  if (level === undefined) throw new Error(`no box ${id}`);
  const areas = new Map<string, Area>();
  for (const item of level.items) if (item.kind === "group") areas.set(item.id, areaOf(levels, nodes, item.id, depth + 1));
  const sizeOf = (item: string): { readonly width: number; readonly height: number } => areas.get(item) ?? nodes.get(item)?.box ?? { width: 0, height: 0 };
  const placing = arrange(level, sizeOf);

  const { group, returns } = level;
  const lanes = returns.length * LANE;
  const titleWidth = group === null ? 0 : widthOf(shortened(group.title, TITLE_COLUMNS));
  const left = group === null ? 0 : INSET.side;
  // Rows of ports bring the distance between rows with them.
  const top = group === null ? 0 : (level.entries.length > 0 ? 8 : INSET.top) + lanes;
  const bottom = group === null ? 0 : (level.exits.length > 0 ? 0 : INSET.bottom) + lanes;
  const width = group === null ? placing.width : Math.max(placing.width + lanes + 2 * INSET.side, INSET.side + titleWidth + 8 + level.entries.length * PORT_GAP + lanes);
  const height = placing.height + top + bottom;
  // Under a title that is wider than what it stands above, that stands in the middle.
  const dx = group === null ? left : Math.round((width - placing.width - lanes) / 2);
  const at = (item: string): Place => {
    const place = placing.places.get(item) ?? { x: 0, y: 0, width: 0, height: 0 };
    return { ...place, x: place.x + dx, y: place.y + top };
  };

  const parts: Parts[] = level.items.flatMap((item): Parts[] => {
    const place = at(item.id);
    const [area, sized] = [areas.get(item.id), nodes.get(item.id)];
    if (item.kind === "group" && area !== undefined) {
      const own = { ...place, id: item.id, title: shortened(item.title, TITLE_COLUMNS), fullTitle: item.title, depth };
      return [{ groups: [own], nodes: [], lines: [] }, moved(area, place.x, place.y)];
    }
    return sized === undefined ? [] : [{ groups: [], nodes: [{ ...place, node: sized.node, lines: sized.box.lines }], lines: [] }];
  });

  const entries = spread(level.entries, (key) => at(portName("entry", key)).x, INSET.side + titleWidth, width - 8 - lanes);
  const exits = spread(level.exits, (key) => at(portName("exit", key)).x, 8, width - 8 - lanes);
  const lines: Line[] = level.wires.map((wire, index): Line => {
    const [from, to] = [wire.from === null ? null : at(wire.from), wire.to === null ? null : at(wire.to)];
    const start = from === null || wire.from === null ? { x: entries.get(wire.key) ?? 0, y: 0 } : { x: from.x + (areas.get(wire.from)?.exits.get(wire.key) ?? from.width / 2), y: from.y + from.height };
    const end = to === null || wire.to === null ? { x: exits.get(wire.key) ?? 0, y: height } : { x: to.x + (areas.get(wire.to)?.entries.get(wire.key) ?? to.width / 2), y: to.y };
    // Straight past the title and the lanes; a value that only goes round starts and ends at its lane.
    const laneOf = (side: "exit" | "entry"): number => (wire.isAgain ? returns.findIndex((each) => each[side] === wire.key) : -1);
    const [entry, exit] = [wire.from === null ? laneOf("entry") : -1, wire.to === null ? laneOf("exit") : -1];
    const begins = wire.from === null ? [{ ...start, y: entry < 0 ? 0 : entryLane(entry) }, { ...start, y: TITLE_HEIGHT + lanes }] : [start];
    const ends = wire.to === null ? [{ ...end, y: height - 4 - lanes }, { ...end, y: exit < 0 ? height : exitLane(exit) }] : [end];
    const between = (placing.bends[index] ?? []).map(({ x, y }) => ({ x: x + dx, y: y + top }));
    return { points: [...begins, ...between, ...ends], kind: "down", isAgain: wire.isAgain, hasHead: wire.to !== null && !areas.has(wire.to) };
  });
  function entryLane(index: number): number {
    return TITLE_HEIGHT + 2 + (returns.length - 1 - index) * LANE;
  }
  function exitLane(index: number): number {
    return height - 2 - lanes + (index + 0.5) * LANE;
  }
  const rounds = returns.map(({ exit, entry }, index): Line => {
    const side = width - 8 - (returns.length - 1 - index) * LANE;
    const [low, high] = [exitLane(index), entryLane(index)];
    return { points: [{ x: exits.get(exit) ?? 0, y: low }, { x: side, y: low }, { x: side, y: high }, { x: entries.get(entry) ?? 0, y: high }], kind: "round", isAgain: true, hasHead: true };
  });
  return {
    width,
    height,
    groups: parts.flatMap((part) => part.groups),
    nodes: parts.flatMap((part) => part.nodes),
    lines: [...parts.flatMap((part) => part.lines), ...lines, ...rounds],
    entries,
    exits,
  };
}

type Parts = Pick<Picture, "groups" | "nodes" | "lines">;

function moved({ groups, nodes, lines }: Parts, dx: number, dy: number): Parts {
  const shift = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  return { groups: groups.map(shift), nodes: nodes.map(shift), lines: lines.map((line) => ({ ...line, points: line.points.map(shift) })) };
}

interface Arrangement {
  readonly width: number;
  readonly height: number;
  /** Upper left corners, of ports too. */
  readonly places: ReadonlyMap<string, Place>;
  /** For each wire the points between its ends, where it passes other items. */
  readonly bends: readonly (readonly Point[])[];
}

// Dagre's own declarations do not resolve as modules of Node do, so what is used of it is declared here.
interface DagreGraph {
  setGraph(options: Readonly<Record<string, unknown>>): unknown;
  setNode(id: string, node: { width: number; height: number; x?: number; y?: number }): unknown;
  setEdge(from: string, to: string, edge: { weight: number; minlen: number; points?: readonly Point[] }, name: string): unknown;
}

const portName = (port: "entry" | "exit", key: string): string => `${port} ${key}`;

/** Puts the items of a level and its ports in rows, entries in the first, exits in the last. */
function arrange(level: Level, sizeOf: (item: string) => { readonly width: number; readonly height: number }): Arrangement {
  const NewGraph: new (options: { readonly multigraph: boolean }) => DagreGraph = Graph;
  const graph = new NewGraph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: GAP.nodes, edgesep: GAP.edges, ranksep: GAP.ranks });
  const nodes = new Map<string, { width: number; height: number; x?: number; y?: number }>();
  const add = (id: string, size: { readonly width: number; readonly height: number }): void => {
    const node = { ...size };
    nodes.set(id, node);
    graph.setNode(id, node);
  };
  for (const item of level.items) add(item.id, sizeOf(item.id));
  const entries = level.entries.map((key) => portName("entry", key));
  const exits = level.exits.map((key) => portName("exit", key));
  for (const port of [...entries, ...exits]) add(port, { width: 1, height: 0 });
  const edges = level.wires.map((wire, index) => {
    const edge: { weight: number; minlen: number; points?: readonly Point[] } = { weight: 1, minlen: 1 };
    graph.setEdge(wire.from ?? portName("entry", wire.key), wire.to ?? portName("exit", wire.key), edge, `wire ${index}`);
    return edge;
  });
  // Ports stand at the ends: heavy edges hold them together, light ones keep everything between them.
  const hold = (id: string, ports: readonly string[], others: readonly string[], connect: (outer: string, inner: string, edge: { weight: number; minlen: number }) => void): void => {
    if (ports.length === 0 || ports.length + others.length < 2) return;
    add(id, { width: 0, height: 0 });
    for (const port of ports) connect(id, port, { weight: 10_000, minlen: 1 });
    for (const other of others) connect(id, other, { weight: 0, minlen: 2 });
  };
  const starts = new Set(level.wires.map(({ to }) => to));
  const goes = new Set(level.wires.map(({ from }) => from));
  hold("first", entries, level.items.filter(({ id }) => !starts.has(id)).map(({ id }) => id), (outer, inner, edge) => graph.setEdge(outer, inner, edge, "hold"));
  hold("last", exits, level.items.filter(({ id }) => !goes.has(id)).map(({ id }) => id), (outer, inner, edge) => graph.setEdge(inner, outer, edge, "hold"));
  layoutWithDagre(graph as never);

  const placed = [...nodes].filter(([id]) => id !== "first" && id !== "last");
  const bounds = placed.map(([, { x = 0, y = 0, width, height }]) => ({ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }));
  const bends = edges.map(({ points = [] }) => points.slice(1, -1));
  const middles = bends.flat().map(({ x }) => x);
  const [x0, right] = [least([...middles, ...bounds.map((each) => each.left)]), -least([...middles.map((x) => -x), ...bounds.map((each) => -each.right)])];
  const [y0, bottom] = [least(bounds.map((each) => each.top)), -least(bounds.map((each) => -each.bottom))];
  /** Half the height of the row that has its middle at `y`. */
  const rows = new Map<number, number>();
  for (const [, { y = 0, height }] of placed) rows.set(Math.round(y * 8), Math.max(rows.get(Math.round(y * 8)) ?? 0, height / 2));
  return {
    width: right - x0,
    height: bottom - y0,
    places: new Map(placed.map(([id, { x = 0, y = 0, width, height }]) => [id, { x: x - width / 2 - x0, y: y - height / 2 - y0, width, height }])),
    bends: bends.map((points) =>
      points.flatMap(({ x, y }) => {
        const half = rows.get(Math.round(y * 8));
        // Between two rows a line needs no bend; through a row it goes straight down.
        return half === undefined ? [] : [{ x: x - x0, y: y - half - y0 }, { x: x - x0, y: y + half - y0 }];
      }),
    ),
  };
}

/** Places for ports at the border: where they would stand, but within the bounds and apart from each other where there is room. */
function spread(keys: readonly string[], xOf: (key: string) => number, low: number, high: number): ReadonlyMap<string, number> {
  const wanted = keys.map((key) => ({ key, x: xOf(key) })).sort((a, b) => a.x - b.x);
  const step = Math.min(PORT_GAP, Math.max(0, high - low) / Math.max(1, keys.length - 1));
  let last = Math.min(low, high) - step;
  return new Map(
    wanted.map(({ key, x }, index) => {
      last = Math.min(Math.max(x, last + step), Math.max(low, high) - (keys.length - 1 - index) * step);
      return [key, last];
    }),
  );
}

/** The least number, 0 of none. */
function least(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((a, b) => Math.min(a, b));
}
