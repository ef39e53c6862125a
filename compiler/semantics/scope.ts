// Names inside a body: a chain of scopes, one for each pair of braces.

import type { Value } from "./values.js";

/** What names stand for: values, while a body is elaborated. */
export class Scope<T = Value> {
  readonly #names = new Map<string, T>();
  readonly #outer: Scope<T> | null;

  constructor(outer: Scope<T> | null = null) {
    this.#outer = outer;
  }

  lookup(name: string): T | undefined {
    return this.#names.get(name) ?? this.#outer?.lookup(name);
  }

  /** Binds a new name here, whatever lies outside. */
  define(name: string, value: T): void {
    this.#names.set(name, value);
  }

  /** Changes the nearest binding of that name; binds it here if there is none. */
  assign(name: string, value: T): void {
    for (let scope: Scope<T> | null = this; scope !== null; scope = scope.#outer) {
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
