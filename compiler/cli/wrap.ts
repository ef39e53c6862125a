// Prose for a terminal.

/** Breaks paragraphs at 100 columns, lines after the first further in if asked; lines that are indented (code) stay. */
export function wrap(text: string, indent = ""): string {
  const limit = 100 - indent.length;
  const pattern = new RegExp(`(?![^\\n]{1,${limit}}$)([^\\n]{1,${limit}})\\s`, "g");
  return text
    .trim()
    .split("\n")
    .map((line) => (/^\s/.test(line) ? line : line.replace(pattern, `$1\n${indent}`)))
    .join(`\n${indent}`);
}
