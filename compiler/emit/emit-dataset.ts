// A dataset's declaration.

import type { Augmentation, AugmentStep, DataField, DatasetModel, DataSource, DataTransform } from "../semantics/semantic-model.js";
import { number, numbers, object, text, texts } from "./literals.js";
import { call } from "./runtime-names.js";

/** `sop.dataset({ ... })`. */
export function emitDataset(dataset: DatasetModel): string {
  return call(
    "dataset",
    object([
      ["name", text(dataset.name)],
      ["source", emitSource(dataset.source)],
      ["fields", object(dataset.fields.map((field) => [field.name, emitField(field)]))],
      ["transforms", `[${dataset.transforms.map(emitTransform).join(", ")}]`],
      ["augment", dataset.augment.length === 0 ? undefined : `[${dataset.augment.map(emitAugmentation).join(", ")}]`],
      ["split", emitSplit(dataset.split)],
      ["take", dataset.take === null ? undefined : number(dataset.take)],
    ]),
  );
}

function emitSplit(split: DatasetModel["split"]): string {
  if ("folders" in split) {
    const { train, valid, test } = split.folders;
    return object([["folders", object([["train", text(train)], ["valid", orNull(valid, text)], ["test", orNull(test, text)]])]]);
  }
  return object([["train", number(split.train)], ["valid", number(split.valid)], ["test", number(split.test)], ["order", text(split.order)]]);
}

function emitSource(source: DataSource): string {
  switch (source.kind) {
    case "idx":
      return call("idx", object([["files", texts(source.files)], ["sha256", orNull(source.sha256, texts)]]));
    case "csv":
      return call(
        "csv",
        object([["file", text(source.file)], ["missing", orNull(source.missing, text)], ["separator", text(source.separator)], ["tokenizer", source.tokenizer === null ? undefined : text(source.tokenizer)], ["unit", source.unit === null ? undefined : text(source.unit)], ["sha256", orNull(source.sha256, texts)]]),
      );
    case "npy":
      return call("npy", object([["files", texts(source.files)], ["sha256", orNull(source.sha256, texts)]]));
    case "npz":
      return call("npz", object([["file", text(source.file)], ["sha256", orNull(source.sha256, texts)]]));
    case "jsonl":
      return call("jsonl", object([["file", text(source.file)], ["tokenizer", source.tokenizer === null ? undefined : text(source.tokenizer)], ["sha256", orNull(source.sha256, texts)]]));
    case "parquet":
      return call("parquet", object([["file", text(source.file)], ["dropsMissing", source.dropsMissing ? "true" : undefined], ["sha256", orNull(source.sha256, texts)]]));
    case "images":
      return call("images", object([["folder", text(source.folder)]]));
    case "text":
      return call("text", object([["file", text(source.file)], ["unit", text(source.unit)], ["tokenizer", source.tokenizer === null ? undefined : text(source.tokenizer)], ["sha256", orNull(source.sha256, texts)]]));
    case "synthetic":
      return call("synthetic", object([["generator", text(source.generator)], ["rows", number(source.rows)], ["seed", number(source.seed)]]));
  }
}

function emitField(field: DataField): string {
  return call(
    "field",
    object([
      ["dtype", text(field.dtype)],
      ["shape", numbers(field.shape)],
      ["ragged", field.ragged === true ? "true" : undefined],
      ["below", field.below === null ? undefined : number(field.below)],
      ["classes", field.classes === null ? undefined : texts(field.classes)],
      ["from", field.from === null ? undefined : emitOrigin(field.from)],
    ]),
  );
}

function emitOrigin(from: NonNullable<DataField["from"]>): string {
  const end = (value: string | number): string => (typeof value === "number" ? number(value) : text(value));
  switch (from.kind) {
    case "column":
      return object([["column", text(from.column)]]);
    case "columns":
      return object([["first", end(from.first)], ["last", end(from.last)]]);
    case "next":
      return object([["next", "true"]]);
    case "shift":
      return object([["shift", text(from.column)]]);
  }
}

function emitTransform(transform: DataTransform): string {
  switch (transform.kind) {
    case "scale":
      return call("scale", texts(transform.fields), number(transform.by));
    case "standardize":
      return call("standardize", texts(transform.fields));
  }
}

function emitAugmentation({ fields, steps }: Augmentation): string {
  return call("augment", texts(fields), `[${steps.map(emitStep).join(", ")}]`);
}

function emitStep(step: AugmentStep): string {
  const kind = ["kind", text(step.kind)] as const;
  switch (step.kind) {
    case "flip":
      return object([kind, ["along", text(step.along)]]);
    case "crop":
      return object([kind, ["size", numbers(step.size)], ["pad", number(step.pad)]]);
    case "cutout":
      return object([kind, ["size", number(step.size)]]);
    case "noise":
      return object([kind, ["deviation", number(step.deviation)]]);
  }
}

function orNull<T>(value: T | null, emit: (value: T) => string): string {
  return value === null ? "null" : emit(value);
}
