// The whole compiler on one screen: text -> meaning -> IR -> passes -> TypeScript. Pure but for the host it is given.

import { parseOnce } from "./ast/parse-once.js";
import type { Checked } from "./diagnostics/diagnostic.js";
import { fileRelativeTo, filesOf, folderBetween, relativeTo } from "./data-files.js";
import { emitProgram } from "./emit/emit-program.js";
import type { ProgramUnit, RunUnit, SourceUnit } from "./emit/program-source.js";
import { assess } from "./fusion/findings.js";
import { FusedModels } from "./fusion/fused-models.js";
import { promiseOf } from "./fusion/promise.js";
import { provenanceText } from "./fusion/provenance.js";
import type { Host } from "./host.js";
import { identityOf, modelIdentityOf } from "./identity.js";
import { print } from "./ir/print.js";
import { lowerInstance, lowerRun } from "./lower/lower.js";
import { runPipeline, type PipelineResult } from "./passes/pipeline.js";
import { placeFinder } from "./places.js";
import { analyze } from "./semantics/analyze.js";
import type { Instance, Run, SemanticModel } from "./semantics/semantic-model.js";

export interface CompileOptions {
  /** Check the IR after each pass. */
  readonly verify: boolean;
  /** The pass after which the IR is wanted, one of `passNames`; null: none. */
  readonly dumpAfter: string | null;
  /** The path from the folder of the generated program to the folder of the `.sop` file, with forward slashes. */
  readonly outDirectoryToSource: string;
}

export interface Output {
  /** The program. */
  readonly typescript: string;
  /** Its source map to the `.sop` files, as JSON. */
  readonly map: string;
  /** Canonical text of the modules after all passes, one per run. */
  readonly ir: string;
  /** The same after the pass that `dumpAfter` names, or null. */
  readonly irAfter: string | null;
  /** How fused models follow from their sources, in words. */
  readonly provenance: string;
  /** Names of the runs, in order of the text. */
  readonly runs: readonly string[];
  /** Files that the runs read, relative to the folder of the opened file. */
  readonly files: readonly string[];
}

/** Checks a program: what it means as far as it can be known, and all diagnostics. */
export function check(main: string, host: Host): Checked<SemanticModel> {
  return checkWith(new FusedModels(), main, host);
}

function checkWith(models: FusedModels, main: string, host: Host): Checked<SemanticModel> {
  return analyze(main, host, parseOnce, (instance) => assess(models, instance));
}

/** Compiles a program; the value is null if it has errors. */
export async function compile(main: string, host: Host, options: CompileOptions): Promise<Checked<Output | null>> {
  const models = new FusedModels();
  const { value: model, diagnostics } = checkWith(models, main, host);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { value: null, diagnostics };

  const runs = withSources(model.runs).map((run): Run => ({ ...run, dataset: relativeTo(main, run.dataset) }));
  const compiled = unitsOf(runs, model.instances).map(({ instance, run }) => {
    const result = runPipeline(models.input(run === null ? lowerInstance(instance) : lowerRun(run), instance), options);
    const unit: ProgramUnit = { instance, module: result.module, run: run === null ? null : { declaration: run, identity: identityOf(run, result.module, host.hash), modelIdentity: modelIdentityOf(run, result.module, host.hash), sources: sourcesOf(models, main, run), promised: promiseOf(models, run, result.module), declaredIn: declaredIn(main, run) } };
    return { name: run?.name ?? instance.model, result, unit };
  });

  const placeOf = placeFinder(main, host);
  const program = await emitProgram({
    file: main.split("/").at(-1) ?? main,
    directory: options.outDirectoryToSource,
    units: compiled.map(({ unit }) => unit),
    placeOf,
  });

  const text = (moduleOf: (result: PipelineResult) => PipelineResult["dump"]): string =>
    compiled.map(({ name, result }) => `// ${name}\n${print(moduleOf(result) ?? result.module)}`).join("\n");
  const output: Output = {
    ...program,
    ir: text((result) => result.module),
    provenance: provenanceText(models, compiled.map(({ name, unit }) => ({ name, instance: unit.instance })), placeOf),
    irAfter: options.dumpAfter === null ? null : text((result) => result.dump),
    runs: runs.map((run) => run.name),
    files: [...new Set(runs.flatMap((run) => filesOf(run.dataset)))],
  };
  return { value: output, diagnostics };
}

function sourcesOf(models: FusedModels, main: string, run: Run): readonly SourceUnit[] {
  return models.sources(run.instance).map(({ name, source, reads = null }): SourceUnit => {
    if (source.kind === "run") return { kind: "run", name, origin: source.run.origin, step: source.step, reads };
    return { kind: "checkpoint", name, file: fileRelativeTo(main, source.origin.file, source.file), instance: source.instance, module: models.module(source.instance) };
  });
}

function declaredIn(main: string, { origin }: Run): RunUnit["declaredIn"] {
  return origin.file === main ? null : { file: origin.file.split("/").at(-1) ?? origin.file, directory: folderBetween(main, origin.file) };
}

/** The runs with all that they start from, sources first. */
function withSources(runs: readonly Run[]): readonly Run[] {
  const all = new Set<Run>();
  const visit = (run: Run): void => {
    for (const { fusion } of run.instance.starts ?? []) for (const source of fusion.sources) if (source.kind === "run") visit(source.run);
    all.add(run);
  };
  runs.forEach(visit);
  return [...all];
}

/** The runs; of a program without runs its models. */
function unitsOf(runs: readonly Run[], instances: readonly Instance[]): readonly { readonly instance: Instance; readonly run: Run | null }[] {
  if (runs.length > 0) return runs.map((run) => ({ instance: run.instance, run }));
  return instances.map((instance) => ({ instance, run: null }));
}
