// Where errors inside a block stand. What is wrong whatever a call gives was found with symbols and stands in the block. What is wrong
// with the numbers of a call stands at the outermost call, which brought them, and points into the block.

import type { Diagnostic, DiagnosticId } from "../../diagnostics/diagnostic.js";
import type { Origin, Span } from "../../source/source.js";
import { at, type Env } from "../context.js";
import { originKey } from "../overparam.js";

/** What can be right for one call and wrong for another. */
const dependOnNumbers: ReadonlySet<DiagnosticId> = new Set<DiagnosticId>([
  "shape-mismatch", "argument-type", "result-type", "assertion-failed", "not-whole", "value-range", "option-range", "number-error", "tensor-too-large", "shared-weights-differ", "ragged-not-here",
]);

// Those about one number that the block computes: what to do about it at the call is not what to do in the block.
const aboutOneNumber: ReadonlySet<DiagnosticId> = new Set<DiagnosticId>(["not-whole", "value-range", "option-range", "number-error"]);

/** Does the work of a call; what it reports inside of the block or model that is called is put at the call. */
export function standingAtCall<T>(env: Env, call: Span, work: () => T): T {
  const { report, sizes } = env.context;
  const from = report.diagnostics.length;
  try {
    return work();
  } finally {
    if (report.diagnostics.length > from) {
      const origin = at(env, call);
      const around = declarationAt(env, origin);
      report.relocate(from, (diagnostic) => {
        const isOfLengths = diagnostic.id === "ragged-not-here";
        // What symbols prove of sizes says nothing of lengths.
        if (!dependOnNumbers.has(diagnostic.id) || (!isOfLengths && sizes.closed.has(originKey(diagnostic.origin)))) return diagnostic;
        const inside = declarationAt(env, diagnostic.origin);
        if (inside === around && diagnostic.origin.file === origin.file) return diagnostic;
        const isSaid = !isOfLengths && inside !== null && (inside.kind === "block" || inside.kind === "model") && sizes.faulty.has(inside);
        return isSaid ? null : moved(diagnostic, origin);
      });
    }
  }
}

/** Does the work of a call inside of a block; what it reports further inside is told with this call among its notes. */
export function notingCall<T>(env: Env, call: Span, work: () => T): T {
  const { report } = env.context;
  const from = report.diagnostics.length;
  try {
    return work();
  } finally {
    if (report.diagnostics.length > from) {
      const origin = at(env, call);
      const key = originKey(origin);
      report.relocate(from, (diagnostic) => {
        const isHere = originKey(diagnostic.origin) === key || diagnostic.notes.length >= 8 || declarationAt(env, diagnostic.origin) === declarationAt(env, origin);
        if (isHere || !dependOnNumbers.has(diagnostic.id) || diagnostic.notes.some((note) => originKey(note.origin) === key)) return diagnostic;
        return { ...diagnostic, notes: [...diagnostic.notes, { origin, message: "In this call." }] };
      });
    }
  }
}

function declarationAt(env: Env, { file, span }: Origin) {
  const declarations = env.context.files.get(file)?.program.declarations ?? [];
  return declarations.find((declaration) => declaration.span.start <= span.start && span.start < declaration.span.end) ?? null;
}

function moved(diagnostic: Diagnostic, origin: Origin): Diagnostic {
  const isCall = (place: Origin): boolean => originKey(place) === originKey(origin);
  return {
    ...diagnostic,
    origin,
    notes: [{ origin: diagnostic.origin, message: diagnostic.id === "ragged-not-here" ? "It fails here, with the sequence of this call." : "It fails here, with the sizes of this call." }, ...diagnostic.notes.filter((note) => !isCall(note.origin))],
    help: aboutOneNumber.has(diagnostic.id) ? "Give the call sizes and options for which this comes out right." : diagnostic.help,
    // Edits lie in the file of the message.
    fixes: diagnostic.origin.file === origin.file && !aboutOneNumber.has(diagnostic.id) ? diagnostic.fixes : [],
  };
}
