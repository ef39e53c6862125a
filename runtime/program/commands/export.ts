// `export`: the folded model of a finished run in another place or format. What was written is read again and compared before it counts.

import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { readModel, writeModel } from "../../checkpoint/checkpoint.js";
import type { StoredTensor } from "../../checkpoint/safetensors.js";
import { grouped } from "../../logging/numbers.js";
import { UserError } from "../errors.js";
import { readFinished } from "../finished.js";
import { nearest } from "../nearest.js";
import { runOf, type Program } from "../program.js";
import type { Output } from "../output.js";

const planned = ["onnx", "tfjs", "ts"];

export function exportCommand(program: Program, name: string, format: string, file: string | null, output: Output): void {
  if (planned.includes(format)) throw new UserError(`Export to \`${format}\` is not part of this version.`, "Write `--to safetensors`.", 2);
  if (format !== "safetensors") {
    const close = nearest(format, ["safetensors", ...planned]);
    throw new UserError(`There is no format \`${format}\`.`, `Write \`--to ${close ?? "safetensors"}\`.`, 2);
  }
  const run = runOf(program, name);
  const { stored, record } = readFinished(program, run, output);
  const path = resolve(file ?? `${name}.safetensors`);
  writeModel(path, record.identity, stored, run.segments, "Name another file with `-o`.");
  const again = readModel(path);
  if (again === null || !isSame(stored, again.tensors)) {
    rmSync(path, { force: true });
    throw new UserError(`\`${path}\` does not hold what was written to it.`, "Look after the disk, or name another file.");
  }
  const weights = [...stored.values()].reduce((sum, { values }) => sum + values.length, 0);
  output.result(`${name}: ${grouped(weights)} weights in ${stored.size} tensors, read again and compared: ${file ?? `${name}.safetensors`}`);
}

/** Are all tensors equal, bit for bit? */
function isSame(left: ReadonlyMap<string, StoredTensor>, right: ReadonlyMap<string, StoredTensor>): boolean {
  const bytes = ({ values }: StoredTensor): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return left.size === right.size && [...left].every(([name, tensor]) => {
    const other = right.get(name);
    return other !== undefined && other.dtype === tensor.dtype && other.shape.join() === tensor.shape.join() && bytes(other).equals(bytes(tensor));
  });
}
