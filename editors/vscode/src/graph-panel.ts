// Pictures of models beside their files: asks the server for them as the text changes, and goes to the source of what is clicked.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Range, Selection, Uri, ViewColumn, window, workspace, type Disposable, type ExtensionContext, type TextDocument, type TextEditor, type WebviewPanel } from "vscode";
import type { Client } from "./client.js";
import { fileOf } from "./commands.js";
import { graphHtml } from "./plain/graph-html.js";
import { shown, type FromPage, type GraphAnswer, type ToPage } from "./plain/graph-messages.js";

/** How long the text has to stay as it is before it is drawn anew. */
const QUIET_MS = 250;

/** What comes with the extension. */
interface Parts {
  readonly script: string;
  readonly icons: { readonly light: Uri; readonly dark: Uri };
}

/** The open pictures, one for each file. */
export class GraphPanels implements Disposable {
  readonly #client: Client;
  readonly #parts: Parts;
  readonly #open = new Map<string, GraphPanel>();
  readonly #listeners: readonly Disposable[];

  constructor(client: Client, context: ExtensionContext) {
    this.#client = client;
    const file = (...path: readonly string[]): Uri => Uri.joinPath(context.extensionUri, ...path);
    this.#parts = { script: readFileSync(file("dist", "page.js").fsPath, "utf8"), icons: { light: file("icons", "sop-light.svg"), dark: file("icons", "sop-dark.svg") } };
    this.#listeners = [
      // What a file imports may have changed, too.
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => (document.languageId === "sop" && contentChanges.length > 0 ? this.drawAll() : undefined)),
      window.onDidChangeTextEditorSelection(({ textEditor }) => this.#open.get(textEditor.document.uri.toString())?.follow(textEditor)),
    ];
  }

  /** Shows a model of a file: `asked` has `uri` and perhaps the `name` of a model or run, else it is the open file and the model that the cursor is in. */
  async open(asked: unknown): Promise<void> {
    const uri = fileOf(asked);
    if (uri === null) return;
    const model: unknown = typeof asked === "object" && asked !== null ? Reflect.get(asked, "name") : null;
    const document = await workspace.openTextDocument(uri);
    const cursor = window.visibleTextEditors.find((editor) => editor.document === document)?.selection.active;
    const key = uri.toString();
    const panel = this.#open.get(key) ?? this.#make(key, document);
    await panel.show(typeof model === "string" ? model : null, cursor === undefined ? 0 : document.offsetAt(cursor));
  }

  drawAll(): void {
    this.#each((panel) => panel.drawSoon());
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#each((panel) => panel.dispose());
  }

  #make(key: string, document: TextDocument): GraphPanel {
    const panel = new GraphPanel(this.#client, document, this.#parts, () => this.#open.delete(key));
    this.#open.set(key, panel);
    return panel;
  }

  #each(action: (panel: GraphPanel) => void): void {
    for (const panel of this.#open.values()) action(panel);
  }
}

class GraphPanel {
  readonly #client: Client;
  readonly #document: TextDocument;
  readonly #panel: WebviewPanel;
  #model: string | null = null;
  #offset = 0;
  #answer: GraphAnswer | null = null;
  /** Counts what was asked, so that a late answer does not replace a newer one. */
  #asked = 0;
  #waiting: NodeJS.Timeout | null = null;

  constructor(client: Client, document: TextDocument, { script, icons }: Parts, onClose: () => void) {
    this.#client = client;
    this.#document = document;
    const name = document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1);
    this.#panel = window.createWebviewPanel("sop.graph", name, { viewColumn: ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [] });
    this.#panel.iconPath = icons;
    this.#panel.onDidDispose(() => {
      if (this.#waiting !== null) clearTimeout(this.#waiting);
      onClose();
    });
    this.#panel.webview.onDidReceiveMessage((message: FromPage) => this.#hear(message));
    this.#panel.webview.html = graphHtml(randomBytes(18).toString("base64url"), script);
  }

  /** Brings it to the front with a model, by name or by the place of the cursor. */
  async show(model: string | null, offset: number): Promise<void> {
    this.#panel.reveal(undefined, true);
    this.#model = model;
    this.#offset = offset;
    await this.#draw();
  }

  drawSoon(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#draw(), QUIET_MS);
  }

  /** Marks what the cursor is in. */
  follow({ document, selection }: TextEditor): void {
    const [offset, uri] = [document.offsetAt(selection.active), document.uri.toString()];
    const ids = Object.entries(this.#answer?.places ?? {}).flatMap(([id, place]) => (Uri.parse(place.uri).toString() === uri && place.start <= offset && offset <= place.end ? [id] : []));
    this.#post({ kind: "mark", ids });
  }

  dispose(): void {
    this.#panel.dispose();
  }

  async #draw(): Promise<void> {
    const asked = ++this.#asked;
    let answer: GraphAnswer;
    try {
      answer = await this.#client.request<GraphAnswer>("sop/graph", { uri: this.#document.uri.toString(), model: this.#model, offset: this.#offset });
    } catch (error) {
      answer = { models: [], chosen: null, drawings: null, places: {}, problem: error instanceof Error ? error.message : String(error) };
    }
    if (asked !== this.#asked) return;
    this.#answer = answer;
    // From here on it is the same model, wherever the cursor goes.
    if (answer.chosen !== null) this.#model = answer.models[answer.chosen]?.name ?? null;
    this.#post(shown(answer));
  }

  async #hear(message: FromPage): Promise<void> {
    switch (message.kind) {
      case "ready":
        // Also when it comes to sight again: a hidden page is not kept.
        if (this.#answer !== null) this.#post(shown(this.#answer));
        return;
      case "choose":
        this.#model = message.name;
        return this.#draw();
      case "open":
        return this.#goTo(message.id);
    }
  }

  async #goTo(id: string): Promise<void> {
    const place = this.#answer?.places[id];
    if (place === undefined) return;
    const document = await workspace.openTextDocument(Uri.parse(place.uri, true));
    const range = new Range(document.positionAt(place.start), document.positionAt(place.end));
    const beside = window.visibleTextEditors.find((editor) => editor.document === document)?.viewColumn ?? ViewColumn.One;
    const editor = await window.showTextDocument(document, { viewColumn: beside, selection: range });
    editor.selection = new Selection(range.start, range.end);
  }

  #post(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }
}
