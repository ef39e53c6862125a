// The battery on one backend, as a process: `tsx process.ts <backend> <options as JSON>` prints what came out as one line of JSON.

import { runConformance, type ConformanceOptions } from "./run.js";

const [backend = "cpu", options = "{}"] = process.argv.slice(2);
const result = await runConformance(backend, JSON.parse(options) as ConformanceOptions);
// An engine may keep the process alive.
process.stdout.write(`\nCONFORMANCE ${JSON.stringify(result)}\n`, () => process.exit(0));
