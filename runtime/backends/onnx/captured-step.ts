// A captured step, ready to run. State lies in two arrays that change places: a run reads the one and writes the other, `commit` makes that
// the state. So a step whose results are not wanted is simply not committed.

import type * as tf from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "./backend.js";
import type { HostArray, NativeTensor } from "./binding.js";
import { engineFailure } from "./failure.js";
import { allocate } from "./pool.js";
import type { Compiled } from "./sessions.js";
import type { Unrolled, Update } from "./unroll.js";
import type { Arena } from "./update.js";
import { sizeOf } from "./value.js";

/** A tensor whose numbers the next run reads or writes. */
interface Place extends NativeTensor {
  data: HostArray;
}

/** Numbers by name. */
export type Numbers = Readonly<Record<string, HostArray>>;

export class CapturedStep {
  private compiled: { readonly session: Compiled; readonly threads: number } | null = null;
  private readonly feeds: Place[];
  private readonly fetches: Place[];
  private readonly read: ReadonlyMap<string, readonly number[]>;
  private runs = 0;
  private isCommitted = true;
  /** Inputs of the last run. */
  private given: Numbers = {};

  constructor(
    private readonly backend: OnnxBackend,
    private readonly step: Unrolled,
    private readonly state: ReadonlyMap<string, tf.Tensor>,
    /** Memory of the step's updates. */
    private readonly arenas: readonly Arena[],
    shapes: ReadonlyMap<string, readonly number[]>,
    private readonly differs: (round: 0 | 1) => string | null,
  ) {
    const { graph, roles, constants } = step;
    const names = new Set([...roles, ...step.updates.flatMap(({ small }) => small)].flatMap((role) => (role.kind === "input" ? [role.name] : [])));
    this.read = new Map([...shapes].filter(([name]) => names.has(name)));
    this.feeds = graph.feeds.map(({ shape, dtype }, i) => {
      const role = roles[i];
      const data = role?.kind === "constant" ? constants[role.index] : undefined;
      return { type: dtype, dims: shape, data: data ?? allocate(dtype, 0), location: "cpu" };
    });
    this.fetches = graph.fetches.map(({ spec: { shape, dtype } }) => ({ type: dtype, dims: shape, data: allocate(dtype, sizeOf(shape)), location: "cpu" }));
    for (const [i, { targets, fetched }] of step.updates.entries()) {
      for (const [j, place] of fetched.entries()) {
        const fetch = this.fetches[place];
        const array = arenas[i]?.arrays[targets.length + j];
        if (fetch !== undefined && array !== undefined) fetch.data = array;
      }
    }
  }

  /** Steps in one run. */
  get steps(): number {
    return this.step.steps;
  }

  /** Shapes of the inputs that the step reads, by name. */
  get inputs(): ReadonlyMap<string, readonly number[]> {
    return this.read;
  }

  /**
   * Runs the step, or as many as are unrolled, each with its own inputs. Gives the outputs of each; they stay valid until the next run. Throws
   * if an input is missing or of another length, and with the op's name if the engine fails; the state is then as it was.
   */
  run(inputs: readonly Numbers[]): readonly Numbers[] {
    const { roles, outputs } = this.step;
    if (inputs.length !== this.step.steps) throw new Error(`a captured step of ${this.step.steps} got inputs for ${inputs.length}`);
    for (const each of inputs) {
      for (const [name, shape] of this.read) if (each[name]?.length !== sizeOf(shape)) throw new Error(`the input ${name} of a captured step has ${each[name]?.length ?? "no"} numbers, expected ${sizeOf(shape)}`);
    }
    this.moveIn();
    for (const [i, role] of roles.entries()) {
      const feed = this.feeds[i];
      if (feed === undefined || role.kind === "constant") continue;
      const whole = role.kind === "input" ? inputs[role.step ?? 0]?.[role.name] : this.stateNumbers(role.name);
      if (whole === undefined) throw new Error(`a captured step without ${role.name}`);
      feed.data = role.length === whole.length ? whole : this.backend.settled(whole).subarray(role.offset, role.offset + role.length);
    }
    const { session, feeds, fetches } = this.session();
    const given: Record<string, NativeTensor> = {};
    for (const [i, name] of feeds.entries()) given[name] = this.feeds[i] as Place;
    const places: Record<string, NativeTensor> = {};
    for (const [i, name] of fetches.entries()) places[name] = this.fetches[i] as Place;
    try {
      session.run(given, places);
    } catch (error) {
      throw engineFailure(error, this.step.graph);
    }
    this.isCommitted = false;
    this.given = inputs[0] ?? {};
    this.runs++;
    return outputs.map((names) => Object.fromEntries([...names].map(([name, place]) => [name, this.backend.settled(this.fetches[place]?.data ?? allocate("float32", 0))])));
  }

