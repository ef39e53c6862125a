// A model as a picture has it: nodes with names, shapes and weights, edges, and boxes around blocks and repeats. Turns of a repeat
// that are alike are drawn once, with an edge back. From the semantic model only; what draws it knows nothing of models.

import { printSizes } from "../semantics/types.js";
import { costsOf, isMade, sizesOf } from "../semantics/costs.js";
import type { Application, Graph, Instance } from "../semantics/semantic-model.js";
import type { Origin } from "../source/source.js";

export interface GraphView {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** What stands in no box, in order of the graph. */
  readonly items: readonly GraphItem[];
}

export interface GraphNode {
  readonly id: string;
  readonly kind: "input" | "layer" | "operator" | "output";
  /** What a person calls it: the layer with its number, an operator's sign, the name of an input or output. */
  readonly name: string;
  /** Of the result, per example. */
  readonly shape: readonly number[];
  /** The input that it is as long as, where it is a sequence of unequal length. */
  readonly ragged?: string;
  /** Numbers: in training those of all copies, folded those that ship. */
  readonly weights: number;
  /** Copies of its kernels; 1 where it has no kernel set or the model is folded. */
  readonly copies: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Does it lead from a turn of a repeat into the next one? */
  readonly again: boolean;
}

/** A node, or a box with its parts in order. */
export type GraphItem = { readonly kind: "node"; readonly id: string } | GraphGroup;

export interface GraphGroup {
  readonly kind: "group";
  readonly id: string;
  readonly title: string;
  /** Turns of a repeat that it stands for; 1 for a block and for a turn by itself. */
  readonly turns: number;
  readonly items: readonly GraphItem[];
}

/** The lines in a node: name, shape, weights. */
export function linesOf({ name, shape, ragged, weights, copies }: GraphNode): readonly string[] {
  const count = `${weights.toLocaleString("en-US")} ${weights === 1 ? "weight" : "weights"}`;
  return [name, `[${printSizes(shape, ragged)}]`, ...(weights === 0 ? [] : [copies > 1 ? `${count} in ${copies} copies` : count])];
}

const signs: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*", div: "/", pow: "**", neg: "-" };

/** The view of a model, as it is trained or as it ships. */
export function graphView({ graph }: Pick<Instance, "graph">, form: "trained" | "folded"): GraphView {
  return new Drawing(graph, form).view();
}

/** Where a node of a model's view stands in the source: itself first, then the calls of blocks around it, innermost first. */
export function originsOf({ graph }: Pick<Instance, "graph">, { id }: GraphNode): readonly Origin[] {
  const { inputs, applications, outputs } = graph;
  const index = Number(id.replace(/^\D+/, ""));
  if (id.startsWith("out")) return listed(outputs[index]?.origin);
  const application = applications[index - inputs.length];
  return application === undefined ? listed(inputs[index]?.origin) : [application.origin, ...application.callers];
}

function listed(origin: Origin | undefined): readonly Origin[] {
  return origin === undefined ? [] : [origin];
}

class Drawing {
  readonly #graph: Graph;
  readonly #form: "trained" | "folded";
  /** Values that are drawn as another one: made by the compiler, or of a later turn. */
  readonly #alias = new Map<number, number>();
  /** Applications that are drawn. */
  readonly #drawn = new Set<number>();
  #groups = 0;

  constructor(graph: Graph, form: "trained" | "folded") {
    this.#graph = graph;
    this.#form = form;
  }

