// A real Neovim without a window, which is typed into from outside: `nvim --headless --listen`, and `nvim --server` for each key and question.

import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Neovim {
  readonly version: readonly [major: number, minor: number];
  /** Types, as `<Esc>` and the like are written. */
  readonly type: (keys: string) => Promise<void>;
  /** The value of a Lua expression, as JSON has it. */
  readonly value: (expression: string) => Promise<unknown>;
  /** Asks until the value is as wanted; throws with the last one after a minute. */
  readonly until: (expression: string, isWanted: (value: unknown) => boolean) => Promise<unknown>;
  /** What it has written to its log of the language client. */
  readonly folder: string;
}

const PATIENCE_MS = 60_000;
const run = promisify(execFile);

/** Runs with a Neovim that has this `init.lua` and opened this file; nothing of the user's is read. */
export async function withNeovim<T>(init: string, file: string, cwd: string, use: (editor: Neovim) => Promise<T>): Promise<T> {
  const told = spawnSync("nvim", ["--version"], { encoding: "utf8" });
  const [, major, minor] = /NVIM v(\d+)\.(\d+)/.exec(told.stdout ?? "") ?? [];
  if (major === undefined || minor === undefined) throw new Error("Neovim is not installed (Debian: apt-get install neovim)");
  const folder = mkdtempSync(join(tmpdir(), "sop-nvim-"));
  const socket = join(folder, "socket");
  const env = { ...process.env, XDG_CONFIG_HOME: join(folder, "config"), XDG_DATA_HOME: join(folder, "data"), XDG_STATE_HOME: join(folder, "state"), XDG_CACHE_HOME: join(folder, "cache") };
  const child = spawn("nvim", ["--headless", "-i", "NONE", "-n", "-u", init, "--listen", socket, file], { cwd, env, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // Neovim 0.7 writes the answer to standard error.
  const ask = async (...words: readonly string[]): Promise<string> => run("nvim", ["--server", socket, ...words], { env }).then(({ stdout, stderr }) => stdout + stderr);
  const value = async (expression: string): Promise<unknown> => JSON.parse(await ask("--remote-expr", `luaeval('vim.json.encode({ value = ${expression.replaceAll("'", "''")} })')`)).value ?? null;
  const until = async (expression: string, isWanted: (value: unknown) => boolean): Promise<unknown> => {
    const start = performance.now();
    for (;;) {
      const found = await value(expression);
      if (isWanted(found)) return found;
      if (performance.now() - start > PATIENCE_MS) throw new Error(`${expression} stayed ${JSON.stringify(found)}; messages: ${JSON.stringify(await value('vim.fn.execute("messages")'))}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  try {
    for (let tries = 0; !existsSync(socket); tries++) {
      if (tries > PATIENCE_MS / 50) throw new Error("Neovim did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await use({ version: [Number(major), Number(minor)], folder, value, until, type: async (keys) => void (await ask("--remote-send", keys)) });
  } finally {
    // It ends the server that it has started.
    await ask("--remote-send", "<C-\\><C-n>:qall!<CR>").catch(() => undefined);
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
