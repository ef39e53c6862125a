// Fetches from the package registry what the backend `cuda` can be tried with where there is no GPU: @tensorflow/tfjs-node-gpu without its download,
// and an old build of libtensorflow for processors that a package of others carries, at its place. For tests only: `node tests/support/libtensorflow.mjs`.

import { execFileSync } from "node:child_process";
import { cpSync, createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";

const binding = "@tensorflow/tfjs-node-gpu@4.22.0";
const library = "tfjs-node-lambda-releases@1.6.1";

/** A project that has the package; it is there only when it is whole. */
export const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "node_modules", ".cache", "sop-libtensorflow");

async function fetch() {
  mkdirSync(dirname(folder), { recursive: true });
  const place = mkdtempSync(`${folder}-`);
  try {
    const run = (program, ...args) => execFileSync(program, args, { cwd: place, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
    writeFileSync(join(place, "package.json"), '{ "private": true }\n');
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", binding);
    run("npm", "pack", library);
    const packed = readdirSync(place).find((name) => name.endsWith(".tgz"));
    run("tar", "xzf", packed, "package/nodejs12.x-tf2.7.0.br");
    await pipeline(createReadStream(join(place, "package", "nodejs12.x-tf2.7.0.br")), createBrotliDecompress(), createWriteStream(join(place, "all.tar")));
    mkdirSync(join(place, "old"));
    run("tar", "xf", "all.tar", "-C", "old", "node_modules/@tensorflow/tfjs-node/deps", "node_modules/@tensorflow/tfjs-node/lib/napi-v6");
    const from = join(place, "old", "node_modules", "@tensorflow", "tfjs-node");
    const to = join(place, "node_modules", "@tensorflow", "tfjs-node-gpu");
    cpSync(join(from, "deps"), join(to, "deps"), { recursive: true, verbatimSymlinks: true });
    cpSync(join(from, "lib", "napi-v6"), join(to, "lib", "napi-v8"), { recursive: true });
    for (const name of ["package", "old", "all.tar", packed]) rmSync(join(place, name), { recursive: true, force: true });
    renameSync(place, folder);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !existsSync(folder)) {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error(`there is no such build for ${process.platform} on ${process.arch}`);
  await fetch();
}
