// Where a cursor stands, by the text before it alone: a file is broken there most of the time. The declaration around the cursor is split into
// tokens up to the word that is being typed, laid out as for the parser, and the brackets that are open are kept with what stands in them.

import { layout } from "../../../grammar/layout.js";
import { lex } from "../../../grammar/lexer.js";
import { endOf } from "../../../grammar/token.js";
import { DeclarationEnd, End, NumberToken, StringToken } from "../../../grammar/tokens.js";
import type { Span } from "../../source/source.js";
import { Locals, type Local } from "./locals.js";

export type DeclarationWord = "import" | "let" | "data" | "block" | "model" | "recipe" | "train";

/** A token, or a closed pair of brackets with all in it. */
export interface Lexeme {
  readonly kind: "name" | "number" | "string" | "sign" | "group";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a group. */
  readonly frame: Frame | null;
}

/** What is open around the cursor, or was. */
export interface Frame {
  /** "": the declaration itself. */
  readonly open: "" | "(" | "[" | "{";
  /** The name in front of the bracket: `["tok", "unembed"]`. */
  readonly callee: readonly Lexeme[];
  /** The token in front of that name: `|>`. */
  readonly before: string;
  /** Items that a comma has ended: in braces, of the line at the cursor. */
  readonly done: readonly (readonly Lexeme[])[];
  /** The item at the cursor. */
  readonly item: readonly Lexeme[];
}

export interface Cursor {
  readonly text: string;
  readonly offset: number;
  /** The name at the cursor, all of it: what a completion replaces. */
  readonly word: Span;
  readonly place: "code" | "comment" | "string";
  readonly declaration: DeclarationWord | null;
  /** From the declaration to the innermost bracket. */
  readonly frames: readonly Frame[];
  /** Names of the declaration that can be seen here, nearest first. */
  readonly locals: readonly Local[];
}

type Open<T> = { -readonly [K in keyof T]: T[K] };
type OpenFrame = Omit<Open<Frame>, "done" | "item" | "callee"> & { callee: Lexeme[]; done: Lexeme[][]; item: Lexeme[] };

const head = /^(import|let|data|block|model|recipe|train)\b/;
/** Stands for the word at the cursor, so that a line goes on as it will when there is one. */
const placeholder = "cursor";

export function cursorAt(text: string, offset: number): Cursor {
  const { place, start: inside } = lineState(text, offset);
  const word = place === "string" ? stringAround(text, inside, offset) : wordAround(text, offset);
  const cut = place === "string" ? inside - 1 : word.start;
  const { start, declaration } = chunkAt(text, cut);
  const base = { text, offset, word, place };
  if (place === "comment") return { ...base, declaration: null, frames: [], locals: [] };
  const walk = new Walk(declaration);
  const before = `${text.slice(start, cut)}${placeholder}`;
  for (const token of layout(lex(before).tokens, before).tokens) {
    if (token.startOffset === cut - start) break;
    if (token.tokenType === End || token.tokenType === DeclarationEnd) walk.end(token.tokenType === DeclarationEnd);
    else walk.take({ kind: kindOf(token.tokenType, token.image), text: token.image, start: token.startOffset + start, end: endOf(token) + start, frame: null });
  }
  const [outer, list] = walk.frames;
  // In the list itself, what stands before the cursor.
  if (outer !== undefined && list?.open === "(" && isHead(outer)) walk.locals.parameters({ done: list.done, item: [] });
  const isOver = walk.isOver && walk.frames.length === 1 && outer?.item.length === 0;
  return { ...base, declaration: isOver ? null : declaration, frames: isOver ? [{ open: "", callee: [], before: "", done: [], item: [] }] : walk.frames, locals: isOver ? [] : walk.locals.visible() };
}

function kindOf(type: object, image: string): Lexeme["kind"] {
  if (type === NumberToken) return "number";
  if (type === StringToken) return "string";
  return /^[A-Za-z_]/.test(image) ? "name" : "sign";
}

