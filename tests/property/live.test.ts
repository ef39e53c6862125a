// A program that is edited: what is said of everything is what a check says, and what is said at once is nearly that.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { check } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { LiveProgram } from "../../compiler/live/live-program.js";
import type { Snapshot } from "../../compiler/services/snapshot.js";
import { memoryHost } from "../support/host.js";
import { mutate, randomStream } from "../support/mutate.js";
import { programs, shipped } from "../support/programs.js";

const ROUNDS = Number(process.env["ROUNDS"] ?? 40);
const main = "main.sop";
const library = memoryHost({});

/** Edits of programs, each with what a program says that lives through all of them. */
function* edited(seed: number): Generator<{ readonly live: LiveProgram; readonly text: string; readonly fresh: () => readonly Diagnostic[] }> {
  const random = randomStream(seed);
  const texts = [...programs.map(({ text }) => text), ...shipped];
  for (let round = 0; round < ROUNDS; round++) {
    const original = texts[(round * 7) % texts.length] ?? "";
    let text = original;
    const host = { ...library, read: (path: string) => (path === main ? text : library.read(path)) };
    const live = new LiveProgram(main, host);
    live.complete();
    for (let edit = 0; edit < 6; edit++) {
      text = edit % 3 === 2 ? original : mutate(text, random, 1);
      live.changed();
      yield { live, text, fresh: () => check(main, host).diagnostics };
    }
  }
}

const errorsOf = (diagnostics: readonly Diagnostic[]): readonly string[] => diagnostics.filter(({ severity }) => severity === "error").map(({ id, origin: { file, span }, message }) => `${id} ${file} ${span.start}-${span.end} ${message}`);
const known = (snapshot: Snapshot | null): readonly Diagnostic[] => snapshot?.diagnostics ?? [];

test("a complete check of an edited program says what a check says", () => {
  for (const { live, text, fresh } of edited(3)) {
    live.soon();
    assert.equal(known(live.complete()), fresh(), text);
  }
});

test("what is said at once has the errors that a complete check finds, in 49 of 50 edits", () => {
  let same = 0;
  let all = 0;
  let ofBroken = 0;
  for (const { live, fresh } of edited(4)) {
    const soon = errorsOf(known(live.soon()));
    const complete = errorsOf(fresh());
    all++;
    if (complete.length > 0) ofBroken++;
    if (JSON.stringify(soon) === JSON.stringify(complete)) same++;
  }
  assert.ok(ofBroken > all / 4, `${ofBroken} of ${all} had errors`);
  assert.ok(same >= 0.98 * all, `${same} of ${all}`);
});

test.run();
