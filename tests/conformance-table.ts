// `npm run conformance`: the battery on every backend that loads here, each in a process of its own, as a Markdown table. Words choose backends by
// their titles; `--write` puts the table into runtime/backends/README.md. `--pack FOLDER` makes a folder that runs the battery on another machine;
// what it printed there belongs into tests/support/conformance/elsewhere/ (`--from FILE --title TITLE --device CARD`), whose results the table has too. Ends with
// 1 if something is wrong.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { conformanceMarkdown, withTable, wrongIn } from "./support/conformance/markdown.js";
import { keepElsewhere, measuredElsewhere, packConformance } from "./support/conformance/pack.js";
import type { Conformance, Untried } from "./support/conformance/run.js";
import { conformanceOf, ways } from "./support/conformance/ways.js";

const { values, positionals: words } = parseArgs({ allowPositionals: true, options: { write: { type: "boolean" }, pack: { type: "string" }, from: { type: "string" }, title: { type: "string", default: "" }, device: { type: "string", default: "" } } });

if (values.from !== undefined) keepElsewhere(readFileSync(values.from, "utf8"), values.title, values.device, new Date());
else if (values.pack === undefined) await table();
else process.stdout.write(`${join(values.pack, await packConformance(values.pack))}: run it with a backend and its options as JSON\n`);

async function table(): Promise<void> {
  const place = new URL("../runtime/backends/README.md", import.meta.url);
  const results = new Map<string, Conformance | Untried>();
  for (const way of ways) {
    if (words.length > 0 && !words.some((word) => way.title.includes(word))) continue;
    process.stderr.write(`${way.title} ...\n`);
    results.set(way.title, await conformanceOf(way));
  }
  for (const { title, ...result } of measuredElsewhere()) if (words.length === 0 || words.some((word) => title.includes(word))) results.set(title, result);
  const text = conformanceMarkdown(results, new Date());
  process.stdout.write(text);
  if (values.write === true) writeFileSync(place, withTable(readFileSync(place, "utf8"), text));
  process.exitCode = [...results.values()].some((result) => "rows" in result && result.rows.some((row) => wrongIn(row).length > 0)) ? 1 : 0;
}
