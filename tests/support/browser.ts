// Debian's Chromium without a window, through its DevTools protocol over a pipe. https://chromedevtools.github.io/devtools-protocol/

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

export interface Page {
  /** Runs before any script of the pages that are opened from now on. */
  readonly before: (script: string) => Promise<void>;
  /** Opens an address and waits until it is loaded. */
  readonly open: (address: string) => Promise<void>;
  /** The value of an expression, awaited, as JSON has it. Throws what it throws. */
  readonly value: (expression: string) => Promise<unknown>;
  /** Any command of the protocol. */
  readonly send: (method: string, params?: object) => Promise<Readonly<Record<string, unknown>>>;
  readonly click: (x: number, y: number) => Promise<void>;
  /** A PNG of what is seen. */
  readonly picture: () => Promise<Buffer>;
  /** Errors and refusals that the page's console was told of. */
  readonly complaints: readonly string[];
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, never>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** Runs with a page of a browser of its own, which is ended afterwards. */
export async function withPage<T>(size: readonly [width: number, height: number], use: (page: Page) => Promise<T>): Promise<T> {
  const program = ["chromium", "chromium-browser", "google-chrome"].find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (program === undefined) throw new Error("Chromium is not installed (Debian: apt-get install chromium)");
  const profile = mkdtempSync(join(tmpdir(), "sop-browser-"));
  const child = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe", `--user-data-dir=${profile}`, `--window-size=${size.join(",")}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    return await use(await connect(child.stdio[3] as Writable, child.stdio[4] as Readable));
  } finally {
    // With all processes that it has started.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function connect(input: Writable, output: Readable): Promise<Page> {
  const waiting = new Map<number, (answer: Answer) => void>();
  const loads: (() => void)[] = [];
  const complaints: string[] = [];
  let last = 0;
  let rest = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop() ?? "";
    for (const part of parts) hear(JSON.parse(part) as Answer);
  });
  const hear = (answer: Answer): void => {
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    else if (answer.method === "Page.loadEventFired") loads.splice(0).forEach((loaded) => loaded());
    else if (answer.method === "Log.entryAdded" || answer.method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(answer.params));
  };
  const ask = (method: string, params: object, sessionId?: string): Promise<Readonly<Record<string, unknown>>> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    });
  const { targetInfos } = (await ask("Target.getTargets", {})) as { readonly targetInfos: readonly { readonly targetId: string; readonly type: string }[] };
  const targetId = targetInfos.find(({ type }) => type === "page")?.targetId ?? (await ask("Target.createTarget", { url: "about:blank" }))["targetId"];
  const { sessionId } = (await ask("Target.attachToTarget", { targetId, flatten: true })) as { readonly sessionId: string };
  const send = (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => ask(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);
  return {
    send,
    complaints,
    before: async (source) => void (await send("Page.addScriptToEvaluateOnNewDocument", { source })),
    open: async (url) => {
      const loaded = new Promise<void>((resolve) => loads.push(resolve));
      await send("Page.navigate", { url });
      await loaded;
    },
    value: async (expression) => {
      const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { readonly value?: unknown }).value;
    },
    click: async (x, y) => {
      for (const type of ["mousePressed", "mouseReleased"]) await send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    },
    picture: async () => Buffer.from(String((await send("Page.captureScreenshot"))["data"]), "base64"),
  };
}
