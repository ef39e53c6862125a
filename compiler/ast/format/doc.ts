// Documents: text with places where a line may end, and the printer that chooses which of them do. After Wadler's "A prettier printer" and
// Prettier's algorithm: a group is printed on one line if it fits, else all its own lines end. Knows nothing of the language.

/** A document. `hard` says that a line ends in it whatever the width, so no group around it fits on one. */
export type Doc =
  | string
  | { readonly kind: "concat"; readonly parts: readonly Doc[]; readonly hard: boolean }
  | { readonly kind: "group"; readonly content: Doc; readonly hard: boolean }
  | { readonly kind: "indent"; readonly content: Doc; readonly hard: boolean }
  | { readonly kind: "align"; readonly content: Doc; readonly hard: boolean }
  | { readonly kind: "line"; readonly flat: string; readonly hard: boolean }
  | { readonly kind: "choice"; readonly broken: string; readonly flat: string; readonly hard: false }
  | { readonly kind: "suffix"; readonly text: string; readonly hard: true };

function isHard(doc: Doc): boolean {
  return typeof doc !== "string" && doc.hard;
}

/** Parts after one another. */
export function concat(...parts: readonly Doc[]): Doc {
  return { kind: "concat", parts, hard: parts.some(isHard) };
}

/** What stands on one line if it fits. */
export function group(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { kind: "group", content, hard: isHard(content) };
}

/** Lines that end inside go on two columns further in. */
export function indent(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { kind: "indent", content, hard: isHard(content) };
}

/** Lines that end inside go on in the column where this begins. */
export function align(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { kind: "align", content, hard: isHard(content) };
}

/** The same on one line whatever the width, but for lines that end in any case. */
export function unbroken(doc: Doc): Doc {
  if (typeof doc === "string") return doc;
  switch (doc.kind) {
    case "concat":
      return concat(...doc.parts.map(unbroken));
    case "group":
    case "indent":
    case "align":
      return doc.hard ? doc : unbroken(doc.content);
    case "line":
    case "choice":
      return doc.hard ? doc : doc.flat;
    case "suffix":
      return doc;
  }
}

/** The end of a line, or `flat` where its group is on one line. */
export function line(flat: string): Doc {
  return { kind: "line", flat, hard: false };
}

/** The end of a line in any case. */
export const hardLine: Doc = { kind: "line", flat: "", hard: true };

/** One text where the lines of the group end, another where it is on one line. */
export function choice(broken: string, flat: string): Doc {
  return { kind: "choice", broken, flat, hard: false };
}

/** A comment for the end of the line that is being printed. */
export function suffix(text: string): Doc {
  return { kind: "suffix", text, hard: true };
}

/** Documents with one between each two. */
export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return concat(...docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc])));
}

interface Command {
  readonly margin: number;
  readonly isFlat: boolean;
  readonly doc: Doc;
}

/** Columns between the end of a line and a comment that stands behind it. */
const SUFFIX_GAP = "    ";

/** The text of a document on lines of at most `width` columns where that is possible. */
export function print(doc: Doc, width: number): string {
  const out: string[] = [];
  const stack: Command[] = [{ margin: 0, isFlat: false, doc }];
  let current = "";
  let suffixes: string[] = [];
  const endLine = (margin: number): void => {
    const code = current.trimEnd();
    const behind = suffixes.join(" ");
    out.push(behind === "" ? code : code === "" ? current + behind : code + SUFFIX_GAP + behind);
    suffixes = [];
    current = " ".repeat(margin);
  };
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const { margin, isFlat, doc: next } = command;
    if (typeof next === "string") {
      current += next;
      continue;
    }
    switch (next.kind) {
      case "concat":
        for (let i = next.parts.length - 1; i >= 0; i--) stack.push({ margin, isFlat, doc: next.parts[i] ?? "" });
        break;
      case "group": {
        const flat: Command = { margin, isFlat: true, doc: next.content };
        stack.push(!next.hard && (isFlat || fits(flat, stack, width - current.length)) ? flat : { ...flat, isFlat: false });
        break;
      }
      case "indent":
        stack.push({ margin: margin + 2, isFlat, doc: next.content });
        break;
      case "align":
        stack.push({ margin: current.length, isFlat, doc: next.content });
        break;
      case "line":
        if (isFlat && !next.hard) current += next.flat;
        else endLine(margin);
        break;
      case "choice":
        current += isFlat ? next.flat : next.broken;
        break;
      case "suffix":
        suffixes.push(next.text);
        break;
    }
  }
  endLine(0);
  return out.join("\n");
}

/** Does this fit, with what follows it up to where a line can end? */
function fits(first: Command, rest: readonly Command[], columns: number): boolean {
  let left = columns;
  let below = rest.length;
  const stack: Command[] = [first];
  while (left >= 0) {
    let command = stack.pop();
    if (command === undefined) {
      if (below === 0) return true;
      command = rest[--below];
      if (command === undefined) return true;
    }
    const { margin, isFlat, doc } = command;
    if (typeof doc === "string") {
      left -= doc.length;
      continue;
    }
    switch (doc.kind) {
      case "concat":
        for (let i = doc.parts.length - 1; i >= 0; i--) stack.push({ margin, isFlat, doc: doc.parts[i] ?? "" });
        break;
      case "group":
        stack.push({ margin, isFlat: isFlat && !doc.hard, doc: doc.content });
        break;
      case "indent":
      case "align":
        stack.push({ margin, isFlat, doc: doc.content });
        break;
      case "line":
        if (!isFlat || doc.hard) return true;
        left -= doc.flat.length;
        break;
      case "choice":
        left -= (isFlat ? doc.flat : doc.broken).length;
        break;
      case "suffix":
        break;
    }
  }
  return false;
}
