// One op of the target beside its counterparts, as the relations between axes see it.

import type { Op } from "../../ir/module.js";
import type { Axis, AxisTable } from "./axes.js";
import type { FusionProblem, Place } from "./problems.js";

/** One op of the target under relation, with its counterparts. */
export interface Use {
  readonly table: AxisTable;
  readonly place: Place;
  /** Of the target, then of the sources. */
  readonly ops: readonly Op[];
  /** Axes of each operand. */
  readonly operands: readonly (readonly Axis[])[];
  /** Axes of the weight at the op's path; for `weight` only. */
  readonly weightAxes: readonly Axis[];
  readonly report: (id: FusionProblem["id"], parameters: FusionProblem["parameters"]) => void;
}

/** A new axis with the sizes of the result's at this place. */
export function fresh({ table, ops, place }: Use, axis: number): Axis {
  return table.add(
    ops.map((op) => op.type.shape[axis] ?? 1),
    place,
  );
}
