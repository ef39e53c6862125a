// The page with a model's pictures in a real browser, where the editor's side of the page is a list of what it was told.

import { build } from "esbuild";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { snapshot } from "../../compiler/live/live-program.js";
import { graphPage } from "../../compiler/services/graph-page.js";
import { graphHtml } from "../../editors/vscode/src/plain/graph-html.js";
import { shown, type ToPage } from "../../editors/vscode/src/plain/graph-messages.js";
import { withPage, type Page } from "../support/browser.js";
import { memoryHost } from "../support/host.js";

const program = `model Small(width: int = 8) overparam 4 {
  input x: f32[16]
  output y: f32[2] = x |> dense(width) |> relu |> dense(2)
}
model Other {
  input x: f32[16]
  output y: f32[2] = x |> dense(2)
}
`;

const host = "window.told = []; window.kept = undefined; window.acquireVsCodeApi = () => ({ postMessage: (message) => told.push(message), getState: () => kept, setState: (state) => { kept = state } });";

async function script(): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL("../../editors/vscode/src/page/page.ts", import.meta.url))], bundle: true, write: false, format: "iife", target: "chrome122", logLevel: "silent" });
  return outputFiles[0]?.text ?? "";
}

async function message(name: string): Promise<ToPage> {
  const taken = snapshot("main.sop", memoryHost({ "main.sop": program }));
  if (taken === null) throw new Error("no file");
  const page = await graphPage(taken, name);
  return shown({ ...page, places: Object.fromEntries(Object.entries(page.places).map(([id, { path, start, end }]) => [id, { uri: `file:///${path}`, start, end }])) });
}

const send = (page: Page, told: ToPage): Promise<unknown> => page.value(`window.dispatchEvent(new MessageEvent("message", { data: ${JSON.stringify(told)} }))`);
const told = (page: Page): Promise<unknown> => page.value("told.splice(0)");
const middle = async (page: Page, selector: string): Promise<readonly [number, number]> => {
  const place = await page.value(`(() => { const { x, y, width, height } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return [x + width / 2, y + height / 2]; })()`);
  return place as readonly [number, number];
};
const clickOn = async (page: Page, selector: string): Promise<void> => page.click(...(await middle(page, selector)));
const scale = (page: Page): Promise<unknown> => page.value('Number(/scale\\((.*)\\)/.exec(document.querySelector("#folded .canvas").style.transform)[1])');

test("a model beside what ships: a click names its node, sizes and forms change, nothing is fetched or refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sop-page-"));
  try {
    const file = join(folder, "page.html");
    writeFileSync(file, graphHtml("0123456789abcdef", await script()));
    await withPage([900, 700], async (page) => {
      await page.before(host);
      await page.open(pathToFileURL(file).href);
      assert.equal(await told(page), [{ kind: "ready" }]);
      await send(page, await message("Small"));
      assert.equal(await page.value('[...document.querySelectorAll("option")].map((option) => option.textContent)'), ["Small(width: 8)", "Other"]);
      assert.equal(await page.value('["trained", "folded"].map((form) => document.querySelector(`#${form} svg .title`).textContent)'), ["trained: 586 weights", "folded: 154 weights"]);

      // Where the first dense layer stands in either picture.
      for (const form of ["trained", "folded"]) {
        await clickOn(page, `#${form}-n1`);
        assert.equal(await told(page), [{ kind: "open", id: "n1" }], form);
      }
      await clickOn(page, "#trained .title");
      assert.equal(await told(page), []);
      await page.value('document.querySelector("#folded-n2").focus()');
      for (const type of ["keyDown", "keyUp"]) await page.send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
      assert.equal(await told(page), [{ kind: "open", id: "n2" }]);

      await send(page, { kind: "mark", ids: ["n1"] });
      assert.equal(await page.value('[...document.querySelectorAll(".marked")].map(({ id }) => id)'), ["trained-n1", "folded-n1"]);

      assert.is(await scale(page), 1);
      await clickOn(page, "[data-zoom=in]");
      assert.is(await scale(page), 1.25);
      const [x, y] = await middle(page, "#folded-n1");
      await page.send("Input.dispatchMouseEvent", { type: "mouseWheel", x, y, deltaX: 0, deltaY: -150, modifiers: 2 });
      const [laterX, laterY] = await middle(page, "#folded-n1");
      assert.ok(Number(await scale(page)) > 1.9 && Math.hypot(laterX - x, laterY - y) < 1, `${await scale(page)}: ${x}, ${y} -> ${laterX}, ${laterY}`);
      // Dragging moves both pictures and opens nothing.
      for (const [type, dx] of [["mousePressed", 0], ["mouseMoved", 20], ["mouseMoved", 60], ["mouseReleased", 60]] as const) await page.send("Input.dispatchMouseEvent", { type, x: x + dx, y, button: "left", buttons: 1, clickCount: 1 });
      assert.ok(Math.abs((await middle(page, "#folded-n1"))[0] - laterX - 60) < 1);
      assert.equal(await told(page), []);
      await clickOn(page, "[data-zoom=fit]");
      assert.is(await scale(page), 1);

      await clickOn(page, "[data-form=folded]");
      assert.equal(await page.value('["trained", "folded"].map((form) => document.querySelector(`#${form}`).clientWidth)'), [0, 900]);
      await clickOn(page, "[data-form=both]");

      // What was drawn stays in sight while the text has a mistake.
      await send(page, { kind: "show", models: [], chosen: null, drawings: null, placed: [], problem: "`Small` cannot be drawn" });
      assert.equal(await page.value('[document.querySelector("#problem").textContent, document.querySelectorAll("svg").length, document.querySelector("select").value, document.querySelector("main").className]'), ["`Small` cannot be drawn", 2, "Small", "stale"]);
      await page.value('{ const select = document.querySelector("select"); select.value = "Other"; select.dispatchEvent(new Event("change")); }');
      assert.equal(await told(page), [{ kind: "choose", name: "Other" }]);
      await send(page, await message("Other"));
      assert.equal(await page.value('[document.querySelector("#problem").hidden, document.querySelectorAll("#trained g[id].placed").length, document.querySelector("main").className]'), [true, 3, ""]);

      assert.equal(page.complaints, []);
      // The policy holds: what is put into the page runs nothing, has no style of its own and reaches nothing.
      await page.value('document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=\\"told.push(1)\\"><b style=\\"display:none\\"></b>")');
      assert.is(await page.value('fetch("https://example.invalid/").then(() => "fetched", () => "refused")'), "refused");
      assert.equal([await told(page), await page.value('getComputedStyle(document.querySelector("b")).display === "none"')], [[], false]);
      assert.ok(page.complaints.some((text) => text.includes("Content Security Policy")), page.complaints.join("\n"));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a script cannot end the element that it stands in", () => {
  const html = graphHtml("n", 'const a = "</script><!--"');
  assert.is(html.split("</script").length, 2);
  assert.ok(html.includes('<script nonce="n">const a = "<\\/script><\\!--"</script>'));
});

test.run();
