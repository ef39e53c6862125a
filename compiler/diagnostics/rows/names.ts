// Rows of the catalogue: names.

import { row } from "./row.js";

export const nameRows = {} as const;
