// Settings of a run: values of options, durations, and the clauses that do not change.

import type { CallValue, OptionValue } from "../semantics/option-value.js";
import type { Duration, RunSettings } from "../semantics/semantic-model.js";
import { number, numbers, object, text, texts } from "./literals.js";
import { camelCase } from "./names.js";
import { call, settingName } from "./runtime-names.js";

/** Entries of `defineRun` that the train block sets. */
export function emitSettings(settings: RunSettings): readonly (readonly [string, string])[] {
  const { clip, checkpoint, stop } = settings;
  return [
    ["optimizer", emitValue(settings.optimizer)],
    ["batch", number(settings.batch)],
    ...(settings.accumulate === undefined ? [] : [["accumulate", number(settings.accumulate)] as const]),
    ["length", call(settingName(settings.length.unit), number(settings.length.value))],
    ["clip", clip === null ? "null" : object("norm" in clip ? [["norm", number(clip.norm)]] : [["value", number(clip.value)]])],
    [
      "checkpoint",
      object([
        ["every", emitDuration(checkpoint.every)],
        ["keep", checkpoint.keep === null ? "null" : number(checkpoint.keep)],
        ["best", checkpoint.best === null ? "null" : text(checkpoint.best)],
      ]),
    ],
    ["stop", stop === null ? "null" : object([["metric", text(stop.metric)], ["patience", emitDuration(stop.patience)]])],
    ["evaluate", emitDuration(settings.evaluate)],
    ["l2", number(settings.l2)],
    ...(settings.l1 === undefined ? [] : [["l1", number(settings.l1)] as const]),
    ...(settings.ema === undefined ? [] : [["ema", number(settings.ema)] as const]),
    ...(settings.weigh === undefined ? [] : [["weigh", emitWeighing(settings.weigh)] as const]),
    ...(settings.select === undefined ? [] : [["select", emitValue({ ...settings.select, call: `select_${settings.select.call}` })] as const]),
    ["seed", number(settings.seed)],
  ];
}

function emitWeighing({ classes, by }: NonNullable<RunSettings["weigh"]>): string {
  const weights = classes === undefined || classes.weights === "balanced" ? text("balanced") : numbers(classes.weights);
  return object([["classes", classes === undefined ? undefined : object([["fields", texts(classes.fields)], ["weights", weights]])], ["by", by === undefined ? undefined : text(by)]]);
}

function emitDuration(duration: Duration | null): string {
  return duration === null ? "null" : call(settingName(duration.unit), number(duration.value));
}

/** The value of an option: `sop.adamw({ lr: sop.cosine({ peak: 0.1 }) })`. */
function emitValue(value: OptionValue): string {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return String(value);
  return isCall(value) ? emitCall(value) : numbers(value);
}

/** A duration is a call with a bare number; a constant rate is the number itself. */
function emitCall({ call: name, options }: CallValue): string {
  const bare = options["value"];
  if (name === "constant" && bare !== undefined) return emitValue(bare);
  if ((name === "share" || name === "steps" || name === "epochs") && bare !== undefined) return call(name, emitValue(bare));
  return call(settingName(name), object(Object.entries(options).map(([option, item]) => [camelCase(option), emitOption(name, option, item)])));
}

/** Where a rate steps down is a list of shares of the run. */
function emitOption(callee: string, option: string, value: OptionValue): string {
  if (callee === "step" && option === "at" && typeof value === "object" && !isCall(value)) return `[${value.map((share) => call("share", number(share))).join(", ")}]`;
  return emitValue(value);
}

function isCall(value: readonly number[] | CallValue): value is CallValue {
  return "call" in value;
}
