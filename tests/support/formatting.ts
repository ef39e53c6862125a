// What holds of the formatter for every text without a mistake of syntax.

import * as assert from "uvu/assert";
import { parse } from "../../compiler/ast/parse.js";
import { format } from "../../compiler/ast/format.js";
import { sameMeaning } from "../../compiler/ast/same-meaning.js";
import { lex } from "../../grammar/lexer.js";

/** Formatting changes neither tokens, meaning nor comments and is done after one time. */
export function checkFormat(text: string): void {
  const { value } = parse({ path: "a.sop", text });
  const once = format(value, text);
  const shown = `${text}\nis formatted as\n${once}`;
  const again = parse({ path: "a.sop", text: once });
  assert.equal(again.diagnostics.map(({ message }) => message), [], shown);
  assert.ok(sameMeaning(value, again.value), shown);
  assert.is(tokens(once), tokens(text), shown);
  assert.is(commentWords(once), commentWords(text), shown);
  assert.is(format(again.value, once), once, shown);
  assert.not.match(once, /[ \t]\n|\r|\t|\n\n\n|\n\n$|[^\n]$/, shown);
}

/** All tokens but line ends, `;`, a comma before a bracket that closes, and brackets with nothing in them, which a head may lack. */
function tokens(text: string): string {
  const images = lex(text).tokens.flatMap(({ image }) => (image.replace(/[\s;]/g, "") === "" ? [] : [image]));
  return images.join(" ").replace(/ ,(?= [)\]}])/g, "").replace(/ (?:\( \)|\{ \})/g, "");
}

/** The words of all comments in order; two on one line become one, so the words are what is kept. */
function commentWords(text: string): string {
  return lex(text).comments.flatMap((comment) => comment.text.split(/[\s/]+/)).filter((word) => word !== "").join(" ");
}
