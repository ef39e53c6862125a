// The clause `augment`: fields, then random changes to them, each a row of the table below.

import type { Expression } from "../../ast/ast.js";
import { suggest } from "../../diagnostics/suggest.js";
import { at, type Env } from "../context.js";
import { compare, toNumber, zero } from "../numbers.js";
import { readCount } from "../read-count.js";
import { oneOf } from "../option-words.js";
import { bareName } from "../read-options.js";
import { replacement } from "../report.js";
import type { Augmentation, AugmentStep } from "../semantic-model.js";
import { printType } from "../types.js";
import { describe } from "../values.js";
import type { PlacedClause } from "./collect.js";
import type { DeclaredField } from "./fields.js";

type Part = PlacedClause["clause"]["items"][number]["parts"][number];

export interface AugmentationSpec {
  /** How it is written. */
  readonly form: string;
  readonly doc: string;
  /** Reads what stands behind its word: null where something was reported, "form" where it is not written like this. */
  readonly read: (env: Env, parts: readonly Part[], fields: readonly DeclaredField[]) => AugmentStep | null | "form";
}

/** All changes that `augment` knows. */
export const augmentations: Readonly<Record<string, AugmentationSpec>> = {
  flip: {
    form: "flip horizontal",
    doc: "Mirrors half of the images, left to right; `flip vertical` top to bottom.",
    read: (env, [direction, ...others]) => {
      if (direction === undefined || direction.kind === "linking-word" || others.length > 0) return "form";
      const name = bareName(direction);
      if (name === "horizontal" || name === "vertical") return { kind: "flip", along: name };
      const nearest = name === null ? null : suggest(name, ["horizontal", "vertical"]);
      const origin = at(env, direction.span);
      env.context.report.say("value-type", origin, { what: "`flip`", expected: oneOf(["horizontal", "vertical"]), found: name === null ? "something else" : `\`${name}\`` }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
      return null;
    },
  },
  crop: {
    form: "crop 32 pad 4",
    doc: "Puts a border of so many zeros around the image and cuts its size out of that, anywhere: the image moves by up to the border. `crop [28, 40] pad 4` where it is not square.",
    read: readCrop,
  },
  cutout: {
    form: "cutout 8",
    doc: "Sets a square of so many pixels to zero, whose middle is anywhere in the image.",
    read: (env, [size, ...others], fields) => {
      if (size === undefined || size.kind === "linking-word" || others.length > 0) return "form";
      const count = readCount(env, "`cutout`", env.context.rules.expression(env, size), size.span, 1);
      if (count === null) return null;
      const [height = 0, width = 0] = fields[0]?.type.shape ?? [];
      if (count < Math.max(height, width)) return { kind: "cutout", size: count };
      env.context.report.say("value-range", at(env, size.span), { what: "`cutout`", range: `less than ${Math.max(height, width)}, the size of \`${fields[0]?.field.name ?? ""}\``, found: String(count) });
      return null;
    },
  },
  noise: {
    form: "noise 0.1",
    doc: "Adds normal numbers of this standard deviation, in the unit that the field has after `scale` and `standardize`.",
    read: (env, [deviation, ...others], fields) => {
      if (deviation === undefined || deviation.kind === "linking-word" || others.length > 0) return "form";
      const value = env.context.rules.expression(env, deviation);
      if (value.kind === "error") return null;
      if (value.kind !== "number" || value.unit === "steps" || value.unit === "epochs" || compare(value.value, zero) <= 0) {
        env.context.report.say("value-type", at(env, deviation.span), { what: "`noise`", expected: "a number above 0", found: describe(value) });
        return null;
      }
      const other = fields.find(({ type }) => type.dtype !== "f32");
      if (other === undefined) return { kind: "noise", deviation: toNumber(value.value) };
      env.context.report.say("value-type", at(env, deviation.span), { what: "`noise`", expected: "fields of f32", found: `\`${other.field.name}\`, which is ${other.field.dtype}` });
      return null;
    },
  },
};

// `crop 32 pad 4`, `crop [28, 40] pad 4`: the result has the size of the field.
function readCrop(env: Env, [size, pad, border, ...others]: readonly Part[], fields: readonly DeclaredField[]): AugmentStep | null | "form" {
  if (size === undefined || size.kind === "linking-word" || pad === undefined || pad.kind === "linking-word" || bareName(pad) !== "pad" || border === undefined || border.kind === "linking-word" || others.length > 0) return "form";
  const items: readonly Expression[] = size.kind === "list" ? size.items : [size, size];
  const [first, second] = items;
  if (first === undefined || second === undefined || items.length !== 2) return "form";
  const height = readCount(env, "The size of `crop`", env.context.rules.expression(env, first), first.span, 1);
  const width = second === first ? height : readCount(env, "The size of `crop`", env.context.rules.expression(env, second), second.span, 1);
  const around = readCount(env, "`pad`", env.context.rules.expression(env, border), border.span, 1);
  if (height === null || width === null || around === null) return null;
  const [found] = fields;
  const [fullHeight = 0, fullWidth = 0] = found?.type.shape ?? [];
  if (found === undefined) return null;
  const isSquare = fullHeight === fullWidth;
  const fitting = isSquare ? String(fullHeight) : `[${fullHeight}, ${fullWidth}]`;
  const origin = at(env, size.span);
  const fixes = { fixes: [replacement(`Write \`${fitting}\``, origin, fitting)], help: `Write \`crop ${fitting}\`: \`pad\` says how far the image moves.` };
  const what = height === width ? String(height) : `[${height}, ${width}]`;
  if (height > fullHeight + 2 * around || width > fullWidth + 2 * around) {
    env.context.report.say("value-type", origin, { what: "`crop`", expected: `${fitting}, the size of \`${found.field.name}\``, found: `${what}, more than the ${fullHeight + 2 * around} by ${fullWidth + 2 * around} pixels of the image with its border` }, fixes);
    return null;
  }
  if (height !== fullHeight || width !== fullWidth) {
    env.context.report.say("value-type", origin, { what: "`crop`", expected: `${fitting}, the size of \`${found.field.name}\`, which stays what it is`, found: what }, fixes);
    return null;
  }
  // As far as the image is large: what is further out is all border.
  if (around < Math.min(fullHeight, fullWidth)) return { kind: "crop", size: [height, width], pad: around };
  env.context.report.say("value-range", at(env, border.span), { what: "`pad`", range: `less than ${Math.min(fullHeight, fullWidth)}, the size of \`${found.field.name}\``, found: String(around) });
  return null;
}

/** `augment image flip horizontal, crop 32 pad 4`, `augment image, mask flip horizontal`; null where something was reported. */
export function readAugmentation(env: Env, { clause }: PlacedClause, declared: readonly DeclaredField[], unread: ReadonlySet<string>): Augmentation | null {
  const { report } = env.context;
  const form = (text = "field flip horizontal, crop 32 pad 4"): null => {
    report.say("clause-form", at(env, clause.span), { word: "augment", form: `augment ${text}` });
    return null;
  };
  const fields: DeclaredField[] = [];
  const steps: AugmentStep[] = [];
  let isComplete = true;
  let areFieldsRead = false;
  for (const { name, parts } of clause.items) {
    if (parts.some((part) => part.kind === "missing")) return null;
    if (name !== null) return form();
    let rest: readonly Part[] = parts;
    if (!areFieldsRead) {
      const [part, ...others] = parts;
      const field = part === undefined || part.kind === "linking-word" ? null : bareName(part);
      if (part === undefined || field === null) return form();
      // `augment image, flip horizontal`: the first change follows the last field without a comma.
      if (Object.hasOwn(augmentations, field) && !declared.some((each) => each.field.name === field)) return form(fields.length === 0 ? undefined : `${fields.map((each) => each.field.name).join(", ")} ${augmentations[field]?.form ?? ""}`);
      const found = unread.has(field) ? null : readField(env, field, part, declared, fields[0]);
      if (found === null) isComplete = false;
      else fields.push(found);
      if (others.length === 0) continue;
      areFieldsRead = true;
      rest = others;
    }
    const [word, ...values] = rest;
    const step = word === undefined || word.kind === "linking-word" ? null : bareName(word);
    if (word === undefined || word.kind === "linking-word" || step === null) return form();
    const spec = Object.hasOwn(augmentations, step) ? augmentations[step] : undefined;
    if (spec === undefined) {
      const nearest = suggest(step, Object.keys(augmentations));
      const origin = at(env, word.span);
      report.say("unknown-augmentation", origin, { name: step, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
      isComplete = false;
      continue;
    }
    if (!isComplete) continue;
    const read = spec.read(env, values, fields);
    if (read === "form") return form(`${fields[0]?.field.name ?? "field"} ${spec.form}`);
    if (read === null) isComplete = false;
    else steps.push(read);
  }
  if (!areFieldsRead) return isComplete ? form() : null;
  return isComplete ? { fields: fields.map(({ field }) => field.name), steps } : null;
}

/** The field of that name if it is an image, and as large as the one beside it. */
function readField(env: Env, name: string, part: Part, declared: readonly DeclaredField[], first: DeclaredField | undefined): DeclaredField | null {
  const { report } = env.context;
  const origin = at(env, part.span);
  const found = declared.find(({ field }) => field.name === name);
  if (found === undefined) {
    const nearest = suggest(name, declared.map(({ field }) => field.name));
    if (declared.length > 0) report.say("unknown-field", origin, { name, nearest: nearest ?? "" }, nearest === null ? {} : { fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
    return null;
  }
  const { shape } = found.type;
  if (shape.length !== 2 && shape.length !== 3) {
    report.say("value-type", origin, { what: "`augment`", expected: "images, which are [height, width] or [height, width, channels]", found: `\`${name}\`, which is ${printType(found.type)}` });
    return null;
  }
  if (first !== undefined && (first.type.shape[0] !== shape[0] || first.type.shape[1] !== shape[1])) {
    report.say("value-type", origin, { what: "`augment`", expected: `fields of one size, as \`${first.field.name}: ${printType(first.type)}\``, found: `\`${name}: ${printType(found.type)}\`` }, { help: "Give each a clause of its own." });
    return null;
  }
  return found;
}
