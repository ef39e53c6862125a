// TensorFlow.js's own tests of its ops, which its core package ships, run against the backend `onnx` in a process of their own.

import { build } from "esbuild";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Device } from "../../runtime/backends/onnx/device.js";

export interface Counts {
  readonly passed: number;
  readonly pending: number;
  /** Names of the tests. */
  readonly failed: readonly string[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));

const setup = (device: Device, isEager: boolean): string => `
import "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import { installOnnxBackend } from ${JSON.stringify(join(root, "runtime/backends/onnx/install.ts"))};
const installed = installOnnxBackend({ roots: [${JSON.stringify(join(root, "package.json"))}], threads: 1, device: ${JSON.stringify(device)} });
if ("missing" in installed) throw new Error(installed.missing);
installed.backend.isEager = ${isEager};
setTestEnvs([{ name: "onnx", backendName: "onnx", isDataSync: true }]);
`;

const runner = `
const Jasmine = require("jasmine");
const suite = new Jasmine();
const counts = { passed: 0, pending: 0, failed: [] };
suite.loadConfig({ spec_dir: ".", spec_files: ["suite.cjs"], random: false });
suite.clearReporters();
suite.addReporter({
  specDone: ({ status, fullName }) => {
    if (status === "passed") counts.passed++;
    else if (status === "failed") counts.failed.push(fullName);
    else counts.pending++;
  },
});
suite.onComplete(() => process.stdout.write("\\nCOUNTS " + JSON.stringify(counts) + "\\n", () => process.exit(0)));
suite.execute();
`;

/** Runs all of them; `isEager` flushes after each op. Throws with what the process printed if it dies. */
export async function runCoreSuite(device: Device, isEager: boolean): Promise<Counts> {
  const folder = join(root, "node_modules", ".cache", `sop-core-suite-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "setup.ts"), setup(device, isEager));
    // The setup must have run before the tests are defined: modules run in the order of their imports.
    writeFileSync(join(folder, "entry.ts"), `import "./setup";\nimport "@tensorflow/tfjs-core/dist/tests.js";\n`);
    writeFileSync(join(folder, "run.cjs"), runner);
    // Without ignoreAnnotations every test would be dropped: the package says its files have no side effects.
    await build({ entryPoints: [join(folder, "entry.ts")], outfile: join(folder, "suite.cjs"), bundle: true, ignoreAnnotations: true, platform: "node", format: "cjs", mainFields: ["module", "main"], external: ["jasmine-core"], logLevel: "silent" });
    return await counted(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counted(folder: string): Promise<Counts> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["run.cjs"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("close", () => {
      const found = /^COUNTS (.*)$/m.exec(output)?.[1];
      if (found === undefined) reject(new Error(output.slice(-2000)));
      else resolve(JSON.parse(found) as Counts);
    });
  });
}
