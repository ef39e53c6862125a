// The door of the compiler for programs that embed it. The command line and the language server come in here too.

export { check, compile, type CompileOptions, type Output } from "./compile.js";
export type { Host } from "./host.js";
export type { Checked, Diagnostic, DiagnosticId, Fix, Note, Severity } from "./diagnostics/diagnostic.js";
export { catalog } from "./diagnostics/catalog.js";
export { CompilerFault } from "./invariant.js";
export { passNames } from "./passes/pipeline.js";
export type { SemanticModel } from "./semantics/semantic-model.js";
export type { Origin, SourceFile, Span } from "./source/source.js";
