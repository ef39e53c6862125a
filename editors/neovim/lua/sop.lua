-- sop in Neovim 0.7 and later: starts `sop lsp` for files of sop, with hints, formatting on save and what stands above models and runs.
-- Add the folder above this one to 'runtimepath' and call `require("sop").setup()`; README.md there has all options.

local M = {}

local is_script = "%.[cm]?js$"
local commands = { "train", "summary", "prove", "graph" }
local options = {
  -- The words that run `sop`; nil: those that `M.command` finds.
  cmd = nil,
  format_on_save = true,
  inlay_hints = true,
  -- "train", "summary", "graph" above models and runs: `:lua vim.lsp.codelens.run()` takes the one in the line.
  code_lenses = true,
  -- Completion while one types (0.11 and later). Off where a plugin does it; <C-x><C-o> completes in any case.
  completion = false,
  -- Which hints: the server's initialization options.
  settings = { inlayHints = { shapes = true, weights = true, values = true } },
}

--- The first folder upward from `folder` for which `is_it` holds.
local function upward(folder, is_it)
  while true do
    if is_it(folder) then return folder end
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then return nil end
    folder = parent
  end
end

local function is_file(path) return vim.fn.filereadable(path) == 1 end

--- The folder of a project around a file.
local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  return upward(folder, function(at) return is_file(at .. "/package.json") or vim.fn.isdirectory(at .. "/.git") == 1 or is_file(at .. "/.git") end) or folder
end

