// The forms in which `sop graph` draws.

export const graphFormats = ["mermaid"] as const;

export type GraphFormat = (typeof graphFormats)[number];
