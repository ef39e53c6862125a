// Commands that run `sop` in a terminal. They come with a file, and perhaps a run, from a code lens, and without from the palette.

import { basename, dirname, relative, sep } from "node:path";
import { ProcessExecution, Task, TaskPanelKind, TaskRevealKind, TaskScope, Uri, tasks, window, workspace } from "vscode";
import { runNames, wordsFor } from "./plain/command-words.js";
import { reportMissing, sopCommand } from "./sop-command.js";

/** What a code lens passes. */
interface Asked {
  readonly uri?: string;
  readonly name?: string;
}

/** Trains a run, or of a file with several those that are chosen. */
export async function train(asked?: unknown): Promise<void> {
  const uri = fileOf(asked);
  if (uri === null) return;
  const run = field(asked, "name") ?? (await chosenRun(uri));
  if (run !== null) await inTerminal("train", uri, run === "" ? [] : [run]);
}

/** Prints what each layer costs. */
export async function summarize(asked?: unknown): Promise<void> {
  const uri = fileOf(asked);
  if (uri !== null) await inTerminal("summary", uri, namesOf(asked));
}

/** Measures what is claimed of fused and folded models. */
export async function prove(asked?: unknown): Promise<void> {
  const uri = fileOf(asked);
  if (uri !== null) await inTerminal("prove", uri, namesOf(asked));
}

function namesOf(asked: unknown): readonly string[] {
  const name = field(asked, "name");
  return name === null ? [] : [name];
}

function field(asked: unknown, name: keyof Asked): string | null {
  const value: unknown = typeof asked === "object" && asked !== null ? Reflect.get(asked, name) : undefined;
  return typeof value === "string" ? value : null;
}

/** The file of a code lens, of an explorer's item, or the open one. */
export function fileOf(asked: unknown): Uri | null {
  const given = field(asked, "uri");
  const uri = given !== null ? Uri.parse(given, true) : asked instanceof Uri ? asked : window.activeTextEditor?.document.languageId === "sop" ? window.activeTextEditor.document.uri : null;
  if (uri?.scheme === "file") return uri;
  void window.showWarningMessage("Open a `.sop` file that is saved on a disk.");
  return null;
}

/** The name of a run, "" for all, null where the user turns away. */
async function chosenRun(uri: Uri): Promise<string | null> {
  const names = runNames((await workspace.openTextDocument(uri)).getText());
  if (names.length < 2) return "";
  const all = "All runs";
  const choice = await window.showQuickPick([all, ...names], { placeHolder: "Which run is trained?" });
  return choice === undefined ? null : choice === all ? "" : choice;
}

/** Runs `sop` on a file as it is in the editor, without a shell between, so that nothing in a name means anything to one. */
async function inTerminal(verb: string, uri: Uri, names: readonly string[]): Promise<void> {
  const found = sopCommand();
  if (found === null) return reportMissing();
  const document = await workspace.openTextDocument(uri);
  if (document.isDirty && !(await document.save())) return;
  const folder = workspace.getWorkspaceFolder(uri);
  const cwd = folder?.uri.fsPath ?? dirname(uri.fsPath);
  const args = wordsFor(verb, relative(cwd, uri.fsPath).split(sep).join("/"), names);
  const title = [verb, basename(uri.fsPath), ...names].join(" ");
  const task = new Task({ type: "process" }, folder ?? TaskScope.Global, title, "sop", new ProcessExecution(found.command, [...found.args, ...args], { cwd }), []);
  task.presentationOptions = { reveal: TaskRevealKind.Always, panel: TaskPanelKind.Dedicated, clear: false, showReuseMessage: false };
  await tasks.executeTask(task);
}