  view(): GraphView {
    const { inputs, applications, outputs } = this.#graph;
    const inside = this.#items(0, applications.length, 0);
    const items: GraphItem[] = [
      ...inputs.map((_, index): GraphItem => ({ kind: "node", id: `n${index}` })),
      ...inside,
      ...outputs.map((_, index): GraphItem => ({ kind: "node", id: `out${index}` })),
    ];
    return { nodes: this.#nodes(), edges: this.#edges(), items };
  }

  /** The applications from `start` to `end` with boxes for what lies deeper than `depth` parts of their paths. */
  #items(start: number, end: number, depth: number): readonly GraphItem[] {
    const items: GraphItem[] = [];
    for (let at = start; at < end; ) {
      const [part, turn] = this.#partsOf(at, depth);
      if (part === undefined) {
        if (this.#draw(at)) items.push({ kind: "node", id: this.#id(at + this.#graph.inputs.length) });
        at++;
        continue;
      }
      const isRepeat = /^repeat_\d+$/.test(part) && turn !== undefined && /^\d+$/.test(turn);
      const stop = this.#stretch(at, end, depth, 1);
      if (isRepeat) items.push(...this.#repeat(at, stop, depth, part));
      else items.push(this.#group(part, 1, () => this.#items(at, stop, depth + 1)));
      at = stop;
    }
    return items;
  }

  #repeat(start: number, stop: number, depth: number, part: string): readonly GraphItem[] {
    const turns: { readonly start: number; readonly end: number }[] = [];
    for (let at = start; at < stop; ) {
      const end = this.#stretch(at, stop, depth, 2);
      turns.push({ start: at, end });
      at = end;
    }
    const boxes: GraphItem[] = [];
    for (let first = 0; first < turns.length; ) {
      let last = first;
      while (last + 1 < turns.length && this.#isAlike(turns, first, last + 1)) last++;
      const [from, to] = [turns[first], turns[last]];
      if (from === undefined || to === undefined) break;
      const length = from.end - from.start;
      for (let at = from.end; at < to.end; at++) this.#alias.set(at + this.#graph.inputs.length, from.start + ((at - from.start) % length) + this.#graph.inputs.length);
      const which = first === last ? `turn ${first + 1}` : first === 0 && last === turns.length - 1 ? `${turns.length} turns` : `turns ${first + 1} to ${last + 1}`;
      boxes.push(this.#group(`${part}: ${which}`, last - first + 1, () => this.#items(from.start, from.end, depth + 2)));
      first = last + 1;
    }
    return boxes;
  }

  /** Does a turn do the same as the one before, in a run of alike turns that begins with `first`? */
  #isAlike(turns: readonly { readonly start: number; readonly end: number }[], first: number, index: number): boolean {
    const [before, turn] = [turns[index - 1], turns[index]];
    if (before === undefined || turn === undefined || before.end - before.start !== turn.end - turn.start) return false;
    const count = this.#graph.inputs.length;
    for (let at = turn.start; at < turn.end; at++) {
      const [a, b] = [this.#graph.applications[at - turn.start + before.start], this.#graph.applications[at]];
      if (a === undefined || b === undefined || keyOf(a) !== keyOf(b) || a.operands.length !== b.operands.length) return false;
      const isSame = b.operands.every((operand, position) => {
        const other = a.operands[position];
        // What it is made of can differ in size, and so can the weights.
        if (other === undefined || this.#shapeOf(other) !== this.#shapeOf(operand)) return false;
        if (other === operand) return true;
        const [now, then] = [operand - count, other - count];
        if (now >= turn.start) return then - before.start === now - turn.start;
        // From the turn before; what the first turn takes comes from outside.
        return now >= before.start && (index - 1 === first ? then < before.start : then - (turns[index - 2]?.start ?? 0) === now - before.start);
      });
      if (!isSame) return false;
    }
    return true;
  }

  #shapeOf(value: number): string {
    const { inputs, applications } = this.#graph;
    return String((inputs[value] ?? applications[value - inputs.length])?.type.shape);
  }

  #group(title: string, turns: number, items: () => readonly GraphItem[]): GraphItem {
    const id = `g${this.#groups++}`;
    return { kind: "group", id, title, turns, items: items() };
  }

  /** Where the applications end that share the next `length` parts of their paths. */
  #stretch(start: number, end: number, depth: number, length: number): number {
    const key = this.#partsOf(start, depth).slice(0, length).join(".");
    let at = start + 1;
    while (at < end && this.#partsOf(at, depth).slice(0, length).join(".") === key) at++;
    return at;
  }

  #partsOf(index: number, depth: number): readonly string[] {
    const within = this.#graph.applications[index]?.within ?? "";
    return within === "" ? [] : within.split(".").slice(depth);
  }

  /** Numbers and reshapes that the compiler made are not drawn. */
  #draw(index: number): boolean {
    const application = this.#graph.applications[index];
    if (application === undefined) return false;
    if (!isMade(application)) {
      this.#drawn.add(index);
      return true;
    }
    const [operand] = application.operands;
    if (operand !== undefined) this.#alias.set(index + this.#graph.inputs.length, operand);
    return false;
  }

  #id(value: number): string {
    let at = value;
    for (let next = this.#alias.get(at); next !== undefined; next = this.#alias.get(at)) at = next;
    return `n${at}`;
  }

  #nodes(): readonly GraphNode[] {
    const { inputs, applications, outputs } = this.#graph;
    const costs = costsOf(this.#graph);
    const plain = { weights: 0, copies: 1 };
    return [
      ...inputs.map(({ name, type }, index): GraphNode => ({ id: `n${index}`, kind: "input", name, ...sizesOf(type), ...plain })),
      ...[...this.#drawn].sort((a, b) => a - b).flatMap((index): GraphNode[] => {
        const [application, cost] = [applications[index], costs[index]];
        if (application === undefined || cost === undefined) return [];
        const isTrained = this.#form === "trained";
        return [
          {
            id: `n${index + inputs.length}`,
            kind: application.path === "" ? "operator" : "layer",
            name: this.#nameOf(application),
            ...sizesOf(application.type),
            weights: isTrained ? cost.weightsTrained : cost.weightsShipped,
            copies: isTrained ? (cost.overparam?.copies ?? 1) : 1,
          },
        ];
      }),
      ...outputs.map(({ name, value }, index): GraphNode => ({ id: `out${index}`, kind: "output", name, ...sizesOf((inputs[value] ?? applications[value - inputs.length])?.type ?? { shape: [] }), ...plain })),
    ];
  }