local script = "/bin/sop.cjs"
-- The clone or package that has this file in `editors/neovim/lua`.
local package_folder = vim.fn.fnamemodify(vim.fn.resolve(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p")), ":h:h:h:h")

--- The words that run `sop` for a folder: that of `node_modules` in it or around it, a clone around it, that on the PATH, the package of this file;
--- nil: there is none.
function M.command(folder)
  if options.cmd ~= nil then return vim.deepcopy(options.cmd) end
  local holder = upward(folder, function(at) return is_file(at .. "/node_modules/sop" .. script) end)
  if holder ~= nil then return { "node", holder .. "/node_modules/sop" .. script } end
  local clone = upward(folder, function(at) return is_file(at .. script) and is_file(at .. "/compiler/cli/main.ts") end)
  if clone ~= nil then return { "node", clone .. script } end
  local found = vim.fn.exepath("sop")
  if found == "" then return is_file(package_folder .. script) and { "node", package_folder .. script } or nil end
  local file = vim.fn.resolve(found)
  return file:find(is_script) and { "node", file } or { file }
end

local function with(words, more)
  for _, word in ipairs(more) do table.insert(words, word) end
  return words
end

local has_told = false
local function tell_missing()
  if has_told then return end
  has_told = true
  vim.notify("sop was not found: it is not in node_modules around the file, not on the PATH, and not around this plugin. Install it there, or give `cmd` to require(\"sop\").setup().", vim.log.levels.WARN)
end

--- Opens a picture where Neovim can (0.10 and later), and says where it is.
local function show_picture(picture)
  local opens = vim.ui.open ~= nil and select(2, vim.ui.open(picture)) == nil
  vim.notify((opens and "sop: the picture is in " or "sop: open this picture in a browser: ") .. picture)
end

--- Runs `sop <verb> <file> <name>` in a terminal below, which closes again where only a picture was asked for.
function M.run(verb, file, name)
  file = file or vim.api.nvim_buf_get_name(0)
  local folder = root_of(file)
  local words = M.command(folder)
  if words == nil then return tell_missing() end
  with(words, { verb, file })
  if name ~= nil then table.insert(words, name) end
  local picture = vim.fn.tempname() .. ".svg"
  if verb == "graph" then with(words, { "-o", picture }) end
  vim.cmd("silent! update")
  vim.cmd("botright 12new")
  local terminal = vim.api.nvim_get_current_buf()
  vim.fn.termopen(words, {
    cwd = folder,
    on_exit = function(_, code)
      if verb ~= "graph" or code ~= 0 then return end
      if vim.api.nvim_buf_is_valid(terminal) then vim.api.nvim_buf_delete(terminal, { force = true }) end
      show_picture(picture)
    end,
  })
end

-- What a verb can name: declarations of the buffer that begin with these words.
local named_by = { train = { "train" }, prove = { "train" }, graph = { "model", "train" }, summary = { "model", "train" } }

--- The names that a verb can be given, as the text has them: the server may not be there.
local function names_for(verb)
  local names = {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local word, name = line:match("^%s*(%l+)%s+([%a_][%w_]*)")
    if vim.tbl_contains(named_by[verb] or {}, word) then table.insert(names, name) end
  end
  return names
end

--- What may stand at the end of the command line `line`, up to the byte `at`, for `typed`: a verb, behind it a name, then nothing.
local function complete(typed, line, at)
  local before = vim.split(vim.trim(line:sub(1, at - #typed):match("%f[%w]Sop%s(.*)$") or ""), "%s+", { trimempty = true })
  local fitting = #before == 0 and commands or #before == 1 and names_for(before[1]) or {}
  return vim.tbl_filter(function(each) return vim.startswith(each, typed) end, fitting)
end

--- `:Sop <verb> [name]`
local function run_typed(words)
  local verb, name = words.fargs[1], words.fargs[2]
  if vim.tbl_contains(commands, verb) then return M.run(verb, nil, name) end
  vim.notify("sop: `:Sop` takes " .. table.concat(commands, ", ") .. (verb and ", not `" .. verb .. "`" or ""), vim.log.levels.ERROR)
end

local namespace = vim.api.nvim_create_namespace("sop_hints")

--- Before 0.10 Neovim shows no hints of its own: they stand at the ends of their lines.
local function show_hints(client, buffer)
  local last = vim.api.nvim_buf_line_count(buffer)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), range = { start = { line = 0, character = 0 }, ["end"] = { line = last, character = 0 } } }
  client.request("textDocument/inlayHint", params, function(problem, hints)
    if problem ~= nil or not vim.api.nvim_buf_is_loaded(buffer) then return end
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
    for _, hint in ipairs(hints or {}) do
      local label = hint.label
      if type(label) == "table" then label = table.concat(vim.tbl_map(function(part) return part.value end, label)) end
      if hint.position.line < vim.api.nvim_buf_line_count(buffer) then
        vim.api.nvim_buf_set_extmark(buffer, namespace, hint.position.line, 0, { virt_text = { { "  " .. vim.trim(label), "Comment" } } })
      end
    end
  end, buffer)
end

local function follow_hints(client, buffer)
  if vim.lsp.inlay_hint ~= nil then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
    return
  end
  if client.server_capabilities.inlayHintProvider == nil then return end
  local function show() show_hints(client, buffer) end
  vim.api.nvim_create_autocmd({ "TextChanged", "InsertLeave", "BufWritePost" }, { buffer = buffer, callback = show })
  show()
end

local function format(client, buffer)
  if vim.lsp.buf.format ~= nil then
    vim.lsp.buf.format({ bufnr = buffer, id = client.id, timeout_ms = 3000 })
  else
    vim.lsp.buf.formatting_sync(nil, 3000)
  end
end

local function follow_lenses(buffer)
  if type(vim.lsp.codelens.enable) == "function" then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    return
  end
  local function refresh() vim.api.nvim_buf_call(buffer, vim.lsp.codelens.refresh) end
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, { buffer = buffer, callback = refresh })
  refresh()
end

local function attached(client, buffer)
  vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
  if options.inlay_hints then follow_hints(client, buffer) end
  if options.code_lenses then follow_lenses(buffer) end
  if options.completion and vim.lsp.completion ~= nil then vim.lsp.completion.enable(true, client.id, buffer, { autotrigger = true }) end
  if options.format_on_save then
    vim.api.nvim_create_autocmd("BufWritePre", { buffer = buffer, callback = function() format(client, buffer) end })
  end
end

--- What the client is started with, but for its command and its folder.
local function client_config()
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.textDocument.inlayHint = capabilities.textDocument.inlayHint or { dynamicRegistration = false }
  return { name = "sop", capabilities = capabilities, init_options = options.settings, on_attach = attached }
end

--- 0.11 and later.
local function enable()
  local config = client_config()
  local last = nil
  config.filetypes = { "sop" }
  config.root_dir = function(buffer, start)
    local folder = root_of(vim.api.nvim_buf_get_name(buffer))
    if M.command(folder) == nil then return tell_missing() end
    last = folder
    start(folder)
  end
  config.cmd = function(dispatchers, own)
    local folder = own ~= nil and own.root_dir or last
    return vim.lsp.rpc.start(with(M.command(folder), { "lsp" }), dispatchers, { cwd = folder })
  end
  vim.lsp.config("sop", config)
  vim.lsp.enable("sop")
end

--- Before 0.8 clients are found again by hand.
local clients = {}

local function start_for(buffer)
  local folder = root_of(vim.api.nvim_buf_get_name(buffer))
  local words = M.command(folder)
  if words == nil then return tell_missing() end
  local config = client_config()
  config.cmd = with(words, { "lsp" })
  config.root_dir = folder
  if vim.lsp.start ~= nil then return vim.lsp.start(config, { bufnr = buffer }) end
  config.on_exit = function() clients[folder] = nil end
  clients[folder] = clients[folder] or vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buffer, clients[folder])
end

--- Starts the server for files of sop, those that are open too.
function M.setup(given)
  options = vim.tbl_deep_extend("force", options, given or {})
  for _, verb in ipairs(commands) do
    vim.lsp.commands["sop." .. verb] = function(command)
      local asked = (command.arguments or {})[1] or {}
      M.run(verb, asked.uri ~= nil and vim.uri_to_fname(asked.uri) or nil, asked.name)
    end
  end
  vim.api.nvim_create_user_command("Sop", run_typed, { nargs = "*", complete = complete })
  if vim.lsp.config ~= nil and vim.lsp.enable ~= nil then return enable() end
  vim.api.nvim_create_autocmd("FileType", { pattern = "sop", callback = function(event) start_for(event.buf or vim.api.nvim_get_current_buf()) end })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].filetype == "sop" then start_for(buffer) end
  end
end

return M
