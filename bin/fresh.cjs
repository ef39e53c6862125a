"use strict";
// Is dist/ of a clone built from the sources as they are now? Every start in a clone asks.

const { readFileSync, readdirSync, statSync } = require("node:fs");
const { dirname, join, sep } = require("node:path");

const root = dirname(__dirname);
const stampFile = join(root, "dist", "stamp.json");
const sourceFolders = ["grammar", "compiler", "runtime"];
const otherSources = ["bin/build.mjs", "package.json"];

/** The files that dist/ is made of, in a fixed order. */
function sources() {
  const files = otherSources.map((file) => join(root, file));
  for (const folder of sourceFolders) addSources(join(root, folder), files);
  return files;
}

// By name alone, as asking the kind of each takes three times as long: what has no dot is a folder.
function addSources(folder, files) {
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith(".ts")) files.push(`${folder}${sep}${name}`);
    else if (!name.includes(".")) addSources(`${folder}${sep}${name}`, files);
  }
}

/** Cheap, since every start in a clone asks for it, and good enough to see that something changed: names, sizes and times, summed up. */
function quickMark(files) {
  let mark = files.length;
  for (const [index, file] of files.entries()) {
    const { mtimeMs, size } = statSync(file);
    mark = (mark * 31 + index * size + file.length) % 0x1000000000;
    mark = (mark * 31 + mtimeMs) % 0x1000000000;
  }
  return mark;
}

/** True if dist/ was built from the sources as they are now. */
function isFresh() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8")).quickMark === quickMark(sources());
  } catch {
    return false;
  }
}

module.exports = { isFresh, quickMark, sources, stampFile };