  /** Makes what the last run computed the state: the tensors that were captured have it from now on. */
  commit(): void {
    if (this.isCommitted) return;
    this.isCommitted = true;
    // What was recorded and reads the state reads it as it was.
    this.backend.recorder.flush();
    for (const [i, { small }] of this.step.updates.entries()) this.arenas[i]?.run(small.map((source) => this.smallInput(source)));
    for (const [name, place] of this.step.next) {
      const fetch = this.fetches[place];
      const tensor = this.state.get(name);
      if (fetch === undefined || tensor === undefined) continue;
      // Where the old numbers lay the next run writes, unless someone else has seen them.
      fetch.data = this.backend.recorder.replace(this.backend.value(tensor.dataId), fetch.data) ?? allocate(fetch.type, fetch.data.length);
    }
  }

  /**
   * Records the step once more, now and then (after 1, 8, 64, ... runs): why what was captured is not what it does any more, or null. Such a
   * step has given wrong results.
   */
  audit(): string | null {
    let due = 1;
    while (due < this.runs) due *= 8;
    return due === this.runs ? this.differs(1) : null;
  }

  dispose(): void {
    this.compiled?.session.session.dispose();
    this.compiled = null;
  }

  private stateNumbers(name: string): HostArray {
    const tensor = this.state.get(name);
    if (tensor === undefined || tensor.isDisposed) throw new Error(`the state ${name} of a captured step is gone`);
    const held = this.backend.held(this.backend.value(tensor.dataId));
    if (held === null) throw new Error(`the state ${name} of a captured step has no numbers`);
    return held;
  }

  /** The state moves into the updates' memory, at first and whenever someone else has replaced it. */
  private moveIn(): void {
    for (const [i, { targets }] of this.step.updates.entries()) {
      for (const [j, name] of targets.entries()) {
        const array = this.arenas[i]?.arrays[j];
        const tensor = this.state.get(name);
        if (array === undefined || tensor === undefined) continue;
        const value = this.backend.value(tensor.dataId);
        if (value.host === array) continue;
        array.set(this.backend.numbers(value) as Float32Array);
        this.backend.recorder.replace(value, array, true);
      }
    }
  }

  private smallInput(source: Update["small"][number]): HostArray {
    const whole = source.kind === "fetch" ? this.fetches[source.place]?.data : source.kind === "constant" ? this.step.constants[source.index] : source.kind === "input" ? this.given[source.name] : this.stateNumbers(source.name);
    if (whole === undefined) throw new Error("an update without one of its inputs");
    return source.kind === "input" || source.kind === "state" ? whole.subarray(source.offset, source.offset + source.length) : whole;
  }

  /** Compiled when first needed, and again after a change of threads. */
  private session(): Compiled {
    const { recorder } = this.backend;
    if (this.compiled !== null && this.compiled.threads === recorder.threads) return this.compiled.session;
    this.dispose();
    this.compiled = { session: recorder.compile(this.step.graph), threads: recorder.threads };
    return this.compiled.session;
  }
}
