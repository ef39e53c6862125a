// Rows of the catalogue: syntax.

import { row } from "./row.js";

export const syntaxRows = {} as const;
