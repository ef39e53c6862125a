// The model of a source, and what is said where those of several have different depths: the one difference of architecture that looks
// like one of size.

import type { Fusion, FusionSource, Instance } from "../semantic-model.js";

/** The model of a source. */
export function instanceOf(source: FusionSource): Instance {
  return source.kind === "run" ? source.run.instance : source.instance;
}

/** The help where sources have different numbers of layers; nothing where they have as many. */
export function ofDepths({ sources }: Fusion): { readonly help?: string } {
  const [first, ...others] = sources.map((source) => ({ name: source.name, layers: instanceOf(source).graph.applications.length }));
  const other = others.find(({ layers }) => layers !== first?.layers);
  if (first === undefined || other === undefined) return {};
  return { help: `The sources have different depths: \`${first.name}\` and \`${other.name}\` have different numbers of layers. Fuse sources of one depth.` };
}
