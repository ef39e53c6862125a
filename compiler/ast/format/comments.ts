// Hands out the comments of a file to the places where a line can end, in order of position, so that none is lost or printed twice.

import type { Span } from "../../source/source.js";
import { startsItsLine } from "../building.js";
import type { Comment } from "../ast.js";
import { concat, hardLine, suffix, type Doc } from "./doc.js";

/** What was taken at one place. */
export interface Taken {
  /** Comments that belong behind the line before. */
  readonly behind: readonly Comment[];
  /** Comments on lines of their own, right before the place. */
  readonly before: readonly Comment[];
}

/** The comments of one text; each call of `take` goes on where the last one ended. */
export class Comments {
  private next = 0;

  constructor(
    private readonly text: string,
    private readonly comments: readonly Comment[],
  ) {}

  /** Is there a comment left between these offsets? */
  hasBetween(start: number, end: number): boolean {
    for (let i = this.next; ; i++) {
      const comment = this.comments[i];
      if (comment === undefined || comment.span.start >= end) return false;
      if (comment.span.start >= start) return true;
    }
  }

  /** The offset of a text from `start` on that is in no comment left; -1: there is none. */
  indexOf(searched: string, start: number): number {
    let offset = this.text.indexOf(searched, start);
    for (let i = this.next; offset >= 0; i++) {
      const comment = this.comments[i];
      if (comment === undefined || comment.span.start > offset) return offset;
      if (offset < comment.span.end) offset = this.text.indexOf(searched, comment.span.end);
    }
    return offset;
  }

  /** All comments before an offset that have not been taken yet; `operator` may stand between the last one and the offset. */
  take(offset: number, operator = ""): Taken {
    const taken: Comment[] = [];
    for (let comment = this.comments[this.next]; comment !== undefined && comment.span.start < offset; comment = this.comments[this.next]) {
      taken.push(comment);
      this.next++;
    }
    // A comment with code between it and the place stood where no line can end; it goes behind the line before.
    let split = taken.length;
    let end = offset;
    for (let i = taken.length - 1; i >= 0; i--) {
      const comment = taken[i];
      if (comment === undefined || !startsItsLine(this.text, comment.span.start)) break;
      const between = this.text.slice(comment.span.end, end).trim();
      if (between !== "" && !(between === operator && i === taken.length - 1)) break;
      split = i;
      end = comment.span.start;
    }
    return { behind: taken.slice(0, split), before: taken.slice(split) };
  }

  /** A line's end before an item of a list, with the comments that stand there. */
  lineBefore(offset: number, line: Doc): Doc {
    const { behind, before } = this.take(offset);
    return concat(this.behind(behind), line, ...before.flatMap((comment) => [this.print(comment), hardLine]));
  }

  /** Comments for the end of the line that is being printed. */
  behind(comments: readonly Comment[]): Doc {
    return concat(...comments.map((comment) => suffix(this.print(comment))));
  }

  /** A comment with a space after its slashes. */
  print({ span }: { readonly span: Span }): string {
    return this.text.slice(span.start, span.end).trimEnd().replace(/^(\/{2,3})(?=[^/\s])/, "$1 ");
  }
}
