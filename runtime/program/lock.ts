// A lock file: names the process that works in a folder, so that two never do. One that a killed process left behind is taken over.

import { linkSync, renameSync, writeFileSync } from "node:fs";
import { removeIfThere, readWhole, unwritable } from "../checkpoint/files.js";
import { systemCode } from "./errors.js";

/** Takes the lock at `path` for this process; gives the process that holds it instead, or null when it is ours. Throws a UserError if
 * the folder cannot be written. */
export function lockFile(path: string): number | null {
  for (let attempt = 0; ; attempt++) {
    try {
      create(path);
      return null;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw unwritable(error, path);
    }
    const holder = holderOf(path);
    if (attempt > 2 || isAlive(holder)) return holder;
    takeAway(path, holder);
  }
}

/** Gives the lock up if it is this process's. */
export function unlockFile(path: string): void {
  if (holderOf(path) === process.pid) removeIfThere(path);
}

/** The file appears with its content, or not at all: a lock without a process would count as left behind. */
function create(path: string): void {
  const own = `${path}.${process.pid}.tmp`;
  writeFileSync(own, `${process.pid}\n`);
  try {
    linkSync(own, path);
  } catch (error) {
    // Some file systems have no links.
    if (systemCode(error) === "EEXIST") throw error;
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
  } finally {
    removeIfThere(own);
  }
}

/** Removes a lock that was left behind. Another process may have done so just now and hold a lock of its own: that one goes back. */
function takeAway(path: string, holder: number): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (holderOf(aside) !== holder) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(systemCode(error) ?? "")) throw unwritable(error, path);
  } finally {
    removeIfThere(aside);
  }
}

/** The process in a lock file; 0 where there is none. */
function holderOf(path: string): number {
  const text = readWhole(path, 100)?.toString("utf8").trim() ?? "";
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
}

/** Is there such a process other than this one? An own number in a lock is that of an earlier process. */
function isAlive(pid: number): boolean {
  if (pid === 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
