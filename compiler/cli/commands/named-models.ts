// Models of a file by the names that people give commands: a model's own, or that of a run.

import { suggest } from "../../diagnostics/suggest.js";
import type { Instance, SemanticModel } from "../../semantics/semantic-model.js";
import { Failure } from "../failure.js";

/** The model that a run trains, or a model with each set of arguments that it is used with. Fails where nothing has that name. */
export function modelsNamed({ instances, runs }: SemanticModel, name: string): readonly [Instance, ...Instance[]] {
  const run = runs.find((each) => each.name === name);
  if (run !== undefined) return [run.instance];
  const [first, ...more] = instances.filter(({ model }) => model === name);
  if (first !== undefined) return [first, ...more];
  const nearest = suggest(name, namesOf({ instances, runs }));
  throw new Failure(`there is no model \`${name.slice(0, 100)}\` with numbers for all sizes`, nearest === null ? nameOne({ instances, runs }) : `Did you mean \`${nearest}\`?`, 2);
}

/** "Name one of `Net`, `small`." */
export function nameOne(model: Pick<SemanticModel, "instances" | "runs">): string {
  return `Name one of ${namesOf(model).slice(0, 8).map((each) => `\`${each}\``).join(", ")}.`;
}

function namesOf({ instances, runs }: Pick<SemanticModel, "instances" | "runs">): readonly string[] {
  return [...new Set([...instances.map(({ model }) => model), ...runs.map((run) => run.name)])];
}
