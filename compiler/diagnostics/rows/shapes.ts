// Rows of the catalogue: shapes.

import { row } from "./row.js";

export const shapeRows = {} as const;
