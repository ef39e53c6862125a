// A name that means nothing where a value stands: what may have been meant.

import type { Path } from "../ast/ast.js";
import { walk } from "../ast/visit.js";
import { foreignLayer } from "../diagnostics/foreign.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Span } from "../source/source.js";
import { at, type Env } from "./context.js";
import { modelFigures, runFigures } from "./costs.js";
import { oneOf } from "./option-words.js";
import { replacement, type ReportDetails } from "./report.js";

/** Reports a name that is not bound, with the nearest one that is. */
export function sayUnknown(env: Env, path: Path, name: string): void {
  const origin = at(env, path.span);
  const say = (nearest: string, more: ReportDetails): void => env.context.report.say("unknown-name", origin, { name, nearest }, more);
  const write = (nearest: string): ReportDetails => ({ fixes: [replacement(`Write \`${nearest}\``, origin, nearest)] });
  const lower = name.toLowerCase();
  if (lower === "true" || lower === "false") return say(lower, write(lower));
  const figure = figureFor(env, name);
  if (figure !== null) return say(figure.nearest, figure.nearest === "" ? { help: figure.help } : { help: figure.help, ...write(figure.nearest) });
  const bound = boundLater(env, path, name);
  if (bound !== null) return say("", { help: "Move the line that binds it above this one.", notes: [{ origin: at(env, bound), message: `\`${name}\` is bound here.` }] });
  const [first = "", part = ""] = path.names.map(({ text }) => text);
  const owner = path.names.length === 2 ? env.scope.lookup(first)?.kind : undefined;
  if (owner === "tensor" && /^(?:shape|size|ndim|length)$/.test(part)) return say("", { help: foreignLayer("shape") ?? "" });
  if (owner === "layer") return say("", { help: `Weights are used by applying the layer, \`x |> ${first}\`; a table also as \`${first}.unembed(x)\`.` });
  const lets = [...env.file.entries].filter(([, entry]) => entry.node.kind === "let").map(([key]) => key);
  const nearest = suggest(name, [...env.scope.names(), ...lets]);
  const help = env.site?.names === undefined ? {} : { help: env.site.names() };
  say(nearest ?? "", { ...help, ...(nearest === null ? {} : write(nearest)) });
}

const figureWords: Readonly<Record<string, string>> = { params: "weights", parameters: "weights", size: "bytes", flop: "flops", macs: "flops", ram: "memory", mem: "memory" };

// `shipped.params`, `weights`: figures that assertions can name.
function figureFor(env: Env, name: string): { readonly nearest: string; readonly help: string } | null {
  const all: readonly string[] = [...modelFigures, ...runFigures];
  const isFigure = /^(?:shipped|trained)\./.test(name);
  const word = name.replace(/^(?:shipped|trained)\./, "");
  if (!isFigure && env.site !== null && env.site.purpose !== "model") return null;
  if (!isFigure && !all.some((figure) => figure.endsWith(`.${word}`)) && !Object.hasOwn(figureWords, word)) return null;
  const help = `Name a figure in an \`assert\` of a model or a run: ${oneOf(all)}.`;
  if (all.includes(name)) return { nearest: "", help };
  const meant = `${isFigure ? name.slice(0, name.indexOf(".")) : "shipped"}.${figureWords[word] ?? word}`;
  return { nearest: all.includes(meant) ? meant : (suggest(name, all) ?? ""), help };
}

/** The statement of the body around that binds a name further on, or null. */
function boundLater(env: Env, path: Path, name: string): Span | null {
  if (env.site?.purpose !== "model") return null;
  const around = env.file.program.declarations.find(({ span }) => span.start <= path.span.start && path.span.end <= span.end);
  let found: Span | null = null;
  if (around !== undefined)
    walk(around, (node) => {
      if (node.kind !== "bind" && node.kind !== "output") return;
      const names = node.kind === "bind" ? node.names : [node.name];
      const target = names.find(({ text, span }) => text === name && span.start > path.span.end);
      if (target !== undefined && found === null) found = target.span;
    });
  return found;
}
