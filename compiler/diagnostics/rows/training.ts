// Rows of the catalogue: training.

import { row } from "./row.js";

export const trainingRows = {} as const;
