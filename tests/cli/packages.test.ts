// Imports from packages in real folders: upward from the importing file, through links, never running code.

import { existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, sop } from "../support/sop.js";

const main = (specifier: string): string => `import { twice } from "${specifier}"\n\nmodel M {\n  input  x: f32[4]\n  output y = x |> twice |> dense(2)\n}\n`;
const block = "block twice(x: f32[d]) -> f32[d] {\n  return 2 * x\n}\n";
const trap = 'require("fs").writeFileSync("ran", "");\n';

test("a package upward is found, from any folder, and none of its code runs", () =>
  inFolder({ "node_modules/nets/package.json": JSON.stringify({ name: "nets", main: "trap.js", exports: { ".": "./trap.js", "./a": "./src/a.sop", "./trap": "./trap.js" } }), "node_modules/nets/src/a.sop": block, "node_modules/nets/trap.js": trap, "deep/er/m.sop": main("pkg:nets/a"), "trap.sop": main("pkg:nets/trap") }, (folder) => {
    for (const [cwd, file] of [["deep/er", "m.sop"], [".", "deep/er/m.sop"], ["deep", join(realpathSync(folder), "deep/er/m.sop")]] as const) {
      const { status, stderr } = sop(join(folder, cwd), ["check", file]);
      assert.is(status, 0, stderr);
    }
    const refused = sop(folder, ["check", "trap.sop"]);
    assert.is(refused.status, 1);
    assert.match(refused.stderr, /package-file[^]*`\.\/trap\.js`, which is no `\.sop` file/);
    assert.not.ok(existsSync(join(folder, "ran")));
    const built = sop(folder, ["build", "deep/er/m.sop", "-o", "out"]);
    assert.is(built.status, 0, built.stderr);
  }));

test("a linked package of the same workspace is the file itself: a circle through it is seen", () =>
  inFolder({ "nets/package.json": "{}", "nets/a.sop": `import { y } from "pkg:app/m"\n${block}`, "app/package.json": "{}", "app/m.sop": `${main("pkg:nets/a")}let y = 1\n` }, (folder) => {
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["nets", "app"]) symlinkSync(join("..", name), join(folder, "node_modules", name));
    const { status, stderr } = sop(join(folder, "app"), ["check", "m.sop"]);
    assert.is(status, 1);
    assert.match(stderr, /import-cycle[^]*`m\.sop` -> `\.\.\/nets\/a\.sop` -> `m\.sop`/);
  }));

test("a package that is not there says how to get it", () =>
  inFolder({ "m.sop": main("pkg:@some/nets/a") }, (folder) => {
    const { status, stderr } = sop(folder, ["check", "m.sop"]);
    assert.is(status, 1);
    assert.match(stderr, /package-not-found[^]*help: Install it: `npm install @some\/nets`\./);
  }));

test.run();
