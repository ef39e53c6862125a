// The extension: the client of `sop lsp`, commands, and the page with a model's picture.

import { commands, window, workspace, type ExtensionContext } from "vscode";
import { Client } from "./client.js";
import { prove, summarize, train } from "./commands.js";
import { GraphPanels } from "./graph-panel.js";

let client: Client | null = null;

/** Called by the editor when a `.sop` file is opened or a command is called. */
export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel("sop", { log: true });
  client = new Client(output);
  const panels = new GraphPanels(client, context);
  const restart = async (): Promise<void> => {
    await client?.restart();
    panels.drawAll();
  };
  context.subscriptions.push(
    output,
    panels,
    commands.registerCommand("sop.train", train),
    commands.registerCommand("sop.summary", summarize),
    commands.registerCommand("sop.prove", prove),
    commands.registerCommand("sop.graph", (asked: unknown) => panels.open(asked)),
    commands.registerCommand("sop.restart", restart),
    workspace.onDidChangeConfiguration((event) => (event.affectsConfiguration("sop.server") || event.affectsConfiguration("sop.inlayHints") ? restart() : undefined)),
    workspace.onDidGrantWorkspaceTrust(restart),
  );
  await restart();
}

/** Called when the editor closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
