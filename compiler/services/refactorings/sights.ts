// What is known at the statements of a declaration, worked out once for each text: an editor asks at each move of the cursor.

import { lookInto, type Sights } from "../../semantics/sizes/look-into.js";
import type { FileScope } from "../../semantics/files.js";
import type { Owner } from "./local-names.js";

const known = new WeakMap<Owner["node"], { readonly files: ReadonlyMap<string, FileScope>; readonly file: FileScope; readonly sights: Map<string, Sights> }>();

/** `proven`: true whatever layers a call gives; `likely`: with those that options have by default. */
export function sightsOf(files: ReadonlyMap<string, FileScope>, { file, node }: Owner, certainty: "proven" | "likely"): Sights {
  const earlier = known.get(node);
  const entry = earlier?.files === files && earlier.file === file ? earlier : { files, file, sights: new Map<string, Sights>() };
  known.set(node, entry);
  const found = entry.sights.get(certainty) ?? lookInto(files, file, node, certainty === "likely");
  entry.sights.set(certainty, found);
  return found;
}
