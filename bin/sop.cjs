#!/usr/bin/env node
"use strict";
// The `sop` command. In a package it loads dist/, which came with it. In a clone it first builds dist/ where a source is newer,
// so that installing needs no script; where dist/ cannot be written it runs the sources directly, which starts slower.
//
// CommonJS, since Node needs 10 to 25 ms to get its loader of ES modules ready.

const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { load } = require("./load.cjs");

const root = dirname(__dirname);

function leave(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) leave(`error: sop needs Node 20.19 or newer, this is ${process.versions.node}\nhelp: install a newer Node`);

// The language server and a check of files are scripts of their own, which editors wait for; with other words behind it the command says what is
// wrong with them.
const [command = "", ...rest] = process.argv.slice(2);
const isPlain = (command === "lsp" && rest.every((word) => word === "--stdio")) || (command === "check" && !rest.some((word) => word.startsWith("-")));
const part = isPlain ? command : "cli";

/** The command's own module. */
async function open() {
  const built = () => load(join(root, "dist", `${part}.cjs`), command);
  const sources = join(root, "compiler", part === "check" ? "cli/check-main.ts" : `${part}/main.ts`);
  if (!existsSync(sources) || require("./fresh.cjs").isFresh()) return built();
  try {
    await (await import("./build.mjs")).build();
  } catch (error) {
    const code = error !== null && typeof error === "object" && "code" in error ? error.code : null;
    if (code === "ERR_MODULE_NOT_FOUND") return leave("error: packages that sop needs are not installed\nhelp: run `npm install` in the folder of sop");
    if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM" && code !== "ENOSPC") throw error;
    const { pathToFileURL } = require("node:url");
    for (const loader of ["tsx/cjs/api", "tsx/esm/api"]) (await import(loader)).register();
    return import(pathToFileURL(sources).href);
  }
  return built();
}

async function start() {
  let main;
  try {
    ({ main } = await open());
  } catch (error) {
    if (error instanceof Error && error.syscall === "uv_cwd") leave("error: the current folder does not exist any more\nhelp: Change to another folder.");
    const first = error instanceof Error ? error.message.split("\n").slice(0, 12).join("\n") : String(error);
    const detail = process.env.SOP_DEBUG === "1" && error instanceof Error ? `\n${error.stack}` : "";
    process.stderr.write(`sop could not start: ${first}${detail}\n`);
    process.exit(3);
  }
  await main(process.argv.slice(2), (address) => import(address));
}

void start();
