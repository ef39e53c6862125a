// Colors of rendered diagnostics by meaning. The renderer is pure: the command line hands in what its terminal can do.

type Color = (text: string) => string;

export interface Paint {
  readonly error: Color;
  readonly warning: Color;
  readonly note: Color;
  readonly help: Color;
  readonly strong: Color;
  readonly gutter: Color;
  readonly removed: Color;
  readonly added: Color;
}

const same: Color = (text) => text;

/** No colors at all. */
export const plainPaint: Paint = { error: same, warning: same, note: same, help: same, strong: same, gutter: same, removed: same, added: same };
