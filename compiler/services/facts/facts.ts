// What the checker found at places, for all answers that show it: values of expressions in bodies, constants, costs of calls, what an
// `overparam` reaches, how a fused model starts. Everything is put in order and into words when it is asked for.

import type { Found, ObservedBody, ObservedConstant } from "../../semantics/observed.js";
import type { Instance, SemanticModel } from "../../semantics/semantic-model.js";
import type { Origin, Span } from "../../source/source.js";
import { instanceTitle } from "../instance-title.js";
import { callCosts, reachCosts, type PlaceCost, type ReachCost } from "./costs.js";
import type { FusionWords } from "./fusion-words.js";
import { placeKey } from "./place-key.js";
import { runTotals, totalsOf, type ModelTotals, type RunTotals } from "./totals.js";

/** One value at a place, in one look at its body. */
export interface SeenValue {
  /** The model with its options; null: sizes are symbols, or the place is in no model. */
  readonly title: string | null;
  /** Several where the turns of a `repeat` differ. */
  readonly found: readonly Found[];
}

export interface Facts {
  /** What an expression or a bound name was found to be, by its exact span: of a pipe, up to and with its stage. */
  readonly valueAt: (origin: Origin) => readonly SeenValue[];
  /** The value of a constant, by the span of its name. */
  readonly constantAt: (origin: Origin) => Found | null;
  /** What a call of a layer or block costs, by the span of the call without annotations: one entry for each model. */
  readonly costsAt: (origin: Origin) => readonly PlaceCost[];
  /** What an `overparam` reaches, by its span: one entry for each model. */
  readonly reachAt: (origin: Origin) => readonly ReachCost[];
  /** How models start at a `fuse from`, by its span. */
  readonly fusionAt: (origin: Origin) => readonly FusionWords[];
  /** What a model comes to, declared by this name at this place: one entry for each way in which it is built. */
  readonly modelAt: (origin: Origin, name: string) => readonly ModelTotals[];
  /** What a run comes to; null where it could not be read. */
  readonly runAt: (origin: Origin, name: string) => RunTotals | null;
}

/** What facts are made of. */
export interface Observations {
  readonly bodies: readonly ObservedBody[];
  readonly constants: readonly ObservedConstant[];
  readonly model: SemanticModel;
  /** Says how an instance starts from others; asked only where that is shown. */
  readonly inWords: (instance: Instance) => readonly FusionWords[];
}

/** Nothing is computed before it is asked for. */
export function factsOf({ bodies, constants, model, inWords }: Observations): Facts {
  const byFile = new Map<string, ReadonlyMap<number, readonly SeenValue[]>>();
  let known: ReadonlyMap<string, Found> | null = null;
  return {
    valueAt: ({ file, span }) => {
      let values = byFile.get(file);
      if (values === undefined) byFile.set(file, (values = valuesOf(bodies.filter((body) => body.file === file))));
      return values.get(spanKey(span)) ?? [];
    },
    constantAt: (origin) => (known ??= new Map(constants.map((constant) => [placeKey(constant.origin), constant.value]))).get(placeKey(origin)) ?? null,
    costsAt: (origin) => callCosts(model.instances, origin),
    reachAt: (origin) => reachCosts(model.instances, origin),
    fusionAt: (origin) => {
      const key = placeKey(origin);
      const found = model.instances.filter(({ starts = [] }) => starts.some(({ fusion }) => placeKey(fusion.origin) === key)).flatMap((instance) => inWords(instance).filter((words) => placeKey(words.origin) === key));
      return [...new Map(found.map((words) => [JSON.stringify([words.prefix, words.sources]), words])).values()];
    },
    modelAt: (_, name) => totalsOf(model.instances.filter((instance) => instance.model === name)),
    runAt: (origin, name) => {
      const run = model.runs.find((each) => each.name === name && each.origin.file === origin.file);
      return run === undefined ? null : runTotals(run);
    },
  };
}

/** Facts that are looked up among others: `find` says where what is now at a place is to be looked for, and at which place. */
export function factsBy(find: (origin: Origin) => readonly [Facts, Origin] | null): Facts {
  const ask = <T>(origin: Origin, question: (facts: Facts, place: Origin) => T, nothing: T): T => {
    const found = find(origin);
    return found === null ? nothing : question(...found);
  };
  return {
    valueAt: (origin) => ask(origin, (facts, place) => facts.valueAt(place), []),
    constantAt: (origin) => ask(origin, (facts, place) => facts.constantAt(place), null),
    costsAt: (origin) => ask(origin, (facts, place) => facts.costsAt(place), []),
    reachAt: (origin) => ask(origin, (facts, place) => facts.reachAt(place), []),
    fusionAt: (origin) => ask(origin, (facts, place) => facts.fusionAt(place), []),
    modelAt: (origin, name) => ask(origin, (facts, place) => facts.modelAt(place, name), []),
    runAt: (origin, name) => ask(origin, (facts, place) => facts.runAt(place, name), null),
  };
}

/** Two offsets in one number: texts are far shorter than 2 ** 26. */
function spanKey({ start, end }: Span): number {
  return start * 2 ** 26 + end;
}

function valuesOf(bodies: readonly ObservedBody[]): ReadonlyMap<number, readonly SeenValue[]> {
  const values = new Map<number, SeenValue[]>();
  for (const { name, args, values: seen } of bodies) {
    const title = args === null ? null : instanceTitle({ model: name, args });
    for (const { span, found } of seen) {
      const key = spanKey(span);
      const known = values.get(key);
      if (known === undefined) values.set(key, [{ title, found }]);
      else if (title !== null || known.every((each) => each.title !== null)) known.push({ title, found });
    }
  }
  return values;
}
