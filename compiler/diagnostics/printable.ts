// Text from a program made fit for a terminal: nothing in it may move the cursor, change colors or reverse the order of
// what is read, and nothing is printed at any length. Also how many columns a text takes there.

const TAB_WIDTH = 4;
const LONGEST_QUOTE = 120;

/** Replaces control and direction characters by visible ones; line breaks and tabs too. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** A message for a terminal: printable, and a thing in backticks that is very long shows only its two ends. */
export function printableMessage(message: string): string {
  return printable(message).replace(/`([^`]*)`/g, (quoted, inner: string) =>
    inner.length <= LONGEST_QUOTE ? quoted : `\`${inner.slice(0, 60)}…${inner.slice(-20)}\``,
  );
}

/** A piece of a source line with its tabs expanded from column `from` on, printable. */
export function expand(text: string, from = 0): { readonly text: string; readonly width: number } {
  let out = "";
  let column = from;
  for (const character of text) {
    if (character === "\t") {
      const spaces = TAB_WIDTH - (column % TAB_WIDTH);
      out += " ".repeat(spaces);
      column += spaces;
    } else {
      const shown = printable(character);
      out += shown;
      column += characterWidth(shown);
    }
  }
  return { text: out, width: column - from };
}

/** Columns a printable text takes: 2 for wide characters (East Asian, emoji), 0 for combining ones. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

// The blocks of Unicode's East Asian Width W and F that occur in practice.
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x231a, 0x231b], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff],
  [0xa000, 0xa4cf], [0xa960, 0xa97f], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe30, 0xfe6f], [0xff00, 0xff60],
  [0xffe0, 0xffe6], [0x1f300, 0x1f64f], [0x1f680, 0x1f6ff], [0x1f900, 0x1faff], [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return WIDE.some(([first, last]) => code >= first && code <= last);
}
