// Rows of the catalogue: options.

import { row } from "./row.js";

export const optionRows = {} as const;
