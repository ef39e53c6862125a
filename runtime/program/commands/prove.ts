// `prove`: measures what is claimed of runs that start from others and of kernel sets, prints a line for each claim and leaves
// `proof.json` and `proof.md` in the runs' folders. Fails if something that is claimed to be exact is not.

import { join } from "node:path";
import { makeFolder, writeFileAtomically } from "../../checkpoint/files.js";
import { requireAligned } from "../../data/aligned.js";
import { pieces } from "../../data/batches.js";
import { readable, grouped } from "../../logging/numbers.js";
import { UserError } from "../errors.js";
import { readFinished } from "../finished.js";
import type { Output } from "../output.js";
import { Datasets, folderOf, runOf, type Program } from "../program.js";
import type { Finding } from "../proof/finding.js";
import { hasKernelSets, proveFold } from "../proof/prove-fold.js";
import { proveFusion } from "../proof/prove-fusion.js";
import { RunGraph } from "../run-graph.js";
import type { Run } from "../run.js";

/** Batches of the training split that are looked at. */
const mostBatches = 8;

/** `names` of runs; none: all of which something is claimed. `backend` is the one in use, for the record. */
export async function proveCommand(program: Program, names: readonly string[], backend: string, output: Output): Promise<void> {
  const named = names.map((name) => runOf(program, name));
  const runs = program.runs.filter((run) => (named.length === 0 ? run.sources !== undefined || hasKernelSets(run) : named.includes(run)));
  if (runs.length === 0) output.result(`${program.source}: no run starts from others or has kernel sets; nothing is claimed`);
  const datasets = new Datasets(program, (line) => output.terminal.write(`${line}\n`));
  const graph = new RunGraph(program, datasets);
  const failures: { readonly run: Run; readonly finding: Finding }[] = [];
  for (const run of runs) {
    const findings = await prove(program, run, graph, datasets, backend, output);
    failures.push(...findings.filter(({ verdict }) => verdict === "fails").map((finding) => ({ run, finding })));
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  const { run, finding } = first;
  const more = others.length === 0 ? "" : ` ${others.length} more claim${others.length === 1 ? "" : "s"} failed.`;
  throw new UserError(`\`${finding.what}\`${finding.place === "" ? "" : ` (${finding.place})`} of \`${run.name}\` is not what is claimed: ${figures(finding)}.${more}`, `Look at \`${join(folderOf(program, run).path, "proof.md")}\`; if no file was changed by hand, report it with the program.`);
}

async function prove(program: Program, run: Run, graph: RunGraph, datasets: Datasets, backend: string, output: Output): Promise<readonly Finding[]> {
  const folder = folderOf(program, run);
  const record = folder.read();
  const file = run.declaredIn?.file ?? program.source;
  if (record !== null && record.file !== file) throw new UserError(`\`${folder.path}\` holds a run of \`${record.file}\`, expected one of \`${file}\`.`, "Name another folder with `--runs-dir`.");
  const data = await datasets.get(run.dataset);
  requireAligned(run.aligned ?? [], data);
  const batches = [...pieces(data.splits.train, run.batch)].slice(0, mostBatches);
  const findings: Finding[] = [];
  if (run.claims !== undefined) {
    await graph.check(run);
    findings.push(...(await proveFusion(run, run.claims, data, batches, await graph.weights(run))));
  } else if (run.sources !== undefined) {
    findings.push(unmeasured(run.name, `starts from ${Object.keys(run.sources).join(", ")} in parts of its body, and only whole models have outputs to compare`));
  }
  if (hasKernelSets(run)) {
    // A fused model may be looked at before it is trained; of a kernel set there is nothing to see then.
    if (run.sources !== undefined && record?.status !== "finished") findings.push(unmeasured(run.name, "is not trained to its end, so that no kernel set is folded"));
    else if (run.ema !== undefined) findings.push(unmeasured(run.name, "ships a moving average of folded kernels, which is no fold of kernels that are kept"));
    else findings.push(...(await proveFold(run, program.source, folder, readFinished(program, run, output), data, batches)));
  }
  const rows = batches.reduce((sum, { length }) => sum + length, 0);
  const lines = findings.length === 0 ? [`${run.name}: starts from no other run and has no kernel sets; nothing is claimed`] : findings.map((finding) => lineOf(run, finding));
  lines.forEach(output.result);
  if (findings.length === 0) return [];
  makeFolder(folder.path);
  const proof = { format: 1, run: run.name, model: run.model, backend, data: data.hash, split: "train", rows, batches: batches.length, ops: run.places.length, holds: findings.every(({ verdict }) => verdict !== "fails"), findings };
  writeFileAtomically(join(folder.path, "proof.json"), `${JSON.stringify(proof, null, 2)}\n`);
  writeFileAtomically(join(folder.path, "proof.md"), report(run, findings, backend, rows, batches.length));
  return findings;
}

function unmeasured(what: string, claim: string): Finding {
  return { what, place: "", claim, measure: null, difference: null, bound: null, verdict: "not measured" };
}

/** `both: y is the mean of left, right: |F - m| / |m| is 8.1e-8, rounding explains 9.3e-6: holds` */
function lineOf(run: Run, finding: Finding): string {
  const subject = finding.what === run.name ? "" : ` ${finding.what}`;
  const stop = (text: string): string => text.replace(/\.$/, "");
  if (finding.measure === null) return `${run.name}:${subject} ${stop(finding.claim)} (not measured)`;
  return `${run.name}:${subject} ${stop(finding.claim)}: ${figures(finding)}${finding.bound === null ? "" : `: ${finding.verdict}`}`;
}

function figures({ measure, difference, bound }: Finding): string {
  const found = difference === null ? "is not a number" : `is ${readable(difference)}`;
  return `${measure ?? ""} ${found}${bound === null ? "" : `, rounding explains ${readable(bound)}`}`;
}

function report(run: Run, findings: readonly Finding[], backend: string, rows: number, batches: number): string {
  const cell = (text: string): string => text.replace(/\|/g, "\\|").replace(/\s+/g, " ");
  const figure = (value: number | null): string => (value === null ? "" : readable(value));
  const table = findings.map(({ what, place, claim, measure, difference, bound, verdict }) => `| ${[what, place, claim, measure ?? "", figure(difference), figure(bound), verdict].map(cell).join(" | ")} |`);
  return [
    `# Proof of ${cell(run.name)}`,
    "",
    `${cell(run.model)}, in float32 on the backend ${backend}, in evaluation mode; the largest figures of ${grouped(batches)} batches (${grouped(rows)} rows) of the training split.`,
    "",
    "| what | where | claim | measure | found | rounding | verdict |",
    "|---|---|---|---|---|---|---|",
    ...table,
    "",
    "F is what the model gives, m what it is claimed to be, added up in float64 from what its sources or kernels give; norms are over a batch. Fused models are",
    `as they are before their first step. With r = 64 · 2^-24 · sqrt(n), n = ${run.places.length} ops, rounding explains r · (sum of |w f|) / |m| of an output and`,
    "r · (L + 2 s (1 + sqrt(L))) of a loss, s the largest output; of a kernel 2 (k + 1) · 2^-24 · (mean of |W|) / |m|.",
    "",
  ].join("\n");
}
