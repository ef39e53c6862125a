// Mistakes of syntax in `fuse from`: its sources, their steps, its options. Looks at little of the text around, so that many mistakes stay cheap.

import type { SyntaxProblem } from "../../grammar/problems.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";

interface Hint {
  readonly help: string;
  readonly fixes?: readonly Fix[];
}

const commas = "Part sources by commas: `fuse from left, right`.";
/** Words behind a source that are none. */
const notSources: ReadonlySet<string> = new Set(["as", "at", "epoch", "epochs", "for", "from", "frozen", "fuse", "if", "on", "overparam", "steps", "using", "with"]);

/** Where `fuse from` stands. */
export const placeOfFuse = "Write `fuse from` in the declaration of a model, behind what it stands for: `model Name = Model(...) fuse from left, right`.";

/** How much is read before and behind the mistake. */
const reach = 500;

/** What the options that take a word take. */
const optionWords: ReadonlyMap<string, string> = new Map([
  ["moments", "`fresh` or `fused`"],
  ["norms", "`exact` or `joint`"],
  ["new_weights", "`zeros`, `normal(std)` or `antisymmetric(std)`"],
]);

/** What to write instead of a reserved word as the value of an option of `fuse from`; null elsewhere. */
export function fuseWordHint({ start }: { readonly start: number }, text: string): Hint | null {
  const option = /\bfuse\s+from\b[^{}]*\{[^{}]*\b(\w+)\s*:\s*$/.exec(text.slice(Math.max(0, start - reach), start))?.[1];
  const words = option === undefined ? undefined : optionWords.get(option);
  return words === undefined ? null : { help: `Write ${words}.` };
}

/** What to do about something in `fuse from`; null where it is elsewhere, or nothing is known of it. */
export function fuseHint({ expected, found, start, end }: Extract<SyntaxProblem, { readonly id: "expected-syntax" }>, text: string): Hint | null {
  const elsewhere = fuseElsewhere(expected, found, start, text);
  if (elsewhere !== null) return elsewhere;
  const fuse = /\bfuse\s+from\b[^{}]*(?:\{[^{}]*)?$/.exec(text.slice(Math.max(0, start - reach), start))?.[0];
  // The next declaration has begun.
  if (fuse === undefined || /\n\s*(?:block|data|let|model|recipe|train)\b/.test(fuse)) return null;
  const fix = (by: string, from = start, to = end): readonly Fix[] => [{ title: `Write \`${by.trim()}\`.`, edits: [{ span: { start: from, end: to }, text: by }] }];
  const [word] = /^\w+/.exec(text.slice(start, start + reach)) ?? [];
  if (fuse.includes("{")) {
    if (expected !== "`:`") return null;
    return { help: "Options are written `name: value`.", fixes: found === "`=`" ? fix(":") : word === undefined ? [] : fix(": ", start, start) };
  }
  if (expected === "a source" && (found === "`[`" || found === "`(`")) {
    const [list, inner] = /^[[(]([^[\](){}\n]*)[\])]/.exec(text.slice(start, start + reach)) ?? [];
    return { help: "Write sources without brackets: `fuse from left, right`.", fixes: list === undefined || inner === undefined || inner.trim() === "" ? [] : fix(inner.trim(), start, start + list.length) };
  }
  const step = "Write a step as `left at step 1000`.";
  if (expected === "`step`") return { help: step, fixes: /^\d/.test(word ?? "") ? fix("step ", start, start) : word === "steps" ? fix("step") : [] };
  if (expected === "a value" && /\bat\s+step\s*$/.test(fuse)) return { help: "Write a whole number of at least 1, or leave `at step` out for the result of the run." };
  if (expected !== "the end of the line" || word === undefined) return null;
  if (word === "step") return { help: step, fixes: fix("at step") };
  const gap = start - (fuse.length - fuse.trimEnd().length);
  if (word === "and") return { help: commas, fixes: fix(",", gap) };
  // A name behind a name or `)`; behind a number it is another word of a step.
  const isList = /^[A-Za-z_]\w*(?:[ \t,]+\w+)*[ \t]*(?:\r?\n|$|[{(])/.test(text.slice(start, start + reach));
  return isList && !notSources.has(word) && /(?:[A-Za-z_]\w*|\))\s*$/.test(fuse) ? { help: commas, fixes: [{ title: "Write `,`.", edits: [{ span: { start: gap, end: gap }, text: "," }] }] } : null;
}

// `fuse` without its `from`, and in declarations that have none.
function fuseElsewhere(expected: string, found: string, start: number, text: string): Hint | null {
  const line = text.slice(Math.max(text.lastIndexOf("\n", start - 1) + 1, start - reach), start);
  if (expected === "`from`" && /\bfuse\s*$/.test(line)) {
    const [word = ""] = /^\w+/.exec(text.slice(start, start + reach)) ?? [];
    const isMisspelled = suggest(word, ["from"]) !== null && /^\w+[ \t]+\w/.test(text.slice(start, start + reach));
    if (isMisspelled) return { help: "Did you mean `from`?", fixes: [{ title: "Write `from`.", edits: [{ span: { start, end: start + word.length }, text: "from" }] }] };
    return { help: "Write `fuse from` and the sources.", fixes: word === "" ? [] : [{ title: "Write `from`.", edits: [{ span: { start, end: start }, text: "from " }] }] };
  }
  if (found === "`fuse`" && /^\s*train\b/.test(line)) return { help: placeOfFuse };
  if (found === "`{`" && /^\s*model\b[^{}]*=/.test(line) && /^\{\s*fuse\b/.test(text.slice(start, start + reach))) return { help: placeOfFuse };
  return null;
}
