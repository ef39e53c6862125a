// Identifiers of generated TypeScript from names of a `.sop` file: camelCase, legal, unique within their scope.

/** Words that cannot name a constant or function of a strict module, and names that the generated code itself uses. */
const taken: readonly string[] = (
  "arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally for from " +
  "function get if implements import in instanceof interface let new null of package private protected public return set static super switch this " +
  "throw true try type typeof undefined var void while with yield NaN Infinity Object Promise Array globalThis require module exports sop"
).split(" ");

/** Can it stand in TypeScript as it is, as a name or after a dot? Names of a `.sop` file are of these letters; others would do no harm. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text);
}

/** `digits_small` becomes `digitsSmall`. What cannot be part of an identifier is dropped; the result may still be a reserved word. */
export function camelCase(name: string): string {
  const parts = name.split(/\W+|_+/).filter((part) => part !== "");
  const joined = parts.map((part, index) => (index === 0 ? lowerFirst(part) : upperFirst(part))).join("");
  return isIdentifier(joined) ? joined : `_${joined}`;
}

function lowerFirst(text: string): string {
  const [first = ""] = text;
  return first.toLowerCase() + text.slice(first.length);
}

function upperFirst(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** Gives out the identifiers of one scope, each once. */
export class Names {
  private readonly used: Set<string>;
  /** How often a base was taken, so that the thousandth `x` is found at once. */
  private readonly counts = new Map<string, number>();

  constructor(reserved: readonly string[] = []) {
    this.used = new Set([...taken, ...reserved]);
  }

  /** An identifier that resembles the name: `x`, then `x2`, `x3`. */
  take(name: string): string {
    const base = camelCase(name);
    for (let count = (this.counts.get(base) ?? 0) + 1; ; count++) {
      const candidate = count === 1 ? base : `${base}${/\d$/.test(base) ? "_" : ""}${count}`;
      if (this.used.has(candidate)) continue;
      this.used.add(candidate);
      this.counts.set(base, count);
      return candidate;
    }
  }
}
