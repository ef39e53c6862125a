// Builds dist/ from the sources with esbuild: the command (one script, see load.cjs, with others for a plain check and the language server), the compiler and the runtime as libraries.
// Packages that are only loaded on demand stay outside; the rest is bundled, because one file starts faster than a hundred.
//
// Several builds may run at once and others may be reading dist/: pieces have their content's hash in their names and are
// written before the entries that name them, every file is renamed into place, and the stamp comes last.

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { quickMark, sources, stampFile } from "./fresh.cjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
/** Pieces of an earlier build are kept so long, for processes that still run on it. */
const KEEP_MS = 10 * 60 * 1000;

/** Builds dist/. With `keepMs` 0 all pieces of earlier builds go, as for a package. */
export async function build(keepMs = KEEP_MS) {
  const files = sources();
  const mark = quickMark(files);
  // Only a build needs it, and loading it takes a while.
  const { createHash } = await import("node:crypto");
  const contents = createHash("sha256");
  for (const file of files) contents.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  const buildId = contents.digest("hex");

  const { build: bundle } = await import("esbuild");
  const common = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    legalComments: "none",
    logLevel: "silent",
    outExtension: { ".js": ".mjs" },
    external: ["ts-morph", "prettier", "prettier/*", "esbuild", "typescript", "@tensorflow/*"],
    // CommonJS packages that are bundled ask for Node's own modules with `require`.
    banner: { js: 'import { createRequire as sopCreateRequire } from "node:module";\nconst require = sopCreateRequire(import.meta.url);' },
  };
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  const results = await Promise.all([
    ...Object.entries({ check: "compiler/cli/check-main.ts", cli: "compiler/cli/main.ts", lsp: "compiler/lsp/main.ts" }).map(([part, entry]) => bundle({
      ...common,
      mainFields: ["module", "main"],
      entryPoints: { [part]: entry },
      outdir: "dist",
      format: "cjs",
      // A script that is compiled by itself cannot import; packages that are loaded on demand are required.
      supported: { "dynamic-import": false },
      outExtension: { ".js": ".cjs" },
      minifyWhitespace: true,
      minifySyntax: true,
      define: { SOP_BUILD_ID: JSON.stringify(`${version}-${buildId}`), "import.meta.url": "sopModuleUrl" },
      // load.cjs calls the function that the script is, reads it as ASCII and tells one build from another by the last line.
      banner: { js: '(function (exports, require, module, __filename) {const sopModuleUrl = require("node:url").pathToFileURL(__filename).href;' },
      charset: "ascii",
      footer: { js: `})\n//${buildId}` },
    })),
    bundle({ ...common, entryPoints: { compiler: "compiler/index.ts" }, outdir: "dist", splitting: true, chunkNames: "chunks/[name]-[hash]" }),
    // TensorFlow.js goes into the runtime, since Node cannot load its modules one by one, and as ES modules, since its CommonJS
    // files count as free of side effects, so that the backend would be dropped.
    bundle({ ...common, mainFields: ["module", "main"], external: ["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"], entryPoints: { runtime: "runtime/index.ts" }, outdir: "dist" }),
  ]);

  const outputs = results.flatMap((result) => result.outputFiles).map(({ path, contents, text }) => ({ path, contents: path.endsWith(".cjs") ? asAscii(text) : contents }));
  const isPiece = (file) => dirname(file.path) !== dist;
  for (const file of [...outputs.filter(isPiece), ...outputs.filter((file) => !isPiece(file))]) replace(file.path, file.contents);
  sweep(new Set(outputs.map((file) => file.path)), keepMs);
  rmSync(join(dist, "code"), { recursive: true, force: true });
  replace(stampFile, `${JSON.stringify({ quickMark: mark, buildId })}\n`);
}

/** esbuild leaves what stands in regular expressions. */
function asAscii(script) {
  return script.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Writes beside the place and renames, so that a reader sees the old file or the new one. */
function replace(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** Removes what no build of the last `keepMs` has written. */
function sweep(written, keepMs) {
  const chunks = join(dist, "chunks");
  let names = [];
  try {
    names = readdirSync(chunks);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(chunks, name);
    try {
      if (!written.has(path) && Date.now() - statSync(path).mtimeMs > keepMs) rmSync(path, { force: true });
    } catch {
      // Another build swept it first.
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  await build(process.argv.includes("--sweep") ? 0 : KEEP_MS);
  process.stdout.write(`dist/ built in ${Math.round(performance.now() - start)} ms\n`);
}
