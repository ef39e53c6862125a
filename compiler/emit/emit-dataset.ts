// A dataset's declaration.

import type { DataField, DatasetModel, DataSource, DataTransform } from "../semantics/semantic-model.js";
import { number, numbers, object, text, texts } from "./literals.js";
import { call } from "./runtime-names.js";

/** `sop.dataset({ ... })`. */
export function emitDataset(dataset: DatasetModel): string {
  const { train, valid, test, order } = dataset.split;
  return call(
    "dataset",
    object([
      ["name", text(dataset.name)],
      ["source", emitSource(dataset.source)],
      ["fields", object(dataset.fields.map((field) => [field.name, emitField(field)]))],
      ["transforms", `[${dataset.transforms.map(emitTransform).join(", ")}]`],
      ["split", object([["train", number(train)], ["valid", number(valid)], ["test", number(test)], ["order", text(order)]])],
      ["take", dataset.take === null ? undefined : number(dataset.take)],
    ]),
  );
}

function emitSource(source: DataSource): string {
  switch (source.kind) {
    case "idx":
      return call("idx", object([["files", texts(source.files)], ["sha256", orNull(source.sha256, texts)]]));
    case "csv":
      return call(
        "csv",
        object([["file", text(source.file)], ["missing", orNull(source.missing, text)], ["separator", text(source.separator)], ["sha256", orNull(source.sha256, texts)]]),
      );
    case "npy":
      return call("npy", object([["files", texts(source.files)], ["sha256", orNull(source.sha256, texts)]]));
    case "npz":
      return call("npz", object([["file", text(source.file)], ["sha256", orNull(source.sha256, texts)]]));
    case "jsonl":
      return call("jsonl", object([["file", text(source.file)], ["tokenizer", source.tokenizer === null ? undefined : text(source.tokenizer)], ["sha256", orNull(source.sha256, texts)]]));
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

function orNull<T>(value: T | null, emit: (value: T) => string): string {
  return value === null ? "null" : emit(value);
}
