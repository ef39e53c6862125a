// How everything in fused models follows from its sources, as text with the lines of the `.sop` files: what `sop build --emit provenance` writes.

import { printProvenance } from "../passes/deep-fusion/report.js";
import type { Instance } from "../semantics/semantic-model.js";
import type { Origin } from "../source/source.js";
import type { FusedModels } from "./fused-models.js";

/** One part per fused model of these runs or models, also of those that are only called in a body: by their paths there. */
export function provenanceText(models: FusedModels, named: readonly { readonly name: string; readonly instance: Instance }[], placeOf: (origin: Origin) => { readonly file: string; readonly line: number }): string {
  const lineOf = (origin: Origin): string => {
    const { file, line } = placeOf(origin);
    return `${file}:${line}`;
  };
  const parts = named.flatMap(({ name, instance }) =>
    (instance.starts ?? []).flatMap((start) => {
      const { provenance } = models.fusion(start);
      return provenance === null ? [] : [`// ${name}: ${start.target.model}${start.prefix === "" ? "" : ` at ${start.prefix}`}\n${printProvenance(provenance, lineOf)}`];
    }),
  );
  return parts.length === 0 ? "// No model starts from others.\n" : parts.join("\n");
}
