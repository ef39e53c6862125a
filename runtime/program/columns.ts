// Text in the columns of a terminal: lines end where the terminal's do, and what goes on is indented.

/** Columns of standard output; Infinity where it is no terminal, since other programs read lines. */
export function terminalColumns(): number {
  return process.stdout.isTTY === true ? Math.max(40, process.stdout.columns) : Infinity;
}

/** A label and a text beside it, in lines of at most `columns`. What stands between backticks is to be copied and stays whole. */
export function beside(label: string, text: string, columns: number, indent: number = label.length): string {
  const lines: string[] = [];
  let line = label;
  let isEmpty = true;
  for (const [word] of text.matchAll(/(?:`[^`]*`|[^\s`])+/g)) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = " ".repeat(indent) + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
