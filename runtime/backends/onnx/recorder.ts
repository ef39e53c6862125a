// The ops that were asked for and have not run: recorded in order, then flushed as one ONNX model. Results that no one holds any more
// are not computed unless another needs them.

import type { HostArray, NativeEngine, NativeTensor } from "./binding.js";
import { compile } from "./compile.js";
import type { KernelDefinition, OutputSpec } from "./definition.js";
import { engineFailure } from "./failure.js";
import { graphOf, keyOf, type Graph } from "./graph.js";
import { ArrayPool, type DataType } from "./pool.js";
import { SessionCache, type Compiled } from "./sessions.js";
import { sizeOf, Value, type Ref, type Storage } from "./value.js";

export interface RecordedNode {
  readonly definition: KernelDefinition;
  readonly inputs: readonly Ref[];
  readonly params: readonly number[];
  readonly specs: readonly OutputSpec[];
  readonly outputs: readonly Value[];
  readonly label: string | null;
}

/** Recording that is to become a captured graph, and why it cannot. */
interface Tracing {
  obstacle: string | null;
}

export interface Counts {
  readonly pending: number;
  readonly flushes: number;
  readonly sessions: number;
  readonly built: number;
  readonly pooledBytes: number;
}

export interface Limits {
  /** Recorded ops, and bytes of their results, at which a flush comes by itself. */
  readonly nodes: number;
  readonly bytes: number;
  readonly sessions: number;
  readonly pooledBytes: number;
}

export const defaultLimits: Limits = { nodes: 20_000, bytes: 8 * 2 ** 30, sessions: 96, pooledBytes: 2 ** 30 };

export class Recorder {
  private pending: RecordedNode[] = [];
  private pendingBytes = 0;
  private flushes = 0;
  private readonly pool: ArrayPool;
  private readonly sessions: SessionCache;
  private tracing: Tracing | null = null;
  /** What the program is doing, noted with each op for errors. */
  label: () => string | null = () => null;

  constructor(
    private readonly engine: NativeEngine,
    private threadCount: number,
    private readonly limits: Limits,
  ) {
    this.pool = new ArrayPool(limits.pooledBytes);
    this.sessions = new SessionCache(limits.sessions);
  }

  get threads(): number {
    return this.threadCount;
  }

  /** Is what is recorded going to be captured? */
  get isTracing(): boolean {
    return this.tracing !== null;
  }

  get counts(): Counts {
    return { pending: this.pending.length, flushes: this.flushes, sessions: this.sessions.size, built: this.sessions.built, pooledBytes: this.pool.bytes };
  }

  /** Notes an op; its outputs are values to come. */
  record(definition: KernelDefinition, inputs: readonly Ref[], specs: readonly OutputSpec[], params: readonly number[]): readonly Value[] {
    const outputs = specs.map(({ shape, dtype }) => new Value(dtype, sizeOf(shape)));
    const node: RecordedNode = { definition, inputs, params, specs, outputs, label: this.label() };
    for (const { value } of inputs) value.readers++;
    for (const output of outputs) {
      output.node = node;
      this.pendingBytes += 4 * output.size;
    }
    this.pending.push(node);
    return outputs;
  }

  /** Is so much recorded that it should run now? */
  get isFull(): boolean {
    return this.pending.length >= this.limits.nodes || this.pendingBytes >= this.limits.bytes;
  }

  /** A place for numbers, from the pool. */
  allocate(value: Value): HostArray {
    const array = this.pool.take(value.dtype as DataType, value.size);
    value.hold({ array, owners: 0, exposed: false }, array);
    return array;
  }

  /** A value no one holds: its numbers go, unless a recorded op reads them. */
  release(value: Value): void {
    if (value.references > 0 || value.readers > 0) return;
    const { storage } = value;
    value.storage = null;
    value.host = null;
    value.other = null;
    if (storage !== null) this.leave(storage, value.dtype);
  }

  /** Gives a value other numbers; the array of the old ones, if no one else can see it. */
  replace(value: Value, array: HostArray, isLive = false): HostArray | null {
    const { storage } = value;
    // What lies in an update's memory never goes to the pool.
    value.hold({ array, owners: 0, exposed: isLive, isLive }, array);
    if (storage === null) return null;
    storage.owners--;
    if (storage.owners === 0) this.engine.forget(storage.array);
    return storage.owners === 0 && !storage.exposed && storage.array.length === array.length ? storage.array : null;
  }

  private leave(storage: Storage, dtype: string): void {
    storage.owners--;
    if (storage.owners === 0) this.engine.forget(storage.array);
    if (storage.owners === 0 && !storage.exposed) this.pool.give(dtype as DataType, storage.array);
  }

