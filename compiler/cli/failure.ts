// What stops a command: a mistake of the user's that is no diagnostic of a program. Everything else that is thrown is a fault of sop.

/** Told as one sentence and one way out; the process leaves with `exitCode`: 1 a failure, 2 wrong usage. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    message: string,
    readonly help: string | null = null,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EEXIST: "a file is in its place",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than files may be here",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its name is too long",
};

/** Why the system refused, as the second half of a sentence; null if the error is not one of the system's. */
export function systemReason(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error) || typeof error.code !== "string") return null;
  return reasons[error.code] ?? (/^E[A-Z0-9]+$/.test(error.code) ? `the system says ${error.code}` : null);
}

/** Runs an action on files; a refusal of the system becomes a `Failure` that begins with `what`: "`x` cannot be written". */
export function withFiles<T>(what: string, help: string | null, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new Failure(`${what}: ${reason}`, help);
  }
}
