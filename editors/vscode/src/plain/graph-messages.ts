// What the extension and its page say to each other, and what the server answers to `sop/graph`.

/** The answer to `sop/graph`; offsets are in UTF-16 units. */
export interface GraphAnswer {
  readonly models: readonly ModelChoice[];
  readonly chosen: number | null;
  readonly drawings: { readonly trained: string; readonly folded: string } | null;
  readonly places: Readonly<Record<string, GraphPlace>>;
  readonly problem: string | null;
}

export interface ModelChoice {
  readonly name: string;
  readonly title: string;
  readonly runs: readonly string[];
}

export interface GraphPlace {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** To the page. */
export type ToPage =
  | { readonly kind: "show"; readonly models: readonly ModelChoice[]; readonly chosen: number | null; readonly drawings: GraphAnswer["drawings"]; readonly problem: string | null; readonly placed: readonly string[] }
  /** The nodes whose calls the cursor is in. */
  | { readonly kind: "mark"; readonly ids: readonly string[] };

/** From the page. */
export type FromPage =
  | { readonly kind: "ready" }
  | { readonly kind: "choose"; readonly name: string }
  /** Go to the call of a node. */
  | { readonly kind: "open"; readonly id: string };

/** What the page is told of an answer. */
export function shown({ models, chosen, drawings, problem, places }: GraphAnswer): ToPage {
  return { kind: "show", models, chosen, drawings, problem, placed: Object.keys(places) };
}
