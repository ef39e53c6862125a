// `assert.throws` for promises.

import * as assert from "uvu/assert";
import { UserError } from "../../runtime/program/errors.js";

/** The promise is rejected with a `UserError` whose message has that part. */
export async function rejects(promise: Promise<unknown>, part: string | RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    assert.match(error.message, part);
    return;
  }
  assert.unreachable(`expected an error with ${String(part)}`);
}
