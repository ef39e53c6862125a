// Builds dist/: the extension as one script, the script of its page, the licenses of what is bundled, and the colors, which are made from the
// vocabulary in grammar/.

import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const common = { absWorkingDir: here, bundle: true, minify: true, metafile: true, preserveSymlinks: true, legalComments: "none", logLevel: "warning" };

/** The packages that a build took files of, as paths. */
function packagesOf({ metafile }) {
  return [...new Set(Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/.exec(path) ?? []))].sort();
}

function licenseOf(path) {
  const file = readdirSync(join(here, path)).find((name) => /^licen[cs]e/i.test(name));
  const { name, version, license } = JSON.parse(readFileSync(join(here, path, "package.json"), "utf8"));
  return `${name} ${version}: ${license}\n\n${file === undefined ? "" : readFileSync(join(here, path, file), "utf8").trim()}\n`;
}

const extension = await build({ ...common, entryPoints: ["src/extension.ts"], outfile: "dist/extension.cjs", platform: "node", format: "cjs", target: "node20", external: ["vscode"] });
await build({ ...common, entryPoints: ["src/page/page.ts"], outfile: "dist/page.js", platform: "browser", format: "iife", target: "chrome122" });
writeFileSync(join(here, "dist/licenses.txt"), packagesOf(extension).map(licenseOf).join(`\n${"-".repeat(80)}\n\n`));
copyFileSync(join(here, "../../grammar/sop.tmLanguage.json"), join(here, "dist/sop.tmLanguage.json"));
