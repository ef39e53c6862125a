// Drivers are tried in a process of their own before this one uses them: one that crashes or hangs takes only that process along, and what
// native code prints about the reason is read there, since its own message leaves it out.

import { spawnSync } from "node:child_process";

/** The first use of a GPU may compile its programs; beyond this it hangs. In milliseconds. */
export const patience = 60_000;

/** What the other process found and printed. */
export interface Tried {
  /** What its script gave to `answer`; null where it did not come to that. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** Why it gave no answer: "its process dies of SIGSEGV". */
  readonly problem: string | null;
  /** What native code wrote to standard error. */
  readonly printed: string;
}

const preamble = `const answer = (found) => process.stdout.write("\\n" + JSON.stringify(found) + "\\n");\n`;

/** Runs `script` (CommonJS) in another Node process; it says what it found with `answer({...})`, once, and finds `words` behind `process.argv[0]`. */
export function tryElsewhere(script: string, words: readonly string[], timeout: number = patience): Tried {
  return answerOf(["-e", preamble + script, ...words], timeout);
}

/** Starts Node with `words`, whose last line of output is its answer in JSON. */
export function answerOf(words: readonly string[], timeout?: number): Tried {
  const child = spawnSync(process.execPath, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], windowsHide: true, ...(timeout === undefined ? {} : { timeout, killSignal: "SIGKILL" }) });
  const printed = child.stderr ?? "";
  const failed = (problem: string): Tried => ({ answer: null, problem, printed });
  if (child.error !== undefined && "code" in child.error && child.error.code === "ETIMEDOUT") return failed(`it does not answer within ${(timeout ?? 0) / 1000} seconds`);
  if (child.error !== undefined) return failed(child.error.message);
  const line = child.stdout.trimEnd().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return failed(child.signal === null ? `its process ends with code ${child.status ?? "none"}` : `its process dies of ${child.signal}`);
  return { answer: JSON.parse(line) as Record<string, unknown>, problem: null, printed };
}

/** Why WebGPU has no device here, in half a sentence, and what to do. */
export interface NoDevice {
  readonly missing: string;
  readonly help: string;
  /** Are there devices, but none of the name that was asked for? */
  readonly isUsage?: boolean;
}

/** From what Dawn, the WebGPU of both packages that have one, printed while it found no adapter; `other` ends the advice: "use `--device cpu`". */
export function noAdapter(printed: string, other: string): NoDevice {
  const loader = /Couldn't load Vulkan: (\S+?):/.exec(printed)?.[1];
  if (loader !== undefined) return { missing: `there is no Vulkan here (${loader} is not installed)`, help: `Install the GPU's Vulkan driver (Debian: \`apt install libvulkan1 mesa-vulkan-drivers\`, or NVIDIA's driver), or ${other}.` };
  const refused = /^Warning: (Vulkan .+ required)\.$/m.exec(printed)?.[1];
  const driver = process.platform === "linux" ? "Vulkan driver" : "graphics driver";
  return { missing: refused === undefined ? "no GPU is found" : `the GPU's driver is too limited (${refused})`, help: `Install a current ${driver} for the GPU, or ${other}.` };
}

/** An engine's message without the places in its source. */
export function shortMessage(message: string): string {
  const [line = ""] = message.trim().split("\n");
  const text = line.replace(/^\/onnxruntime_src\/.*? (?:was false\. |false\. )/, "").replace(/\.$/, "");
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
