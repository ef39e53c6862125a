// Operators between tensors whose sizes are symbols: the rule of broadcasting, and the message where two sizes can never be equal.

import type { Binary } from "../../ast/ast.js";
import { at } from "../context.js";
import { layers, type LayerKind } from "../layers/layers.js";
import type { TensorType } from "../types.js";
import type { Inspection, Place } from "./inspection.js";
import { saysDifferent } from "./mismatch.js";
import { printSymbolicType, type SymbolicType } from "./probe.js";
import { isLiteral, type Size } from "./size.js";
import { unknown, type SymbolicTensor, type SymbolicValue } from "./symbolic-value.js";

interface Operation {
  readonly node: Binary;
  readonly kind: LayerKind;
  readonly left: SymbolicValue;
  readonly right: SymbolicValue;
}

/** The operator on two tensors, or a tensor and a number, which has the dtype beside it. */
export function applyOperator(by: Inspection, place: Place, { node, kind, left, right }: Operation): SymbolicValue {
  const origin = at(place, node.span);
  const dtype = left.kind === "tensor" ? left.type.dtype : right.kind === "tensor" ? right.type.dtype : "f32";
  const number: SymbolicType = { dtype, shape: [] };
  const [a, b] = [left, right].map((side): SymbolicType => (side.kind === "tensor" ? side.type : number));
  if (a === undefined || b === undefined) return unknown;
  const tensors = [left, right].flatMap((side) => (side.kind === "tensor" ? [side] : []));
  const scalar = (type: SymbolicType): TensorType => ({ dtype: type.dtype, shape: [], batched: true, below: null });
  const ofDtypes = layers[kind].shape([scalar(a), scalar(b)], {});
  if (ofDtypes.kind === "mismatch") {
    const notes = tensors.map((tensor) => ({ origin: tensor.origin, message: `${printSymbolicType(tensor.type)} comes from here.` }));
    by.say("shape-mismatch", origin, { layer: node.operator, expected: ofDtypes.expected, found: tensors.map(({ type }) => printSymbolicType(type)).join(" and ") }, { notes, help: ofDtypes.fix });
    return unknown;
  }
  const shape = stretch(by, a.shape, b.shape);
  if (shape.kind === "different") {
    saysDifferent(by, place, { origin, layer: node.operator, expected: "equal sizes, or 1, from the right", tensors, sizes: shape.sizes });
    return unknown;
  }
  if (shape.isOpen) by.require(origin);
  const value: SymbolicTensor = { kind: "tensor", type: { dtype: ofDtypes.type.dtype, shape: shape.sizes }, origin, sized: null };
  return value;
}

type Stretched = { readonly kind: "fits"; readonly sizes: readonly Size[]; readonly isOpen: boolean } | { readonly kind: "different"; readonly sizes: readonly [Size, Size] };

// Aligned at the right. Only a literal 1 stretches; what is not known to be one or not is left to the calls.
function stretch(by: Inspection, a: readonly Size[], b: readonly Size[]): Stretched {
  const rank = Math.max(a.length, b.length);
  const sizes: Size[] = [];
  let isOpen = false;
  for (let i = 0; i < rank; i++) {
    const [x, y] = [a[a.length - rank + i], b[b.length - rank + i]];
    if (x === undefined || y === undefined || isLiteral(x, 1) || isLiteral(y, 1)) {
      const kept = x === undefined || (y !== undefined && isLiteral(x, 1)) ? y : x;
      if (kept !== undefined) sizes.push(kept);
      continue;
    }
    const compared = by.compare(x, y);
    if (compared === "different" && !by.mayStretch(x) && !by.mayStretch(y)) return { kind: "different", sizes: [x, y] };
    if (compared === "equal") sizes.push(x);
    else {
      isOpen = true;
      sizes.push(by.atoms.unknownSize());
    }
  }
  return { kind: "fits", sizes, isOpen };
}
