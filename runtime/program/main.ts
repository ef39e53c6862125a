// The command line of a generated program: `train` (what it does when nothing is said), `eval`, `predict`, `export`,
// `prove`, `backends`.
// Results go to standard output, everything else to standard error. Exit codes: 0 fine, 1 the user's, 2 wrong usage, 3 a fault of
// sop, 130 interrupted.

import { Command, CommanderError, Option } from "commander";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setEntry, startOf } from "../backends/ranking.js";
import { selectBackend } from "../backends/select.js";
import { batchCommand, tryBatchCommand } from "./commands/batch.js";
import { backendsCommand, kernelsCommand, measureCommand } from "./commands/backends.js";
import { evalCommand } from "./commands/eval.js";
import { exportCommand } from "./commands/export.js";
import { predictCommand } from "./commands/predict.js";
import { proveCommand } from "./commands/prove.js";
import { trainCommand } from "./commands/train.js";
import { printable } from "../logging/printable.js";
import { Interrupted, systemCode, UserError } from "./errors.js";
import type { Output } from "./output.js";
import type { Program, ProgramDefinition } from "./program.js";
import { processOutput } from "./streams.js";

/** Runs the program's command line if its file is what Node was started with; does nothing when the file was imported. */
export async function main(meta: ImportMeta, definition: ProgramDefinition): Promise<void> {
  const file = fileURLToPath(meta.url);
  if (!isEntry(file)) return;
  setEntry([file]);
  const { output, written } = processOutput();
  const exitCode = await runProgram(process.argv.slice(2), definition, dirname(file), basename(file), output);
  const problem = await written();
  if (problem !== null) output.terminal.write(`error: Standard output cannot be written: ${problem}.\n`);
  // A GPU's threads would keep the process.
  process.exit(problem !== null && exitCode === 0 ? 1 : exitCode);
}

/** One command line; gives the exit code. `home` is the folder of the program's file. */
export async function runProgram(args: readonly string[], definition: ProgramDefinition, home: string, name: string, output: Output): Promise<number> {
  try {
    await commandLine(definition, home, name, output).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return report(error, output);
  }
}

interface PlaceOptions {
  readonly dataDir?: string;
  readonly runsDir?: string;
}

interface BackendOptions extends PlaceOptions {
  readonly backend: string;
  readonly device?: string;
  readonly threads?: number;
}

interface TrainFlags extends BackendOptions {
  readonly smoke: boolean;
  readonly fresh: boolean;
  readonly quiet: boolean;
  readonly plan: boolean;
  readonly jobs: number;
  readonly alone: boolean;
  readonly until?: number;
  readonly batch?: "auto";
  readonly tryBatch?: number;
}

const mostJobs = 64;

/** The number of jobs in an option's text. */
function jobsOf(text: string): number {
  const jobs = /^\d+$/.test(text) ? Number(text) : NaN;
  if (jobs >= 1 && jobs <= mostJobs) return jobs;
  throw new UserError(`\`--jobs\` takes a whole number from 1 to ${mostJobs}, but \`${text.slice(0, 100)}\` is given.`, null, 2);
}

/** The flags of a training that also hold for a part of it in a process of its own. */
function flagsOf({ backend, device, threads, dataDir, runsDir }: BackendOptions): readonly string[] {
  const flag = (name: string, value: string | number | undefined): readonly string[] => (value === undefined ? [] : [name, String(value)]);
  return [...flag("--backend", backend), ...flag("--device", device), ...flag("--threads", threads), ...flag("--data-dir", dataDir), ...flag("--runs-dir", runsDir)];
}

const mostThreads = 16;

/** The number of threads in an option's text. */
function threadsOf(text: string): number {
  const threads = /^\d+$/.test(text) ? Number(text) : NaN;
  if (threads >= 1 && threads <= mostThreads) return threads;
  throw new UserError(`\`--threads\` takes a whole number from 1 to ${mostThreads}, but \`${text.slice(0, 100)}\` is given.`, "Leave it out for the backend's own choice.", 2);
}

