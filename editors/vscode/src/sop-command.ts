// The `sop` of this editor window, by its settings, folders and trust.

import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { commands, window, workspace } from "vscode";
import { findSop, type SopCommand } from "./plain/find-sop.js";

/** The command; null where there is none. */
export function sopCommand(): SopCommand | null {
  const settings = workspace.getConfiguration("sop");
  return findSop({
    setting: settings.get("server.path", "").trim(),
    node: settings.get("server.node", "node"),
    folders: (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
    isTrusted: workspace.isTrusted,
    path: process.env["PATH"] ?? "",
    home: homedir(),
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    realPath: realpathSync,
  });
}

/** Says that there is none, and what to do. */
export async function reportMissing(): Promise<void> {
  const setting = workspace.getConfiguration("sop").get("server.path", "");
  const where = setting !== "" ? `\`sop.server.path\` is \`${setting}\`, where there is none.` : workspace.isTrusted ? "It is neither in `node_modules` of the workspace nor on the `PATH`." : "It is not on the `PATH`; that of the workspace is run only when you trust the workspace.";
  const choice = await window.showWarningMessage(`sop was not found. ${where} Install it in the workspace with \`npm install\` and its package, or say where it is.`, "Open Settings", ...(workspace.isTrusted ? [] : ["Manage Trust"]));
  if (choice === "Open Settings") await commands.executeCommand("workbench.action.openSettings", "sop.server");
  else if (choice === "Manage Trust") await commands.executeCommand("workbench.trust.manage");
}
