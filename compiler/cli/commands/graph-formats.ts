// The forms in which `sop graph` draws, and the endings of the files that ask for them.

export const graphFormats = ["mermaid", "svg"] as const;

export type GraphFormat = (typeof graphFormats)[number];

const endings: ReadonlyMap<string, GraphFormat> = new Map([
  ["svg", "svg"],
  ["mmd", "mermaid"],
  ["mermaid", "mermaid"],
  ["md", "mermaid"],
  ["txt", "mermaid"],
]);

/** The form that the name of a file asks for: null where its ending asks for none that there is. */
export function formatOfFile(path: string): GraphFormat | null {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return ending === undefined ? "mermaid" : (endings.get(ending) ?? null);
}
