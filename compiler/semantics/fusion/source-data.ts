// Sources of a fusion must have met their inputs as the target meets them: fields of one type with the same transforms. A fused model that is
// called in another one is looked at where it reads that one's inputs as they are; what is computed for it is its caller's affair. Classes that an
// output tells apart must stand in one order, or the mean would be of one class with another.

import { at, type Env } from "../context.js";
import type { DataField, DatasetModel, FusionSource, Run, Start } from "../semantic-model.js";
import { printField } from "../clauses/fields.js";

/** Reports inputs that a source of `run` was trained on otherwise. What the files hold is compared when training starts. */
export function checkSourceData(env: Env, run: Run): void {
  for (const { fusion, reads, prefix } of run.instance.starts ?? []) {
    for (const source of fusion.sources) if (source.kind === "run" && prefix === "" && sayOtherClasses(env, run, source)) return;
    for (const source of fusion.sources) if (source.kind === "run" && sayOtherwise(env, run, source, reads ?? source.run.feeds.map(({ input }) => [input, input] as const))) return;
  }
}

// `reads`: inputs of the source, and those of the run that they are here.
function sayOtherwise(env: Env, run: Run, source: Extract<FusionSource, { readonly kind: "run" }>, reads: NonNullable<Start["reads"]>): boolean {
  const fieldOf = ({ feeds }: Run, input: string): string | undefined => feeds.find((feed) => feed.input === input)?.field;
  for (const [input, outer] of reads) {
    const [field, own] = [fieldOf(source.run, input), fieldOf(run, outer)];
    const [expected, found] = [field === undefined ? null : asMet(source.run.dataset, field), own === undefined ? null : asMet(run.dataset, own)];
    if (expected === null || found === null || expected === found) continue;
    env.context.report.say("fuse-data-differs", at(env, run.origin.span), { input, source: source.name, expected, found }, { notes: [{ origin: source.run.dataset.origin, message: `\`${source.name}\` is trained on this.` }, { origin: run.dataset.origin, message: `\`${run.name}\` is trained on this.` }] });
    return true;
  }
  return false;
}

function sayOtherClasses(env: Env, run: Run, source: Extract<FusionSource, { readonly kind: "run" }>): boolean {
  for (const { output, classes } of source.run.links) {
    const own = run.links.find((link) => link.output === output)?.classes ?? null;
    if (classes === null || own === null || classes.join("\n") === own.join("\n")) continue;
    const notes = [{ origin: source.run.dataset.origin, message: `\`${source.name}\` is trained on this.` }, { origin: run.dataset.origin, message: `\`${run.name}\` is trained on this.` }];
    env.context.report.say("fuse-classes-differ", at(env, run.origin.span), { output, source: source.name, expected: classes.join(", "), found: own.join(", ") }, { notes });
    return true;
  }
  return false;
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