/** In a comment or a string of its line? `start`: of the string's text. */
function lineState(text: string, offset: number): { readonly place: Cursor["place"]; readonly start: number } {
  let quote = -1;
  for (let at = text.lastIndexOf("\n", offset - 1) + 1; at < offset; at++) {
    const character = text.charAt(at);
    if (quote >= 0) {
      if (character === "\\") at++;
      else if (character === '"') quote = -1;
    } else if (character === '"') quote = at;
    else if (character === "/" && text.charAt(at + 1) === "/") return { place: "comment", start: at };
  }
  return quote >= 0 ? { place: "string", start: quote + 1 } : { place: "code", start: offset };
}

function stringAround(text: string, start: number, offset: number): Span {
  let end = offset;
  while (end < text.length && !/["\r\n]/.test(text.charAt(end))) end++;
  return { start, end };
}

function wordAround(text: string, offset: number): Span {
  let [start, end] = [offset, offset];
  while (start > 0 && /\w/.test(text.charAt(start - 1))) start--;
  while (end < text.length && /\w/.test(text.charAt(end))) end++;
  // A number is no word: it is not replaced.
  return /\d/.test(text.charAt(start)) ? { start: offset, end: offset } : { start, end };
}

/** The declaration that the offset may stand in: it begins at the margin. */
function chunkAt(text: string, offset: number): { readonly start: number; readonly declaration: DeclarationWord | null } {
  // At 0 `lastIndexOf` would look at the first character, which does not stand before it.
  const lineStart = (at: number): number => (at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1);
  let start = lineStart(offset);
  for (;;) {
    const [, word] = head.exec(text.slice(start, Math.min(start + 12, offset))) ?? [];
    if (word !== undefined) return { start, declaration: word as DeclarationWord };
    if (start === 0) return { start: 0, declaration: null };
    start = lineStart(start - 1);
  }
}

/** Goes through tokens and keeps what is open. */
class Walk {
  readonly frames: OpenFrame[] = [{ open: "", callee: [], before: "", done: [], item: [] }];
  readonly locals: Locals;
  /** Has the body of the declaration ended? */
  isOver = false;

  constructor(declaration: DeclarationWord | null) {
    this.locals = new Locals(declaration);
  }

  take(token: Lexeme): void {
    const top = this.#top;
    if (token.text === "(" || token.text === "[" || token.text === "{") {
      const callee = token.text === "(" ? calleeBefore(top.item) : [];
      const frame: OpenFrame = { open: token.text, callee, before: top.item[top.item.length - callee.length - 1]?.text ?? "", done: [], item: [] };
      if (token.text === "{") this.locals.open(top.item);
      this.frames.push(frame);
    } else if (token.text === ")" || token.text === "]" || token.text === "}") this.#close(token);
    else if (token.text === ",") {
      top.done.push(top.item);
      top.item = [];
    } else top.item.push(token);
  }

  /** A line is over. */
  end(isDeclaration: boolean): void {
    const top = this.#top;
    if (top.open === "{") this.locals.statement([...top.done, top.item]);
    if (isDeclaration) this.isOver = true;
    top.done = [];
    top.item = [];
  }

  get #top(): OpenFrame {
    return this.frames[this.frames.length - 1] ?? { open: "", callee: [], before: "", done: [], item: [] };
  }

  #close(token: Lexeme): void {
    if (this.frames.length === 1) return;
    const frame = this.frames.pop();
    if (frame === undefined) return;
    if (frame.open === "{") {
      this.locals.statement([...frame.done, frame.item]);
      this.locals.close();
    }
    const { item } = this.#top;
    // A body ends its statement, and the outermost one the declaration; braces of an import do not.
    item.push({ kind: "group", text: frame.open, start: token.start, end: token.end, frame });
    if (this.frames.length === 1 && frame.open === "(" && isHead({ ...this.#top, item: item.slice(0, -1) })) this.locals.parameters(frame);
    if (this.frames.length === 1 && frame.open === "{") this.isOver = true;
  }
}

/** `block name`, in front of its parameters. */
function isHead({ done, item }: Pick<Frame, "done" | "item">): boolean {
  return done.length === 0 && item.length === 2;
}

/** The path at the end: `name`, `name.name`. */
function calleeBefore(item: readonly Lexeme[]): Lexeme[] {
  const last = item[item.length - 1];
  if (last?.kind !== "name") return [];
  let from = item.length - 1;
  while (item[from - 1]?.text === "." && item[from - 2]?.kind === "name") from -= 2;
  return item.slice(from);
}
