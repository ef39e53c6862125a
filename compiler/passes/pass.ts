// A pass is a value: a name for `--dump-after`, a sentence on what it does, and a pure function from module to module.

import type { Module } from "../ir/module.js";

export interface Pass {
  readonly name: string;
  readonly doc: string;
  readonly run: (module: Module) => Module;
}
