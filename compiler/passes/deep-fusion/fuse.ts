// Deep Fusion as a rewrite of weights: a target module starts from the weights of smaller trained ones. Pure: what is not possible, and what is
// not exact, is data. The door of this folder; layouts and states are explained in axes.ts, factors.ts and state.ts.

import type { FusedInitializer, Rest } from "../../ir/initializers.js";
import type { Module, Weight } from "../../ir/module.js";
import { align, forwardOf, type NamedModule } from "./alignment.js";
import { claimsOf, type Claim } from "./claims.js";
import { construct } from "./construction.js";
import { Factors, type Factor } from "./factors.js";
import { findLayouts, findStates } from "./follow.js";
import { withoutInserted } from "./inserted.js";
import { isShared } from "./layout.js";
import { withoutNewLayers } from "./new-layers.js";
import type { FusionProblem, Place } from "./problems.js";
import { provenanceOf, type Provenance } from "./report.js";
import type { State } from "./state.js";
import type { Flow } from "./step.js";

export interface FusionOptions {
  /** What fills entries between sources. */
  readonly newWeights: Rest;
  /** Statistics of norms: of each source by itself, or of all features. */
  readonly norms: "exact" | "joint";
  /** Of the mean, one per source; null: all alike. */
  readonly weights: readonly number[] | null;
  /** Whether what the optimizer keeps of a weight begins with what the sources' kept; absent: it does not. */
  readonly moments?: FusedInitializer["moments"];
  /** May outputs grow, because the model is a part of another? They are the sources' side by side then. Absent: they may not. */
  readonly mayOutputsGrow?: boolean;
}

export interface Fusion {
  /** The target with initial values over the sources' weights; null where that is not possible. */
  readonly module: Module | null;
  /** One per output, in order. */
  readonly claims: readonly Claim[];
  readonly problems: readonly FusionProblem[];
  readonly provenance: Provenance | null;
}

/** One walk over the graph. */
interface Followed {
  readonly flow: Flow;
  readonly states: readonly State[];
  readonly claims: readonly Claim[];
}

/**
 * Fuses sources into a target. Modules are plain: canonical, without kernel sets. A source that is named twice is the same model twice
 * (self-fusion).
 */
export function fuse(target: Module, sources: readonly NamedModule[], options: FusionOptions): Fusion {
  const whole: Place = { path: target.name, what: "model", origin: target.weights[0]?.origin ?? { file: "", span: { start: 0, end: 0 } } };
  const fail = (problems: readonly FusionProblem[]): Fusion => ({ module: null, claims: [], problems, provenance: null });
  const isSelf = sources.every(({ name }) => name === sources[0]?.name);
  const shares = options.weights ?? sources.map(() => 1 / sources.length);
  const refused = refuse(shares, sources, isSelf, options, whole);
  if (refused.length > 0) return fail(refused);
  const reduced = withoutNewLayers(forwardOf(target), sources.map(({ module }) => forwardOf(module)));
  if (!("graph" in reduced)) {
    // As many ops as the sources have: one layer stands in the place of another.
    const whole = forwardOf(target);
    const other = sources.every(({ module }) => forwardOf(module).ops.length === whole.ops.length) ? align(target, whole, sources) : [];
    return fail("graph" in other || other.length === 0 ? [reduced] : other);
  }
  const stripped = sources.map(({ module }) => withoutInserted(forwardOf(module), reduced.graph));
  const plain = sources.map(({ name, module }, index) => ({ name, module: { ...module, graphs: [stripped[index]?.graph ?? forwardOf(module)] } }));
  const aligned = align(target, reduced.graph, plain);
  if (!("graph" in aligned)) return fail(aligned);
  const layouts = findLayouts(aligned, options.mayOutputsGrow === true);
  if (!("weights" in layouts)) return fail(layouts);

  const uses = new Map<string, number>();
  for (const { op } of aligned.ops) {
    for (const operand of op.operands) {
      const path = aligned.ops[operand - aligned.graph.inputs.length]?.op.attributes["path"];
      if (typeof path === "string") uses.set(path, (uses.get(path) ?? 0) + 1);
    }
  }
  const ofTarget = (value: number): number => reduced.values[value] ?? value;
  const followed = (noise: boolean, norms: FusionOptions["norms"]): Followed => {
    const factors = new Factors(sources.length, (weight) => uses.get(weight) === 1);
    const flow: Flow = { factors, shares: factors.given(shares), isSelf, noise, norms, contractions: [], preferences: [], segments: new Map() };
    const states = findStates(aligned, layouts, flow);
    const multiples = (output: string): Factor => factors.given(stripped.map((each) => each.multiples.get(output) ?? 1));
    const claims = claimsOf(aligned, states, flow, multiples).map((claim): Claim => (claim.kind === "function-of-mean" ? { ...claim, value: ofTarget(claim.value) } : claim));
    return { flow, states, claims };
  };
  // Noise and joint statistics end what can be claimed, not what the weights have to be: a head weighs its sources all the same.
  const noise = options.newWeights.kind === "normal" && options.newWeights.std > 0;
  const ideal = followed(false, "exact");
  const { flow, states, claims } = noise || options.norms === "joint" ? followed(noise, options.norms) : ideal;
  const module = construct(target, sources, aligned, reduced, layouts, { ...ideal.flow, segments: flow.segments }, ideal.claims, options);
  const grows = [...layouts.weights.values()].some((axes) => !axes.every(isShared));
  const isStill = isSelf && sources.length > 1 && grows && !breaksSymmetry(module);
  return {
    module,
    claims,
    problems: isStill ? [{ severity: "warning", id: "stays-symmetric", place: whole, parameters: { source: sources[0]?.name ?? "" } }] : [],
    provenance: provenanceOf(sources, aligned, reduced, layouts, states, claims, { ofWeights: ideal.flow.factors, ofStates: flow.factors }),
  };
}

/** Does something tell copies of one source apart: noise in weights, or noise in training? */
function breaksSymmetry(module: Module): boolean {
  const isNoisy = ({ init }: Weight): boolean => {
    if (init.kind !== "fused" || init.rest.kind === "zeros" || init.rest.std === 0) return false;
    // Entries between sources are where two axes are theirs.
    return init.rest.kind === "antisymmetric" || init.axes.filter(({ runs }) => runs.some(({ owner }) => typeof owner === "number")).length > 1;
  };
  return module.weights.some(isNoisy) || forwardOf(module).ops.some(({ kind, attributes }) => kind === "noise" || (kind === "dropout" && attributes["rate"] !== 0));
}

function refuse(shares: readonly number[], sources: readonly NamedModule[], isSelf: boolean, options: FusionOptions, place: Place): readonly FusionProblem[] {
  const problems: FusionProblem[] = [];
  const total = shares.reduce((sum, share) => sum + share, 0);
  const fits = shares.length === sources.length && sources.length > 0 && shares.every((share) => share > 0 && Number.isFinite(share)) && Math.abs(total - 1) < 1e-6;
  if (!fits) problems.push({ severity: "error", id: "mixing-weights", place, parameters: { given: shares.join(", "), sources: String(sources.length) } });
  if (options.newWeights.kind === "antisymmetric" && !isSelf) problems.push({ severity: "error", id: "antisymmetric-needs-self-fusion", place, parameters: {} });
  return problems;
}
