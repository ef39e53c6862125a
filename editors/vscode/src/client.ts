// The client of the language server: starts `sop lsp`, starts it again when it is asked to, and passes the requests that are sop's own.

import { workspace, window, type LogOutputChannel } from "vscode";
import { LanguageClient, type Executable, type LanguageClientOptions } from "vscode-languageclient/node";
import { reportMissing, sopCommand } from "./sop-command.js";

export class Client {
  readonly #output: LogOutputChannel;
  #running: LanguageClient | null = null;
  /** Starts and stops, one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(output: LogOutputChannel) {
    this.#output = output;
  }

  /** Stops the server if it runs, looks for `sop` anew and starts it. */
  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  /** The answer of the server; rejects where none runs. */
  async request<Answer>(method: string, params: object): Promise<Answer> {
    await this.#last;
    if (this.#running === null) throw new Error("sop was not found");
    return this.#running.sendRequest<Answer>(method, params);
  }

  #next(action: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(action, action);
    return this.#last;
  }

  async #start(): Promise<void> {
    const found = sopCommand();
    if (found === null) {
      // Nobody need read it before the editor goes on.
      void reportMissing();
      return;
    }
    const [folder] = workspace.workspaceFolders ?? [];
    const run: Executable = { command: found.command, args: [...found.args, "lsp"], options: folder?.uri.scheme === "file" ? { cwd: folder.uri.fsPath } : {} };
    this.#output.info(`${run.command} ${run.args?.join(" ")}`);
    const options: LanguageClientOptions = {
      documentSelector: [{ language: "sop", scheme: "file" }, { language: "sop", scheme: "untitled" }],
      initializationOptions: { inlayHints: workspace.getConfiguration("sop").get("inlayHints") },
      outputChannel: this.#output,
    };
    const client = new LanguageClient("sop", "sop", run, options);
    this.#running = client;
    try {
      await client.start();
    } catch (error) {
      this.#running = null;
      void window.showErrorMessage(`sop's language server did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#running;
    this.#running = null;
    // One that has crashed refuses to stop.
    await client?.dispose().catch((error: unknown) => this.#output.warn(String(error)));
  }
}
