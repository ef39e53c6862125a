// Errors that belong to the user: a file that is missing, a folder that cannot be written, a run that diverged.
// They reach the terminal as one sentence and one way out, never with a stack; everything else is a fault of ours.

/** A mistake or a condition that the user can do something about. `help` is one imperative sentence. */
export class UserError extends Error {
  readonly help: string | null;
  /** Process exit code: 1 the program or its data are at fault, 2 wrong usage. */
  readonly exitCode: 1 | 2;

  constructor(message: string, help: string | null = null, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = "UserError";
    this.help = help;
    this.exitCode = exitCode;
  }
}

/** Ctrl-C: the step was finished and a checkpoint written; the process leaves with 130. */
export class Interrupted extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Interrupted";
  }
}

/** The code of a system error (`ENOENT`), or null. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  ELOOP: "its links go in a circle",
  EFBIG: "it would be larger than files may be here",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
};

/** Why the system refused, as the second half of a sentence; null if the error is not one of the system's. */
export function systemReason(error: unknown): string | null {
  const code = systemCode(error);
  if (code === null) return null;
  // Node's own codes, such as ERR_STRING_TOO_LONG, are not the system's.
  return reasons[code] ?? (/^E[A-Z0-9]+$/.test(code) ? `the system says ${code}` : null);
}