  /** `conv2d_2`, `tok: embedding` for a named layer, `* 0.5` for an operator with a number. */
  #nameOf({ path, layer, operands }: Application): string {
    const own = path.split(".").at(-1) ?? "";
    if (path !== "") return new RegExp(`^${layer}(_\\d+)?$`).test(own) ? own : `${own}: ${layer}`;
    const numbers = operands.map((operand) => {
      const constant = this.#graph.applications[operand - this.#graph.inputs.length];
      const value = constant?.layer === "constant" ? constant.options["value"] : "";
      return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value ?? "");
    });
    return [numbers[0] ?? "", signs[layer] ?? layer, ...numbers.slice(1)].filter((part) => part !== "").join(" ");
  }

  #edges(): readonly GraphEdge[] {
    const { inputs, applications, outputs } = this.#graph;
    const edges = new Map<string, GraphEdge>();
    const add = (value: number, to: string, again: boolean): void => {
      const isConstant = applications[value - inputs.length]?.layer === "constant";
      const from = this.#id(value);
      if (!isConstant && !edges.has(`${from} ${to}`)) edges.set(`${from} ${to}`, { from, to, again });
    };
    applications.forEach((application, index) => {
      const value = index + inputs.length;
      const target = this.#id(value);
      if (isMade(application)) return;
      // In a later turn that is drawn as the first, only what comes from the turn before is new.
      const isLater = target !== `n${value}`;
      for (const operand of application.operands) add(operand, target, isLater);
    });
    outputs.forEach(({ value }, index) => add(value, `out${index}`, false));
    return [...edges.values()];
  }
}

/** What two applications have in common that do the same in two turns. */
function keyOf({ layer, options, type, path, within, overparam, frozen }: Application): string {
  const own = path.startsWith(`${within}.`) ? path.slice(within.length) : path;
  return JSON.stringify([layer, options, type, own, within.split(".").length, overparam?.copies, frozen]);
}
