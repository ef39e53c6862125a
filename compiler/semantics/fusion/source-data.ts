// Sources of a fusion must have met their inputs as the target meets them: fields of one type with the same transforms.

import { at, type Env } from "../context.js";
import type { DataField, DatasetModel, Run } from "../semantic-model.js";
import { printField } from "../clauses/fields.js";

/** Reports inputs that a source of `run` was trained on otherwise. What the files hold is compared when training starts. */
export function checkSourceData(env: Env, run: Run): void {
  const start = run.instance.starts?.find(({ prefix }) => prefix === "");
  for (const source of start?.fusion.sources ?? []) {
    if (source.kind !== "run") continue;
    for (const { input, field } of source.run.feeds) {
      const own = run.feeds.find((feed) => feed.input === input)?.field;
      const [expected, found] = [asMet(source.run.dataset, field), own === undefined ? null : asMet(run.dataset, own)];
      if (expected === null || found === null || expected === found) continue;
      env.context.report.say("fuse-data-differs", at(env, run.origin.span), { input, source: source.name, expected, found }, { notes: [{ origin: source.run.dataset.origin, message: `\`${source.name}\` is trained on this.` }, { origin: run.dataset.origin, message: `\`${run.name}\` is trained on this.` }] });
      return;
    }
  }
}

/** A field with what is done to it: `f32[28, 28, 1], scaled by 0.5`. */
function asMet({ fields, transforms }: DatasetModel, name: string): string | null {
  const field = fields.find((one) => one.name === name);
  if (field === undefined) return null;
  const done = transforms.filter((transform) => transform.fields.includes(name)).map((transform) => (transform.kind === "scale" ? `scaled by ${transform.by}` : "standardized"));
  return [typeOf(field), ...done].join(", ");
}

function typeOf({ dtype, shape, below, classes, ragged }: DataField): string {
  const type = printField({ dtype: dtype === "class" ? "i32" : dtype, shape, below, ...(ragged === true ? { ragged: "" } : {}) });
  return classes === null ? type : `${type} of ${classes.join(", ")}`;
}
