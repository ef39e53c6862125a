// Every command with its arguments, flags and help. What a command does is loaded when it runs, so that `check` starts fast.

import { Command, CommanderError, Option } from "commander";
import { emitKinds } from "./emit-kinds.js";
import type { ImportModule } from "./commands/backends.js";
import { checkFormats } from "./commands/check-formats.js";
import type { CheckFormat } from "./commands/check-formats.js";
import { graphFormats } from "./commands/graph-formats.js";
import type { GraphFormat } from "./commands/graph-formats.js";
import { packageVersion } from "./package-root.js";
import type { Terminal } from "./terminal.js";

/** Runs the command that `words` name; the result is the exit code. Wrong usage is told of and gives 2. */
export async function commandLine(words: readonly string[], terminal: Terminal, importModule: ImportModule): Promise<number> {
  let exitCode = 0;
  const program = new Command("sop")
    .description("Compiles small declarative model files (.sop) into programs that train neural networks.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .showHelpAfterError(false)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: (text, write) => write(usageError(text, terminal)) })
    .exitOverride()
    .addHelpText("after", "\nExit codes: 0 fine, 1 the program has errors or something failed, 2 wrong usage, 3 a fault of sop, 130 interrupted.\nWithout a file, the only .sop file in the folder is meant.");
  const command = (usage: string, description: string): Command => program.command(usage).description(description);

  command("new", "start a project that runs as it is")
    .argument("<dir>", "folder to make")
    .action(async (dir: string) => {
      const { newCommand } = await import("./commands/new.js");
      exitCode = newCommand(dir, terminal);
    });

  command("check", "report all diagnostics of files")
    .argument("[files...]", ".sop files")
    .addOption(new Option("--format <format>", "how to report").choices(checkFormats).default("text"))
    .action(async (files: string[], options: { readonly format: CheckFormat }) => {
      const { checkCommand } = await import("./commands/check.js");
      exitCode = checkCommand(files, options, terminal);
    });

  command("build", "write the TypeScript and the bundled program")
    .argument("[file]", ".sop file")
    .option("-o, --out <dir>", "folder to write to (default: build/<name> beside the file)")
    .option("--emit <kinds>", `what to write, with commas: ${emitKinds.join(", ")} (default: ts,bundle)`, (text) => text.split(","))
    .option("--dump-after <pass>", "print the IR after a pass")
    .option("--verify", "verify the IR after each pass")
    .action(async (file: string | undefined, options: { readonly out?: string; readonly emit?: string[]; readonly dumpAfter?: string; readonly verify?: boolean }) => {
      const { buildCommand } = await import("./commands/build.js");
      exitCode = await buildCommand(file, options, terminal);
    });

  const run = (name: "train" | "eval" | "predict" | "export" | "prove", description: string, operands: string, flags: readonly Option[]): void => {
    const built = command(name, description).argument("[file-and-runs...]", operands).usage(name === "train" || name === "prove" ? "[options] [file] [run...]" : "[options] [file] [run]");
    for (const option of flags) built.addOption(option);
    built.addOption(new Option("--runs-dir <dir>", "where the folders of runs are (default: runs/ beside the file)"));
    if (name !== "export") {
      built.addOption(new Option("--data-dir <dir>", "where data files are (default: beside the file)"));
      built.addOption(new Option("--backend <name>", "what computes: auto or a name that `sop backends` lists"));
      built.addOption(new Option("--device <name>", "what the backend runs on, see `sop backends`"));
      built.addOption(new Option("--threads <n>", "threads of the backend onnx (default: what suits this machine)"));
    }
    built.addOption(new Option("--build-dir <dir>", "where the built program is put (default: build/<name> beside the file)"));
    built.action(async (operand: string[], options: Readonly<Record<string, string | true | readonly string[]>>) => {
      const { runCommand } = await import("./commands/run-commands.js");
      const passed = built.options.flatMap(({ long }, index) => {
        const value = options[built.options[index]?.attributeName() ?? ""];
        if (typeof long !== "string" || long === "--build-dir" || value === undefined) return [];
        return value === true ? [long] : [value].flat().map((text) => `${long}=${text}`);
      });
      const { buildDir } = options;
      exitCode = await runCommand(name, operand, passed, typeof buildDir === "string" ? { buildDir } : {}, terminal);
    });
  };
  run("train", "build and run; resumes what was interrupted", ".sop file, then runs (default: all)", [
    new Option("--smoke", "two steps of each run, to see that all works"),
    new Option("--fresh", "start anew; the folder of an earlier run is kept beside"),
    new Option("--plan", "say what would be trained, and train nothing"),
    new Option("--batch <auto>", "find the largest batch that fits, and train nothing").choices(["auto"]),
    new Option("--jobs <n>", "runs that do not need each other, side by side"),
    new Option("--quiet", "no progress"),
  ]);
  run("eval", "measure a run's folded model on a split", ".sop file, then the run", [
    new Option("--split <name>", "train, valid or test").choices(["train", "valid", "test"]),
  ]);
  run("predict", "apply a run's folded model to new rows", ".sop file, then the run", [
    new Option("--in <file...>", "rows to predict: a file such as the dataset's, a CSV, npz or Parquet file, one idx or npy file per input, or a folder of images or image files"),
    new Option("--split <name>", "rows of the run's data instead").choices(["train", "valid", "test"]),
    new Option("--out <file>", "where to write the predictions, as CSV (default: standard output)"),
  ]);
  run("export", "write a run's folded model for other tools", ".sop file, then the run", [
    new Option("--to <format>", "the format").choices(["safetensors"]).default("safetensors"),
    new Option("-o, --out <file>", "the file to write"),
  ]);
  run("prove", "measure what is claimed: fused models are their sources' means, folded ones those of their kernels", ".sop file, then runs (default: all of which something is claimed)", []);

  command("summary", "per layer: output shape, weights trained and shipped, FLOPs, memory")
    .argument("[file-and-models...]", ".sop file, then models or runs (default: all)")
    .usage("[options] [file] [model...]")
    .option("--json", "print JSON")
    .action(async (words: string[], options: { readonly json?: boolean }) => {
      const { summaryCommand } = await import("./commands/summary.js");
      exitCode = summaryCommand(words, options, terminal);
    });

  command("graph", "a model as a picture: names, shapes, weights")
    .argument("[file-and-model...]", ".sop file, then the model or run (default: the only one)")
    .usage("[options] [file] [model]")
    .addOption(new Option("--format <format>", "how to draw: svg, a picture, or mermaid, the text of a flowchart (default: what the file's ending says, else mermaid)").choices(graphFormats))
    .option("--folded", "the model that ships instead of the one that is trained")
    .option("-o, --out <file>", "the file to write (default: standard output)")
    .action(async (words: string[], options: { readonly format?: GraphFormat; readonly folded?: boolean; readonly out?: string }) => {
      const { graphCommand } = await import("./commands/graph.js");
      exitCode = await graphCommand(words, { format: options.format, folded: options.folded === true, out: options.out }, terminal);
    });

  command("fmt", "rewrite files in their canonical form")
    .argument("[files...]", ".sop files, rewritten in place")
    .option("--check", "change nothing; name the files that would change and return 1")
    .option("--stdin", "read standard input, write standard output")
    .action(async (files: string[], options: { readonly check?: boolean; readonly stdin?: boolean }) => {
      const { fmtCommand } = await import("./commands/fmt.js");
      exitCode = fmtCommand(files, { check: options.check === true, stdin: options.stdin === true }, terminal);
    });

  command("fix", "apply the fixes that messages offer")
    .argument("[files...]", ".sop files, changed in place")
    .option("--dry-run", "change nothing; show what would be done")
    .action(async (files: string[], options: { readonly dryRun?: boolean }) => {
      const { fixCommand } = await import("./commands/fix.js");
      exitCode = fixCommand(files, { dryRun: options.dryRun === true }, terminal);
    });

  command("explain", "the page of a word of the language or of a diagnostic; all of them without one")
    .argument("[words...]", "a layer, loss, optimizer, clause, ... or the id of a diagnostic as it stands in the message: error[id]")
    .action(async (ids: string[]) => {
      const { explainCommand } = await import("./commands/explain.js");
      exitCode = explainCommand(ids, terminal);
    });

  // bin/sop.cjs starts it without coming here, unless there is something to be said of the words behind it.
  command("lsp", "the language server for editors, on standard input and output").addOption(new Option("--stdio").hideHelp());

  command("backends", "which backends load here, and why the others do not")
    .option("--kernels", "the kernels of a backend that has native ones, and those it leaves to another")
    .action(async (options: { readonly kernels?: boolean }) => {
      const { backendsCommand } = await import("./commands/backends.js");
      exitCode = await backendsCommand(options.kernels === true ? ["--kernels"] : [], terminal, importModule);
    });

  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version that were asked for end with 0; everything else that Commander stops at is wrong usage.
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

function usageError(text: string, terminal: Terminal): string {
  return text.replace(/^error:/, `${terminal.paint.error("error")}:`).replace(/^\((Did you mean .*)\)$/m, (_, help: string) => `${terminal.paint.help("help")}: ${help}`);
}
