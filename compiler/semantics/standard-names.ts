// Names that the standard library has and a file did not import: the import that would bring them. A test holds the table to the library.

import { suggestWord } from "../diagnostics/synonyms.js";
import type { FileScope } from "./files.js";
import { importsInto, importTitle } from "./import-edit.js";
import type { ReportDetails } from "./report.js";

type Kind = "block" | "model" | "data" | "recipe";

/** What each file of the standard library declares for others. */
export const standardNames: Readonly<Record<string, { readonly kind: Kind; readonly from: string }>> = Object.fromEntries(
  (
    [
      ["std/mlp", "block", "mlp"],
      ["std/mlp", "model", "ImageMlp"],
      ["std/vision", "block", "conv_block residual resnet separable_conv mobile_block"],
      ["std/vision", "model", "Resnet8 Resnet20 Vit"],
      ["std/transformer", "block", "feed_forward encoder_layer encoder decoder_layer decoder t5_encoder_layer t5_decoder_layer"],
      ["std/transformer", "model", "Gpt TextClassifier T5"],
      ["std/data", "data", "digits shapes spirals"],
      ["std/recipes", "recipe", "classify momentum lm seq2seq"],
    ] as const
  ).flatMap(([from, kind, names]) => names.split(" ").map((name) => [name, { kind, from }] as const)),
);

/** The name of these kinds that the library has for what was written, or null. */
export function standardName(written: string, kinds: readonly Kind[], isExact: boolean): string | null {
  const names = Object.keys(standardNames).filter((name) => kinds.includes(standardNames[name]?.kind ?? "data"));
  if (names.includes(written)) return written;
  return isExact ? null : suggestWord(written, names);
}

/** The help and, where the name is written as it is, the fix that imports it. */
export function importing(file: FileScope, name: string, written: string): ReportDetails {
  const from = standardNames[name]?.from ?? "";
  const help = `Import it: \`import { ${name} } from "${from}"\`.`;
  if (name !== written) return { help: `Use \`${name}\` of the standard library: \`import { ${name} } from "${from}"\`.` };
  return { help, fixes: [{ title: importTitle(name, from), edits: [importsInto(file)(name, from)] }] };
}
