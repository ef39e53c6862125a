// Names that a body binds.

import type { Env } from "../context.js";
import type { Value } from "../values.js";

/** Binds a name of the body; `_` binds nothing. A tensor keeps the first name it is given. */
export function bindName(env: Env, name: string, value: Value): void {
  if (name === "_" || name === "") return;
  if (value.kind === "tensor") env.site?.graph.name(value, name);
  env.scope.assign(name, value);
}
