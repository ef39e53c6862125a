// Errors out of the ops of a model, told in terms of the program: which layer, on which line.

import { EngineFailure } from "../backends/onnx/failure.js";
import { UserError } from "../program/errors.js";
import type { Run } from "../program/run.js";
import { OpFailure } from "../tensor.js";

/** What TensorFlow.js and ONNX Runtime say of an index outside a table. */
const outOfRange = /index value (-?\d+) is not in|idx=(-?\d+) must be within the inclusive range \[-(\d+)/;

/** The error as the user should see it: an index that the data holds is the user's, everything else a fault that names its place. */
export function explained(error: unknown, { places }: Pick<Run, "places">): unknown {
  const ordinal = error instanceof OpFailure ? error.at.ordinal : error instanceof EngineFailure && error.label !== null ? Number(error.label) : null;
  const place = ordinal === null ? undefined : places[ordinal];
  if (!(error instanceof Error) || place === undefined) return error;
  const [name, line] = place;
  const where = `\`${name}\` on line ${line}`;
  const index = outOfRange.exec(error.message);
  if (index !== null) return new UserError(`${where} is given the index ${indexOf(index)}, which its table does not have.`, "Indices count from 0: look at the data, and at what is computed from them.");
  return new Error(`${where}: ${error.message}`, { cause: error });
}

/** ONNX Runtime is given negative indices less the size of the table, since to it they would count from the end. */
function indexOf([, plain, moved = "", size]: RegExpExecArray): string {
  return plain ?? (Number(moved) < 0 ? String(Number(moved) + Number(size)) : moved);
}

/** Runs `run`; errors come out explained. */
export async function explaining<T>(program: Pick<Run, "places">, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw explained(error, program);
  }
}
