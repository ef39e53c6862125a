// A text cut where its declarations begin, so that after a keystroke only the declaration that was typed in is parsed. A cut is made where the
// layout of the grammar begins a declaration whatever stands before: at the margin, at a word and what follows it. Comments and blank lines
// belong to what comes after them.

import { placeWords, reservedWords } from "../../grammar/tokens.js";

const noNames: ReadonlySet<string> = new Set([...reservedWords, ...placeWords]);

const heads = /^(?:import[ \t]*\{|(?:let[ \t]+(\w+)[ \t]*[=:]|data[ \t]+(\w+)[ \t]*=(?!=)|block[ \t]+(\w+)[ \t]*\(|model[ \t]+(\w+)[ \t]*(?:[({]|=(?!=)|fuse\b|overparam\b|frozen\b|$)|recipe[ \t]+(\w+)[ \t]*(?:[({]|$)|train[ \t]+(\w+)[ \t]*:))/;
const mayBegin = /(?:^|[\r\n])(?=(?:import|let|data|block|model|recipe|train)\b)/g;

/** Offsets at which sections of the text begin; the first is 0. Texts that a comment over several lines could span have one section. */
export function sectionStarts(text: string): readonly number[] {
  const starts = [0];
  if (text.includes("/*")) return starts;
  mayBegin.lastIndex = 0;
  for (let match = mayBegin.exec(text); match !== null; match = mayBegin.exec(text)) {
    const at = match.index + match[0].length;
    if (match[0] === "") mayBegin.lastIndex++;
    const end = text.slice(at).search(/[\r\n]|$/) + at;
    const head = heads.exec(text.slice(at, end));
    if (head === null || head.slice(1).some((name) => name !== undefined && (!/^[A-Za-z_]/.test(name) || noNames.has(name)))) continue;
    const start = beforeComments(text, at);
    if (start > 0) starts.push(start);
  }
  return starts;
}

/** The beginning of the blank lines and comments that stand right above a line. */
function beforeComments(text: string, lineStart: number): number {
  let start = lineStart;
  while (start > 0) {
    let above = start - 1;
    if (above > 0 && text[above] === "\n" && text[above - 1] === "\r") above--;
    let begin = above;
    while (begin > 0 && text[begin - 1] !== "\n" && text[begin - 1] !== "\r") begin--;
    if (!/^[ \t\f\v\u00a0\ufeff]*(?:\/\/.*)?$/.test(text.slice(begin, above))) break;
    start = begin;
  }
  return start;
}
