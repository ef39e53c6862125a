// `npm run conformance`: the battery on every backend that loads here, each in a process of its own, as a Markdown table. Words choose backends by
// their titles; `--write` puts the table into runtime/backends/README.md. Ends with 1 if something is wrong.

import { readFileSync, writeFileSync } from "node:fs";
import type { Conformance, Untried } from "./support/conformance/run.js";
import { conformanceOf, ways } from "./support/conformance/ways.js";
import { conformanceMarkdown, withTable, wrongIn } from "./support/conformance/markdown.js";

const place = new URL("../runtime/backends/README.md", import.meta.url);
const given = process.argv.slice(2);
const words = given.filter((word) => word !== "--write");

const results = new Map<string, Conformance | Untried>();
for (const way of ways) {
  if (words.length > 0 && !words.some((word) => way.title.includes(word))) continue;
  process.stderr.write(`${way.title} ...\n`);
  results.set(way.title, await conformanceOf(way));
}

const text = conformanceMarkdown(results, new Date());
process.stdout.write(text);
if (given.includes("--write")) writeFileSync(place, withTable(readFileSync(place, "utf8"), text));
process.exitCode = [...results.values()].some((result) => "rows" in result && result.rows.some((row) => wrongIn(row).length > 0)) ? 1 : 0;
