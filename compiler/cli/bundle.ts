// Bundles a generated program with the runtime and TensorFlow.js into one file that runs alone: `node program.mjs`.

import { dirname } from "node:path";
import { build } from "esbuild";

export interface BundleInput {
  /** The generated program. */
  readonly typescript: string;
  /** Its source map to the `.sop` files, as JSON. */
  readonly map: string;
  /** The module that stands for `sop/runtime`: sources in a clone, dist/ in a package. */
  readonly runtime: string;
}

export interface Bundle {
  /** The text of program.mjs; its last line names program.mjs.map. */
  readonly program: string;
  /** The text of program.mjs.map. */
  readonly map: string;
}

/** Found at run time if it is installed, and only where it is asked for. */
const external = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];

/** CommonJS packages within the bundle may ask for Node's own modules. */
const banner = `import { createRequire as sopCreateRequire } from "node:module";\nconst require = sopCreateRequire(import.meta.url);`;

/** Makes the bundle in memory; nothing is written. Fails if the runtime lacks something that the program uses. */
export async function bundle({ typescript, map, runtime }: BundleInput): Promise<Bundle> {
  const inlineMap = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map, "utf8").toString("base64")}`;
  const result = await build({
    stdin: { contents: `${typescript}${inlineMap}\n`, loader: "ts", sourcefile: "program.ts", resolveDir: dirname(runtime) },
    alias: { "sop/runtime": runtime },
    bundle: true,
    write: false,
    outfile: "program.mjs",
    platform: "node",
    format: "esm",
    target: "node20",
    // TensorFlow.js as ES modules: its CommonJS bundles count as free of side effects, so that the backend would be dropped.
    mainFields: ["module", "main"],
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    external,
    // A runtime that was built already brings its own.
    ...(runtime.endsWith(".ts") ? { banner: { js: banner } } : {}),
    logLevel: "silent",
    // Paths in comments and maps are relative to it: where sop is installed does not enter the bytes.
    absWorkingDir: dirname(runtime),
  });
  const textOf = (suffix: string): string => {
    const file = result.outputFiles.find((each) => each.path.endsWith(suffix));
    if (file === undefined) throw new Error(`esbuild made no ${suffix}`);
    return file.text;
  };
  return { program: textOf("program.mjs"), map: textOf("program.mjs.map") };
}
