// A real Neovim with the configuration of editors/neovim/README.md and the real server: what a user sees and does.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { vimSyntax } from "../../grammar/vim-syntax.js";
import { withNeovim, type Neovim } from "../support/neovim.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "editors", "neovim", "README.md"), "utf8");
const syntaxFile = join(root, "editors", "neovim", "syntax", "sop.vim");

test("colors are those of the vocabulary", () => {
  if (process.env["UPDATE"] === "1") writeFileSync(syntaxFile, vimSyntax());
  assert.fixture(readFileSync(syntaxFile, "utf8"), vimSyntax());
});

/** A project with an example, opened with the documented lines; `hasSop`: sop is installed in it. */
async function inProject(use: (editor: Neovim, file: string) => Promise<void>, hasSop = true): Promise<void> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "sop-project-")));
  try {
    mkdirSync(join(project, "node_modules"));
    if (hasSop) symlinkSync(root, join(project, "node_modules", "sop"));
    writeFileSync(join(project, "package.json"), "{}");
    const file = join(project, "digits.sop");
    copyFileSync(join(root, "examples", "digits", "digits.sop"), file);
    const [, lines = ""] = /```lua\n([\s\S]*?)```/.exec(readme) ?? [];
    assert.match(lines, /~\/sop\/editors\/neovim/);
    const init = join(project, "init.lua");
    writeFileSync(init, lines.replace("~/sop/editors/neovim", join(root, "editors", "neovim")));
    await withNeovim(init, file, project, (editor) => use(editor, file));
  } finally {
    rmSync(project, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const text = 'table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n")';
const clients = "#(vim.lsp.get_clients or vim.lsp.get_active_clients)()";
const messages = "vim.tbl_map(function(each) return each.message end, vim.diagnostic.get(0))";
const has = (part: string) => (value: unknown): boolean => String(value).includes(part);
/** The texts of hints, as Neovim shows them from 0.10 on, or as the configuration does before. */
const hints = `(function()
  if vim.lsp.inlay_hint ~= nil then return vim.tbl_map(function(each) local label = each.inlay_hint.label; return type(label) == "table" and label[1].value or label end, vim.lsp.inlay_hint.get({ bufnr = 0 })) end
  return vim.tbl_map(function(mark) return mark[4].virt_text[1][1] end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces().sop_hints, 0, -1, { details = true }))
end)()`.replace(/\n\s*/g, " ");

test("a file is known, colored and written as sop is", () =>
  inProject(async (editor) => {
    assert.equal(await editor.value("{ vim.bo.filetype, vim.bo.shiftwidth, vim.bo.commentstring, vim.b.current_syntax }"), ["sop", 2, "// %s", "sop"]);
    const group = (line: number, column: number): string => `vim.fn.synIDattr(vim.fn.synID(${line}, ${column}, 1), "name")`;
    assert.equal(await editor.value(`{ ${[[1, 1], [3, 1], [3, 10], [5, 1], [5, 6], [5, 16], [5, 27], [5, 45], [6, 17]].map(([line = 0, column = 0]) => group(line, column)).join(", ")} }`), [
      "sopDocumentation", "sopKeyword", "", "sopDeclaration", "sopName", "sopFunction", "sopString", "sopNumber", "sopType",
    ]);
    await editor.type("ggomore<Esc>");
    assert.is(await editor.value("vim.fn.getline(2)"), "/// more");
  }));

test("mistakes are told as one types, fixes are offered, text is formatted when it is written", () =>
  inProject(async (editor, file) => {
    await editor.until(clients, (count) => count === 1);
    await editor.type("/image |> flatten<CR>wwcwflaten<Esc>");
    const [told] = (await editor.until(messages, (found) => Array.isArray(found) && found.length > 0)) as readonly string[];
    assert.match(told ?? "", /`flaten`/);
    await editor.type("u");
    await editor.until(messages, (found) => Array.isArray(found) && found.length === 0);
    await editor.type("Gox =1<Esc>");
    await editor.type("uGo<CR><CR>let  size=3<Esc>:w<CR>");
    await editor.until(text, has("\nlet size = 3"));
    assert.match(readFileSync(file, "utf8"), /\}\n\nlet size = 3\n$/);
  }));

test("names are completed and renamed", () =>
  inProject(async (editor) => {
    await editor.until(clients, (count) => count === 1);
    await editor.type("/image |> flatten<CR>wwcwflat<C-x><C-o>");
    await editor.until('vim.tbl_map(function(item) return item.word end, vim.fn.complete_info({ "items" }).items)', (words) => Array.isArray(words) && words.includes("flatten"));
    await editor.type("<Esc>u");
    await editor.type("/^model Perceptron<CR>w:lua vim.lsp.buf.rename([[Dense]])<CR>");
    await editor.until(text, (found) => has("model Dense(")(found) && has("train mlp: Dense on digits")(found) && !has("Perceptron")(found));
  }));

test("hints say shapes and weights", () =>
  inProject(async (editor) => {
    await editor.until(clients, (count) => count === 1);
    const found = await editor.until(hints, (values) => Array.isArray(values) && values.length > 0);
    assert.ok(Array.isArray(found) && found.some((hint) => /\[784\]|\[10\]/.test(String(hint))), JSON.stringify(found));
  }));

test("what stands above a model runs in a terminal", () =>
  inProject(async (editor) => {
    await editor.until(clients, (count) => count === 1);
    await editor.until("#vim.lsp.codelens.get(0)", (count) => Number(count) > 4);
    await editor.type(":Sop summary mlp<CR>");
    await editor.until("vim.bo.buftype", (kind) => kind === "terminal");
    const said = await editor.until(text, has("Perceptron(width: 128, k: 4)"));
    assert.not.ok(has("Convolutional")(said));
  }));

test("`:Sop` completes verbs and the names of the file, says which verbs there are, and where a picture is", () =>
  inProject(async (editor, file) => {
    const offered = (line: string): string => `vim.fn.getcompletion("${line}", "cmdline")`;
    const names = [...readFileSync(file, "utf8").matchAll(/^(model|train) (\w+)/gm)].map(([, word = "", name = ""]) => ({ word, name }));
    const runs = names.filter(({ word }) => word === "train").map(({ name }) => name);
    assert.ok(runs.length > 1 && names.length > runs.length);
    assert.equal(await editor.value(`{ ${["Sop ", "Sop gr", "Sop x"].map(offered).join(", ")} }`), [["train", "summary", "prove", "graph"], ["graph"], []]);
    assert.equal(await editor.value(`{ ${["Sop graph ", "Sop graph P", "Sop train ", "Sop summary ", "Sop prove ", "Sop train mlp ", "Sop train gr"].map(offered).join(", ")} }`), [names.map(({ name }) => name), ["Perceptron"], runs, names.map(({ name }) => name), runs, [], []]);
    const told = 'vim.fn.execute("messages")';
    await editor.type(":Sop foo<CR>");
    await editor.until(told, has("`:Sop` takes train, summary, prove, graph, not `foo`"));
    assert.equal(await editor.value("{ #vim.api.nvim_list_wins(), vim.bo.buftype }"), [1, ""]);
    const shown = "{ path = vim.fn.execute('messages'):match('in (%S+%.svg)') or vim.fn.execute('messages'):match('browser: (%S+%.svg)') }";
    await editor.type(":Sop graph mlp<CR>");
    const { path } = (await editor.until(shown, (value) => (value as { readonly path?: string }).path !== undefined)) as { readonly path: string };
    assert.match(readFileSync(path, "utf8"), /^<svg /);
    assert.equal(await editor.value("{ #vim.api.nvim_list_wins(), vim.bo.filetype }"), [1, "sop"]);
  }));

test("outside of a project with sop it runs that on the PATH, else that of its own package", () =>
  inProject(async (editor, file) => {
    await editor.until(clients, (count) => count === 1);
    const bin = join(dirname(file), "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "sop"), "#!/bin/sh\n", { mode: 0o755 });
    const words = (path: string): string => `(function() vim.env.PATH = "${path}"; return require("sop").command("${dirname(file)}") end)()`;
    assert.equal(await editor.value(words(bin)), [join(bin, "sop")]);
    assert.equal(await editor.value(words(join(bin, "none"))), ["node", join(realpathSync(root), "bin", "sop.cjs")]);
  }, false));

test.run();
