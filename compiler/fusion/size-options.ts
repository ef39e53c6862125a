// A size of a fused model that does not add up, traced to the option of the target that it follows.

import type { ReportDetails } from "../semantics/report.js";
import { instanceOf } from "../semantics/fusion/source-instance.js";
import type { GivenOption, Instance, Start } from "../semantics/semantic-model.js";

/** An option of the call of the target, and what to write for it. */
export interface SizeOption {
  readonly option: GivenOption;
  readonly details: ReportDetails;
}

/** The one option whose numbers in target and sources are in the ratio of these sizes; null where none is written, or several could be meant. */
export function sizeOption({ fusion, target }: Start, size: number, sizes: readonly number[]): SizeOption | null {
  const sources = fusion.sources.map(instanceOf);
  if (sources.length !== sizes.length) return null;
  const found = fusion.given.flatMap((option): SizeOption[] => {
    const own = numberOf(target, option.name);
    const theirs = sources.map((source) => numberOf(source, option.name));
    if (own === null || !theirs.every((each, i) => each !== null && each * size === (sizes[i] ?? 0) * own)) return [];
    const wanted = theirs.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    const text = `${option.name}: ${wanted}`;
    const fixes = option.number === null ? [] : [{ title: `Write \`${text}\``, edits: [{ span: option.number, text: String(wanted) }] }];
    return [{ option, details: { help: `Write \`${text}\` (${theirs.join(" + ")}).`, fixes } }];
  });
  const [first] = found;
  return found.length === 1 && first !== undefined ? first : null;
}

function numberOf({ args }: Instance, name: string): number | null {
  const value = args.find((arg) => arg.name === name)?.value;
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}
