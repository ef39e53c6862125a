// Rows are held in memory: what a small file or a number in a program would make of it is looked at before it is made.

import { totalmem } from "node:os";
import { UserError } from "../program/errors.js";

/** The largest typed array that Node makes has so many elements. */
const mostElements = 2 ** 32 - 1;
/** The rest is for everything else. */
const share = 0.9;

/** Throws a UserError if arrays of `elements` numbers of four bytes and `more` bytes beside them do not fit into this machine. */
export function requireMemory(elements: number, more: number, subject: string, help: string): void {
  const memory = totalmem();
  const needed = 4 * elements + more;
  if (needed <= share * memory && elements <= mostElements) return;
  throw new UserError(`${subject} would take ${gib(needed)} GiB of memory, ${needed > share * memory ? `this machine has ${gib(memory)}` : "more than one array may have"}.`, help);
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