  /** Runs everything recorded. Throws with the op's name if the engine fails; values that were to come then stay failed. */
  flush(): void {
    if (this.pending.length === 0) return;
    if (this.tracing !== null) this.tracing.obstacle ??= "it needs a result before it has ended";
    const nodes = this.takePending();
    this.flushes++;
    const live = liveNodes(nodes, ({ references }) => references > 0);
    try {
      if (live.length > 0) this.run(live);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const node of nodes) for (const output of node.outputs) if (output.host === null) output.failure = failure;
      throw failure;
    } finally {
      this.settle(nodes);
    }
  }

  /**
   * Records what `run` asks for without computing it, and hands it to `take`, which sees the ops that the results it wants need; then
   * forgets it: whatever was recorded never gets numbers. Gives `take`'s result, or why what `run` did cannot stand alone.
   */
  trace<T, R>(run: () => T, results: (ran: T) => ReadonlySet<Value>, take: (ran: T, live: readonly RecordedNode[]) => R): R | { readonly obstacle: string } {
    this.flush();
    const tracing: Tracing = { obstacle: null };
    this.tracing = tracing;
    try {
      const ran = run();
      if (tracing.obstacle !== null) return { obstacle: tracing.obstacle };
      const wanted = results(ran);
      const kept = this.pending.find(({ outputs }) => outputs.some((value) => value.references > 0 && !wanted.has(value)));
      if (kept !== undefined) return { obstacle: `it keeps a result of ${kept.definition.kernel} that it does not give back` };
      return take(ran, liveNodes(this.pending, (value) => wanted.has(value)));
    } finally {
      this.tracing = null;
      this.settle(this.takePending());
    }
  }

  /** Notes that a recording that is to be captured looked at numbers, which a replay would not. */
  noteRead(): void {
    if (this.tracing !== null) this.tracing.obstacle ??= "it looks at numbers while it runs";
  }

  private takePending(): RecordedNode[] {
    const nodes = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    return nodes;
  }

  /** Nodes that have run, or never will: what only they read goes. */
  private settle(nodes: readonly RecordedNode[]): void {
    for (const node of nodes) {
      for (const output of node.outputs) {
        if (output.node !== null) output.failure ??= new Error("a tensor that was recorded and never computed");
        output.node = null;
        output.small = null;
        output.isWanted = false;
      }
      for (const { value } of node.inputs) value.readers--;
    }
    for (const node of nodes) for (const { value } of node.inputs) this.release(value);
  }

  /** Runs with so many threads from now on; up to `mostThreads` results stay the same, bit by bit. */
  setThreads(threads: number): void {
    this.flush();
    this.sessions.clear();
    this.threadCount = threads;
  }

  clear(): void {
    this.takePending();
    this.sessions.clear();
    this.pool.clear();
  }

  private run(live: readonly RecordedNode[]): void {
    const { graph, fed, fetched } = graphOf(live, ({ references }) => references > 0);
    const compiled = this.sessions.get(keyOf(graph), () => this.compile(graph));
    const given: Record<string, NativeTensor> = {};
    for (const [i, { shape, dtype }] of graph.feeds.entries()) {
      const value = fed[i];
      if (value?.host == null) throw value?.failure ?? new Error("a tensor without numbers");
      given[compiled.feeds[i] ?? ""] = { type: dtype, dims: shape, data: value.host, location: "cpu" };
    }
    const places: Record<string, NativeTensor> = {};
    const arrays = graph.fetches.map(({ spec }, i) => {
      const data = this.pool.take(spec.dtype, sizeOf(spec.shape));
      places[compiled.fetches[i] ?? ""] = { type: spec.dtype, dims: spec.shape, data, location: "cpu" };
      return data;
    });
    try {
      compiled.session.run(given, places);
    } catch (error) {
      throw engineFailure(error, graph);
    }
    for (const [i, value] of fetched.entries()) {
      const array = arrays[i];
      if (array !== undefined) value.hold({ array, owners: 0, exposed: false }, array);
    }
  }

  /** A session for a graph, outside the cache: the caller disposes it. */
  compile(graph: Graph): Compiled {
    try {
      this.sessions.built++;
      return compile(this.engine, this.threadCount, graph);
    } catch (error) {
      throw engineFailure(error, graph);
    }
  }
}

/** Those whose results are wanted, and those they need, in order. */
function liveNodes(nodes: readonly RecordedNode[], isResult: (value: Value) => boolean): readonly RecordedNode[] {
  const live: RecordedNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node === undefined || !node.outputs.some((value) => value.isWanted || isResult(value))) continue;
    for (const { value } of node.inputs) value.isWanted = true;
    live.push(node);
  }
  for (const node of live) for (const { value } of node.inputs) if (value.node === null) value.isWanted = false;
  return live.reverse();
}
