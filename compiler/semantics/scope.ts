// Names inside a body: a chain of scopes, one for each pair of braces.

import type { Value } from "./values.js";

export class Scope {
  readonly #names = new Map<string, Value>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null = null) {
    this.#outer = outer;
  }

  lookup(name: string): Value | undefined {
    return this.#names.get(name) ?? this.#outer?.lookup(name);
  }

  /** Binds a new name here, whatever lies outside. */
  define(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  /** Changes the nearest binding of that name; binds it here if there is none. */
  assign(name: string, value: Value): void {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#outer) {
      if (!scope.#names.has(name)) continue;
      scope.#names.set(name, value);
      return;
    }
    this.#names.set(name, value);
  }

  /** All names that can be seen from here, nearest first. */
  names(): readonly string[] {
    return [...this.#names.keys(), ...(this.#outer?.names() ?? [])];
  }
}
