// Names of data files: a declaration names them relative to its own file, a program relative to the file that was opened.

import type { DatasetModel } from "./semantics/semantic-model.js";

/** The dataset with its files named relative to the folder of `main`. Absolute names stay. */
export function relativeTo(main: string, dataset: DatasetModel): DatasetModel {
  const named = (file: string): string => fileRelativeTo(main, dataset.origin.file, file);
  const { source } = dataset;
  switch (source.kind) {
    case "idx":
    case "npy":
      return { ...dataset, source: { ...source, files: source.files.map(named) } };
    case "npz":
    case "parquet":
      return { ...dataset, source: { ...source, file: named(source.file) } };
    case "csv":
    case "jsonl":
    case "text":
      return { ...dataset, source: { ...source, file: named(source.file), tokenizer: source.tokenizer === null ? null : named(source.tokenizer) } };
    case "images":
      return { ...dataset, source: { ...source, folder: named(source.folder) } };
    case "synthetic":
      return dataset;
  }
}

/** The files and folders of a dataset. */
export function filesOf({ source }: DatasetModel): readonly string[] {
  switch (source.kind) {
    case "idx":
    case "npy":
      return source.files;
    case "npz":
    case "parquet":
      return [source.file];
    case "images":
      return [source.folder];
    case "csv":
    case "jsonl":
    case "text":
      return [source.file, ...(source.tokenizer === null ? [] : [source.tokenizer])];
    case "synthetic":
      return [];
  }
}

/** A file that `from` names relative to itself, relative to the folder of `main`. Absolute names stay. */
export function fileRelativeTo(main: string, from: string, file: string): string {
  const folder = folderBetween(main, from);
  return folder === "" || /^([/\\]|[A-Za-z]:)/.test(file) ? file : `${folder}/${file}`;
}

/** From the folder of one file to that of another: `../data`; "" if they are the same. */
export function folderBetween(from: string, to: string): string {
  const [start, end] = [from, to].map((path) => path.split("/").slice(0, -1));
  if (start === undefined || end === undefined) return "";
  let common = 0;
  while (common < start.length && common < end.length && start[common] === end[common]) common++;
  return [...start.slice(common).map(() => ".."), ...end.slice(common)].join("/");
}
