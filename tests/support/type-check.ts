// Checks generated programs as `tsc --strict` would, against the runtime's own types.

import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  skipLibCheck: true,
  types: ["node"],
  paths: { "sop/runtime": [`${root}runtime/index.ts`] },
};

/** The files of the runtime and its libraries, read and bound once a process, and where their imports were found. */
const known = new Map<string, ts.SourceFile | undefined>();
const resolved = ts.createModuleResolutionCache(root, (path) => path, options);

/** Messages of the type checker for each program; programs are texts by file name. One checker for all. */
export function typeCheck(programs: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries(programs).map(([name, text]) => [`${root}tests/${name}`, text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, language);
    if (!known.has(path)) known.set(path, getSourceFile(path, language, ...rest));
    return known.get(path);
  };
  host.getModuleResolutionCache = () => resolved;
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()]
    .flatMap((path) => {
      const file = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    })
    .map((diagnostic) => {
      const line = diagnostic.file === undefined ? 0 : diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
      return `${diagnostic.file?.fileName.slice(root.length) ?? ""}:${line} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")}`;
    });
}
