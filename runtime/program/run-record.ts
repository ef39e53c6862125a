// `run.json`: what a run folder says of its run. It may have been damaged or written by anyone, so that all of it is checked when read.

import type { Fitted } from "../data/load.js";

/** What `run.json` holds. */
export interface RunRecord {
  readonly format: 1;
  readonly run: string;
  readonly model: string;
  /** The `.sop` file that declares the run. */
  readonly file: string;
  /** Hash of the program's identity, the data and the numeric version of the runtime. */
  readonly identity: string;
  /** The program's hash of what the folded model computes and how rows reach it. */
  readonly modelIdentity: string;
  /** Hash of the data files. */
  readonly data: string;
  readonly seed: number;
  readonly backend: string;
  readonly status: "running" | "interrupted" | "failed" | "finished";
  /** Steps taken when this was written, and steps of the whole run. */
  readonly step: number;
  readonly steps: number;
  /** The step whose weights the model has; null before the end. */
  readonly modelStep: number | null;
  /** `test.accuracy` and others, of the folded model; empty before the end. */
  readonly results: Readonly<Record<string, number | null>>;
  /** Identities of the trained models that it started from, by name; absent: there were none. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What the training split determined of the data. */
  readonly fitted: Fitted;
  /** Of a run that chose its rows: how, how many of how many, and an estimate of the mean loss of all of them by the model that chose; null: not finite. */
  readonly selection?: { readonly method: string; readonly rows: number; readonly of: number; readonly loss: number | null };
}

/** Is a parsed JSON value a whole record? */
export function isRunRecord(value: unknown): value is RunRecord {
  return (
    isObject(value) &&
    value["format"] === 1 &&
    ["run", "model", "file", "identity", "modelIdentity", "data", "backend"].every((key) => typeof value[key] === "string") &&
    ["running", "interrupted", "failed", "finished"].some((status) => value["status"] === status) &&
    isFinite(value["seed"]) &&
    isCount(value["step"]) &&
    isCount(value["steps"]) &&
    (value["modelStep"] === null || isCount(value["modelStep"])) &&
    isObject(value["results"]) &&
    Object.values(value["results"]).every((result) => result === null || isFinite(result)) &&
    (value["sources"] === undefined || (isObject(value["sources"]) && Object.values(value["sources"]).every((identity) => typeof identity === "string"))) &&
    isFitted(value["fitted"]) &&
    (value["selection"] === undefined || isSelection(value["selection"]))
  );
}

function isFitted(value: unknown): value is Fitted {
  if (!isObject(value) || !isObject(value["statistics"]) || !isObject(value["vocabularies"])) return false;
  const isVocabulary = (words: unknown): boolean => Array.isArray(words) && words.every((word) => typeof word === "string");
  if (value["tokenizer"] !== undefined && typeof value["tokenizer"] !== "string") return false;
  return Object.values(value["statistics"]).every(isStatistics) && Object.values(value["vocabularies"]).every(isVocabulary);
}

function isSelection(value: unknown): boolean {
  return isObject(value) && typeof value["method"] === "string" && isCount(value["rows"]) && isCount(value["of"]) && (value["loss"] === null || isFinite(value["loss"]));
}

function isStatistics(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { mean, std } = value;
  return Array.isArray(mean) && Array.isArray(std) && mean.length === std.length && mean.every(isFinite) && std.every((size) => isFinite(size) && size > 0);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isFinite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
