// Mistakes of syntax in `fuse from`: its sources, their steps, its options. Looks at little of the text around, so that many mistakes stay cheap.

import type { SyntaxProblem } from "../../grammar/problems.js";
import type { Fix } from "../diagnostics/diagnostic.js";

interface Hint {
  readonly help: string;
  readonly fixes?: readonly Fix[];
}

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
  return word === "and" ? { help: "Part sources by commas: `fuse from left, right`.", fixes: fix(",", start - (fuse.length - fuse.trimEnd().length)) } : null;
}