function commandLine(definition: ProgramDefinition, home: string, name: string, output: Output): Command {
  const directory = homeOf(home, definition);
  const program = ({ dataDir, runsDir }: PlaceOptions): Program => ({
    source: definition.source,
    path: pathOf(directory, definition),
    runs: definition.runs,
    dataDirectory: resolve(dataDir ?? directory),
    runsDirectory: runsDir === undefined ? join(directory, "runs") : resolve(runsDir),
    isRunsDirectoryGiven: runsDir !== undefined,
  });
  const places = (command: Command): Command =>
    command.option("--data-dir <folder>", `folder that data files are named from (default: that of ${definition.source})`).option("--runs-dir <folder>", `folder of the runs' folders (default: runs/ beside ${definition.source})`);
  const executes = (command: Command): Command =>
    places(command)
      .option("--backend <name>", "auto, cpu, cuda, webgpu or onnx", "auto")
      .option("--device <name>", "what the backend runs on: of onnx cpu, webgpu or cuda, of webgpu high-performance, low-power or a GPU's name, of cuda gpu or cpu")
      .option("--threads <n>", "threads of the backend onnx (default: what suits this machine)", threadsOf);
  const select = ({ backend, device, threads }: BackendOptions): ReturnType<typeof selectBackend> =>
    selectBackend(backend, { device: device ?? null, threads: threads ?? null }, (line) => void output.terminal.write(`${printable(line)}\n`));

  const root = new Command(name)
    .description(`Trains and uses the models of ${definition.source}.${definition.runs.length === 0 ? "" : ` Runs: ${definition.runs.map((run) => run.name).join(", ")}.`}`)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.result(text.trimEnd()), writeErr: (text) => void output.terminal.write(text) })
    .showSuggestionAfterError();

  executes(root.command("train", { isDefault: true }).argument("[run...]", "names of runs; none: all, in order of the file"))
    .description("train to the end; resumes what was interrupted, skips what is done")
    .option("--smoke", "take two steps of each run and keep nothing", false)
    .option("--fresh", "move the folder of an earlier run aside and start anew", false)
    .option("--quiet", "no progress", false)
    .option("--plan", "say what would be trained, and train nothing", false)
    .option("--jobs <n>", "runs that do not need each other, side by side", jobsOf, 1)
    .addOption(new Option("--batch <auto>", "find the largest batch that fits, and train nothing").choices(["auto"]).conflicts(["smoke", "fresh", "plan", "jobs"]))
    .addOption(new Option("--try-batch <n>", "take some steps with it").argParser(Number).hideHelp())
    .addOption(new Option("--alone", "these runs and not what they start from").default(false).hideHelp())
    .addOption(new Option("--until <step>", "stop there").argParser(Number).hideHelp())
    .action(async (runs: readonly string[], options: TrainFlags) => {
      // Each size is tried in a process that chooses the backend itself.
      if (options.batch !== undefined) return batchCommand(program(options), runs, [...startOf(), "train", ...flagsOf(options)], output);
      const { name: backend } = await select(options);
      if (options.tryBatch !== undefined) return tryBatchCommand(program(options), runs[0] ?? "", options.tryBatch, output);
      await trainCommand(program(options), { ...options, runs, backend, until: options.until ?? null, flags: flagsOf(options) }, output);
    });
  executes(root.command("eval").argument("<run>"))
    .description("the folded model of a finished run on a split")
    .option("--split <name>", "train, valid or test (default: test)")
    .action(async (run: string, options: BackendOptions & { readonly split?: string }) => {
      await select(options);
      await evalCommand(program(options), run, options.split ?? null, output);
    });
  executes(root.command("predict").argument("<run>"))
    .description("outputs of the folded model for new rows, as CSV")
    .option("--in <file...>", "rows: a file such as the dataset's, a CSV, npz or Parquet file, one idx or npy file per input, or a folder of images or image files")
    .option("--split <name>", "rows of the dataset instead: train, valid or test")
    .option("--out <file>", "where the predictions go (default: standard output)")
    .action(async (run: string, options: BackendOptions & { readonly in?: readonly string[]; readonly split?: string; readonly out?: string }) => {
      await select(options);
      await predictCommand(program(options), run, { files: options.in ?? [], split: options.split ?? null, out: options.out ?? null }, output);
    });
  executes(root.command("prove").argument("[run...]", "names of runs; none: all of which something is claimed"))
    .description("measures that fused models are the means of their sources, and folded ones those of their kernels")
    .action(async (runs: readonly string[], options: BackendOptions) => {
      const { name: backend } = await select(options);
      await proveCommand(program(options), runs, backend, output);
    });
  places(root.command("export").argument("<run>"))
    .description("the folded model of a finished run as a file of its own")
    .requiredOption("--to <format>", "safetensors")
    .option("-o, --out <file>", "where it goes (default: <run>.safetensors)")
    .action((run: string, options: PlaceOptions & { readonly to: string; readonly out?: string }) => exportCommand(program(options), run, options.to, options.out ?? null, output));
  root
    .command("backends")
    .description("what can execute tensors here, and why the others cannot")
    .option("--kernels", "the kernels of a backend that has native ones, and those it leaves to another", false)
    .addOption(new Option("--measure <name>", "how fast one is, as JSON").hideHelp())
    .action(({ kernels, measure }: { readonly kernels: boolean; readonly measure?: string }) => (measure !== undefined ? measureCommand(measure, output) : kernels ? kernelsCommand(output) : backendsCommand(output)));
  return root;
}

/** The folder of the `.sop` file, if the program still lies where it was built; else the folder that it is run in. */
function homeOf(home: string, { directory, source }: ProgramDefinition): string {
  const original = resolve(home, directory);
  return existsSync(join(original, source)) ? original : process.cwd();
}

function pathOf(directory: string, { source }: ProgramDefinition): string {
  const path = join(directory, source);
  return existsSync(path) ? relative(process.cwd(), path) : source;
}

function report(error: unknown, output: Output): number {
  const say = (line: string): void => void output.terminal.write(`${printable(line)}\n`);
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UserError) {
    say(`error: ${error.message}`);
    if (error.help !== null) say(`help: ${error.help}`);
    return error.exitCode;
  }
  if (error instanceof Interrupted) {
    say(error.message);
    return 130;
  }
  if (isCwdGone(error)) {
    say("error: The current folder does not exist any more.");
    say("help: Change to another folder.");
    return 1;
  }
  say(`sop has a fault: ${error instanceof Error ? error.message : String(error)}`);
  say("help: Report it with the program and this message; `SOP_DEBUG=1` adds where it happened.");
  if (process.env["SOP_DEBUG"] === "1" && error instanceof Error) output.terminal.write(`${error.stack ?? ""}\n`);
  return 3;
}

/** The folder that the process was started in may be deleted at any time. */
function isCwdGone(error: unknown): boolean {
  return systemCode(error) === "ENOENT" && error instanceof Error && "syscall" in error && error.syscall === "uv_cwd";
}

function isEntry(file: string): boolean {
  const started = process.argv[1];
  if (started === undefined) return false;
  try {
    return realpathSync(started) === realpathSync(file);
  } catch {
    return false;
  }
}
