// The tests as esbuild builds them: one script for each, with what several use in common scripts. Loading the sources one by one through a
// hook takes seconds a test, and there are many tests. TensorFlow.js is built in from its ES modules, as in the programs that sop makes.

import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface BuiltTests {
  /** The script of a test, by the test's path from the root. */
  readonly script: (file: string) => string;
  /** A text with places in the scripts as places in the sources. */
  readonly withSources: (text: string) => string;
  readonly remove: () => void;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const runtime = "runtime/index.ts";
/** Loaded by Node from node_modules: compilers that are not made to be built in, and what is told apart by its instance. */
const external = ["ts-morph", "prettier", "prettier/*", "esbuild", "typescript", "@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu", "uvu", "uvu/*", "onnxruntime-node"];

/** Builds test files, given by their paths from the root, into a folder of this process. */
export async function buildTests(files: readonly string[]): Promise<BuiltTests> {
  const folder = join(root, "node_modules", ".cache", `sop-tests-${process.pid}`);
  const script = (file: string): string => join(folder, file.replace(/\.ts$/, ".mjs"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...files, runtime],
      outdir: folder,
      outbase: root,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20",
      mainFields: ["module", "main"],
      sourcemap: "linked",
      sourcesContent: false,
      logLevel: "silent",
      external,
      // A file goes on finding what is beside it: its address is the one of its source, which `onLoad` writes into it.
      define: { "import.meta.url": "addressOfSource", "globalThis.sopTestsRuntime": JSON.stringify(pathToFileURL(script(runtime)).href) },
      banner: { js: 'import { createRequire as sopCreateRequire } from "node:module"; const require = sopCreateRequire(import.meta.url);' },
      plugins: [
        {
          name: "addresses",
          setup: ({ onLoad }) =>
            onLoad({ filter: /\.ts$|[/\\]tests[/\\].*\.mjs$/ }, ({ path }) => {
              const text = readFileSync(path, "utf8");
              return { loader: path.endsWith(".ts") ? "ts" : "js", contents: text.includes("import.meta.url") ? `const addressOfSource = ${JSON.stringify(pathToFileURL(path).href)}; ${text}` : text };
            }),
        },
      ],
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { script, withSources: (text) => inSources(text, folder), remove };
}

function inSources(text: string, folder: string): string {
  const maps = new Map<string, SourceMap>();
  return text.replace(/(?:file:\/\/)?(\/[^\s():]+\.mjs):(\d+):(\d+)/g, (place, path: string, line: string, column: string) => {
    if (!path.startsWith(folder)) return place;
    const map = maps.get(path) ?? new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
    maps.set(path, map);
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    return "originalSource" in entry ? `${relative(root, resolve(dirname(path), entry.originalSource))}:${entry.originalLine + 1}:${entry.originalColumn + 1}` : place;
  });
}
