// The words of a `sop` command on a file, and the runs that it can name.

/** Words as the program gets them; a name is never taken for an option. */
export function wordsFor(verb: string, file: string, names: readonly string[]): readonly string[] {
  return [verb, file.startsWith("-") ? `./${file}` : file, ...names];
}

/** The names of the runs that a text declares, without asking the server, which may not be there. */
export function runNames(text: string): readonly string[] {
  return [...text.matchAll(/^[ \t]*train[ \t]+([A-Za-z_]\w*)[ \t]*:/gm)].map((match) => match[1] ?? "");
}
