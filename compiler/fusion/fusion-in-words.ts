// How a model starts from others, as an editor shows it at `fuse from`: what each weight has of which source, and which outputs are the mean.

import { instanceTitle } from "../services/instance-title.js";
import type { FusionWords } from "../services/facts/fusion-words.js";
import { axisLength, type AxisRuns, type FusedInitializer, type Owner } from "../ir/initializers.js";
import type { Weight } from "../ir/module.js";
import type { Claim } from "../passes/deep-fusion/claims.js";
import { instanceOf } from "../semantics/fusion/source-instance.js";
import type { Instance, Start } from "../semantics/semantic-model.js";
import { inWords } from "./causes.js";
import type { FusedModels } from "./fused-models.js";

/** One entry for each model in the instance that starts from others. */
export function fusionInWords(models: FusedModels, instance: Instance): readonly FusionWords[] {
  return (instance.starts ?? []).map((start) => wordsOf(models, start));
}

function wordsOf(models: FusedModels, start: Start): FusionWords {
  const { module, claims, problems, provenance } = models.fusion(start);
  const shares = models.mix(start);
  return {
    origin: start.fusion.origin,
    prefix: start.prefix,
    sources: start.fusion.sources.map((source, index) => ({ name: source.name, model: instanceTitle(instanceOf(source)), share: shares[index]?.share ?? 0 })),
    parts: grouped(module?.weights ?? []),
    outputs: claims.map(outputWords),
    newLayers: provenance?.newLayers ?? [],
    problems: problems.map(({ id, place }) => `${id.replaceAll("-", " ")} at \`${place.path === "" ? place.what : place.path}\``),
  };
}

// Weights that begin alike but for their sizes are one group.
function grouped(weights: readonly Weight[]): FusionWords["parts"] {
  const groups = new Map<string, { readonly weights: string[]; readonly texts: Set<string> }>();
  for (const { path, init } of weights) {
    const [text, form] = init.kind === "fused" ? [fusedWords(init, true), fusedWords(init, false)] : Array.from({ length: 2 }, () => (init.kind === "zeros" ? "no source has it: begins as 0" : "no source has it: drawn anew"));
    const group = groups.get(form ?? "") ?? { weights: [], texts: new Set() };
    groups.set(form ?? "", group);
    group.weights.push(path);
    group.texts.add(text ?? "");
  }
  return [...groups].map(([form, { weights: paths, texts }]) => ({ weights: paths, text: texts.size === 1 ? ([...texts][0] ?? form) : form }));
}

function fusedWords({ from, axes, rest }: FusedInitializer, withSizes: boolean): string {
  const size = (length: number): string => (withSizes ? ` ${length}` : "");
  const names = [...new Set(from.map(({ source }) => `\`${source}\``))];
  const owned = axes.filter(({ runs }) => runs.some(({ owner }) => typeof owner === "number"));
  const added = axes.some((axis) => lengthOf(axis, "new") > 0) ? [`${axes.flatMap((axis) => lengthOf(axis, "new") || []).map((length) => size(length).trim()).filter((text) => text !== "").join(", ")} new units`.trim()] : [];
  const last = owned[owned.length - 1];
  if (last === undefined) return [names.length === 1 ? `as in ${names.join()}` : `the mean of ${listed(names)}`, ...added].join(", ");
  const shared = lengthOf(last, "shared");
  const parts = from.map(({ source }, index) => `\`${source}\`${size(lengthOf(last, index))}`);
  const between = rest.kind === "zeros" ? "0 between" : `noise of ${rest.std} deviations between`;
  const factors = from.map(({ factor }) => Number(factor.toPrecision(4)));
  return [
    `${[...parts, ...(shared === 0 ? [] : [`shared${size(shared)}`])].join(" + ")} ${owned.length > 1 ? `on the diagonal, ${between}` : "side by side"}`,
    ...(factors.every((factor) => factor === 1) ? [] : [`times ${[...new Set(factors)].length === 1 ? String(factors[0]) : factors.join(", ")}`]),
    ...added,
  ].join(", ");
}

function lengthOf(axis: AxisRuns, owner: Owner): number {
  return axisLength({ copies: axis.copies, runs: axis.runs.filter((run) => run.owner === owner) });
}

function outputWords(claim: Claim): FusionWords["outputs"][number] {
  const { output: name } = claim;
  switch (claim.kind) {
    case "mean":
      return { name, isExact: true, text: `is exactly the mean of the sources'${claim.inserted === 1 ? "" : `, multiplied by ${Number(claim.inserted.toPrecision(4))} at its end`}`, causes: [] };
    case "weighted-sum":
      return { name, isExact: false, text: `is the sum of the sources' times ${claim.factors.map((factor) => Number(factor.toPrecision(4))).join(", ")}`, causes: [] };
    case "function-of-mean":
      return { name, isExact: true, text: `is not the mean; what ${claim.through} reads is`, causes: [] };
    case "not":
      return { name, isExact: false, text: "is not the mean", causes: [...new Set(claim.causes.map(inWords))].slice(0, 4) };
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1] ?? ""}`;
}
