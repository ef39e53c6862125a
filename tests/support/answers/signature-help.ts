// The signature with the parameter at the cursor in marks, and what is said of it.

import { signatureHelp } from "../../../compiler/services/signature-help.js";
import type { Answer } from "./answers.js";

export const signatureHelpText: Answer = ({ snapshot, path, offset }) => {
  const help = signatureHelp(snapshot, { path, offset });
  if (help === null) return "nothing";
  const { label, parameters, active } = help;
  const parameter = active === null ? undefined : parameters[active];
  if (parameter === undefined) return label;
  const marked = `${label.slice(0, parameter.start)}«${label.slice(parameter.start, parameter.end)}»${label.slice(parameter.end)}`;
  return parameter.doc === null ? marked : `${marked}\n${parameter.doc}`;
};
