// The signature of the call around the cursor, with the parameter that is being written.

import { cursorAt } from "./cursor/cursor.js";
import { callAt } from "./signatures/call-at.js";
import { signatureLabel } from "./signatures/signature.js";
import type { Place, Snapshot } from "./snapshot.js";

export interface SignatureHelp {
  /** `dense(x: f32[..., in], units: int, bias: bool = true) -> f32[..., units]`. */
  readonly label: string;
  readonly doc: string | null;
  /** Each with its place in the label. */
  readonly parameters: readonly { readonly start: number; readonly end: number; readonly doc: string | null }[];
  /** Index of the one at the cursor, or null. */
  readonly active: number | null;
}

/** null: the cursor stands in no call of something known. */
export function signatureHelp(snapshot: Snapshot, { path, offset }: Place): SignatureHelp | null {
  const file = snapshot.files.get(path);
  if (file === undefined) return null;
  const cursor = cursorAt(snapshot.textOf(path), offset);
  const program = { file, textOf: snapshot.textOf };
  // In a list of numbers the call around it counts.
  for (let at = cursor.frames.length - 1; at > 0 && cursor.frames[at]?.open !== "{"; at--) {
    const call = callAt(program, cursor, at);
    if (call === null) continue;
    const { signature, active } = call;
    const { label, places } = signatureLabel(signature);
    const index = active === null ? -1 : signature.parameters.indexOf(active);
    return { label, doc: signature.doc, parameters: signature.parameters.map(({ doc }, i) => ({ start: places[i]?.[0] ?? 0, end: places[i]?.[1] ?? 0, doc })), active: index < 0 ? null : index };
  }
  return null;
}
