// The ops that were asked for and have not run: recorded in order, then flushed as one ONNX model. Results that no one holds any more
// are not computed unless another needs them.

import type { HostArray, NativeEngine, NativeTensor } from "./binding.js";
import type { KernelDefinition, OutputSpec } from "./definition.js";
import { Emitter, Operand, type Forms } from "./emitter.js";
import { encodeModel, type ModelValue } from "./model.js";
import { ArrayPool, type DataType } from "./pool.js";
import { SessionCache, type Compiled } from "./sessions.js";
import { isSameShape, sizeOf, Value, type Ref, type Storage } from "./value.js";

export interface RecordedNode {
  readonly definition: KernelDefinition;
  readonly inputs: readonly Ref[];
  readonly params: readonly number[];
  readonly specs: readonly OutputSpec[];
  readonly outputs: readonly Value[];
}

/** A tensor that a run reads. */
interface Feed extends Ref {
  readonly slot: number;
  readonly host: HostArray;
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
  private readonly ids = new Map<KernelDefinition, number>();

  constructor(
    private readonly engine: NativeEngine,
    private threads: number,
    private readonly limits: Limits,
  ) {
    this.pool = new ArrayPool(limits.pooledBytes);
    this.sessions = new SessionCache(limits.sessions);
  }

  get counts(): Counts {
    return { pending: this.pending.length, flushes: this.flushes, sessions: this.sessions.size, built: this.sessions.built, pooledBytes: this.pool.bytes };
  }

  /** Notes an op; its outputs are values to come. */
  record(definition: KernelDefinition, inputs: readonly Ref[], specs: readonly OutputSpec[], params: readonly number[]): readonly Value[] {
    const outputs = specs.map(({ shape, dtype }) => new Value(dtype, sizeOf(shape)));
    const node: RecordedNode = { definition, inputs, params, specs, outputs };
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

  private leave(storage: Storage, dtype: string): void {
    storage.owners--;
    if (storage.owners === 0 && !storage.exposed) this.pool.give(dtype as DataType, storage.array);
  }

  /** Runs everything recorded. Throws with the op's name if the engine fails; values that were to come then stay failed. */
  flush(): void {
    if (this.pending.length === 0) return;
    const nodes = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    this.flushes++;
    const live = liveNodes(nodes);
    try {
      if (live.length > 0) this.run(live);
    } catch (error) {
      const failure = new Error(`ONNX Runtime failed in a run of ${live.length} ops (${opNames(live)}): ${error instanceof Error ? error.message : String(error)}`);
      for (const node of nodes) for (const output of node.outputs) if (output.host === null) output.failure = failure;
      throw failure;
    } finally {
      for (const node of nodes) {
        for (const output of node.outputs) {
          output.node = null;
          output.small = null;
          output.isWanted = false;
          output.slot = -1;
        }
        for (const { value } of node.inputs) {
          value.readers--;
          value.slot = -1;
        }
      }
      for (const node of nodes) for (const { value } of node.inputs) this.release(value);
    }
  }

  /** Runs with so many threads from now on. The engine splits products of few rows otherwise then, which changes last bits. */
  setThreads(threads: number): void {
    this.flush();
    this.sessions.clear();
    this.threads = threads;
  }

  clear(): void {
    this.pending = [];
    this.sessions.clear();
    this.pool.clear();
  }

  private run(live: readonly RecordedNode[]): void {
    const feeds: Feed[] = [];
    const fetched: { readonly value: Value; readonly spec: OutputSpec }[] = [];
    const key: number[] = [live.length];
    let slots = 0;
    for (const { definition, inputs, params, specs, outputs } of live) {
      key.push(this.idOf(definition), params.length, ...params, inputs.length);
      for (const { value, shape } of inputs) {
        if (value.node === null) {
          let slot = feedSlot(feeds, value, shape);
          if (slot === null) {
            if (value.host === null) throw value.failure ?? new Error("a tensor without numbers");
            slot = slots++;
            feeds.push({ value, shape, slot, host: value.host });
            value.slot = slot;
          }
          key.push(slot, value.dtype === "float32" ? 0 : value.dtype === "int32" ? 1 : 2);
        } else {
          key.push(value.slot, -1);
        }
        key.push(shape.length, ...shape);
      }
      key.push(outputs.length);
      for (const [i, value] of outputs.entries()) {
        const spec = specs[i];
        if (spec === undefined) throw new Error("an output without a shape");
        value.slot = slots++;
        const isFetched = value.references > 0;
        if (isFetched) fetched.push({ value, spec });
        key.push(isFetched ? 1 : 0, spec.dtype === "float32" ? 0 : spec.dtype === "int32" ? 1 : 2, spec.shape.length, ...spec.shape);
      }
    }
    const compiled = this.sessions.get(key, () => this.compile(live, feeds, fetched));
    const given: Record<string, NativeTensor> = {};
    for (const [i, { value, shape, host }] of feeds.entries()) given[compiled.feeds[i] ?? ""] = { type: value.dtype as DataType, dims: shape, data: host, location: "cpu" };
    const places: Record<string, NativeTensor> = {};
    const arrays = fetched.map(({ value }) => this.pool.take(value.dtype as DataType, value.size));
    for (const [i, { value, spec }] of fetched.entries()) {
      const data = arrays[i];
      if (data !== undefined) places[compiled.fetches[i] ?? ""] = { type: value.dtype as DataType, dims: spec.shape, data, location: "cpu" };
    }
    compiled.session.run(given, places);
    for (const [i, { value }] of fetched.entries()) {
      const array = arrays[i];
      if (array !== undefined) value.hold({ array, owners: 0, exposed: false }, array);
    }
  }

  private compile(live: readonly RecordedNode[], feeds: readonly Feed[], fetched: readonly { readonly value: Value; readonly spec: OutputSpec }[]): Compiled {
    const to = new Emitter();
    const forms = new Map<number, { readonly forms: Forms; readonly shape: readonly number[] }>();
    const inputs: ModelValue[] = [];
    for (const { value, shape, slot } of feeds) {
      const name = `i${slot}`;
      forms.set(slot, { forms: { plain: name, channelsFirst: null }, shape });
      inputs.push({ name, type: value.dtype as DataType, shape });
    }
    for (const [place, node] of live.entries()) {
      to.label = `${node.definition.kernel}_${place}`;
      const operands = node.inputs.map(({ value, shape }) => {
        const slot = value.node === null ? (feedSlot(feeds, value, shape) ?? -1) : value.slot;
        const found = forms.get(slot);
        if (found === undefined) throw new Error("an operand that no op made");
        const operand = new Operand(to, found.forms, found.shape, value.dtype as DataType);
        return isSameShape(shape, found.shape) ? operand : new Operand(to, { plain: to.reshape(operand.name, shape), channelsFirst: null }, shape, value.dtype as DataType);
      });
      const given = node.definition.emit(to, operands, node.params, node.specs);
      const results = Array.isArray(given) ? given : [given];
      for (const [i, value] of node.outputs.entries()) {
        const result: unknown = results[i];
        const shape = node.specs[i]?.shape ?? [];
        const form = typeof result === "string" ? { plain: result, channelsFirst: null } : { plain: null, channelsFirst: (result as { channelsFirst: string }).channelsFirst };
        forms.set(value.slot, { forms: form, shape });
      }
    }
    to.label = "result";
    const taken = new Set(inputs.map(({ name }) => name));
    const outputs = fetched.map(({ value, spec }): ModelValue => {
      const found = forms.get(value.slot);
      if (found === undefined) throw new Error("a result that no op made");
      const plain = new Operand(to, found.forms, found.shape, spec.dtype).name;
      // An output may not be an input or another output, nor a constant.
      const name = taken.has(plain) || plain.startsWith("c") ? to.op("Identity", [plain]) : plain;
      taken.add(name);
      return { name, type: spec.dtype, shape: spec.shape };
    });
    const session = this.engine.open(encodeModel(to.model(inputs, outputs)), this.threads);
    return { session, feeds: inputs.map(({ name }) => name), fetches: outputs.map(({ name }) => name) };
  }

  private idOf(definition: KernelDefinition): number {
    const known = this.ids.get(definition);
    if (known !== undefined) return known;
    this.ids.set(definition, this.ids.size);
    return this.ids.size - 1;
  }
}

/** Those whose results someone holds, and those they need, in order. */
function liveNodes(nodes: readonly RecordedNode[]): readonly RecordedNode[] {
  const live: RecordedNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node === undefined || !node.outputs.some(({ references, isWanted }) => references > 0 || isWanted)) continue;
    for (const { value } of node.inputs) value.isWanted = true;
    live.push(node);
  }
  for (const node of live) for (const { value } of node.inputs) if (value.node === null) value.isWanted = false;
  return live.reverse();
}

/** A value that is read in several shapes is fed once for each. */
function feedSlot(feeds: readonly Feed[], value: Value, shape: readonly number[]): number | null {
  if (value.slot === -1) return null;
  return feeds.find((feed) => feed.value === value && isSameShape(feed.shape, shape))?.slot ?? null;
}

function opNames(nodes: readonly RecordedNode[]): string {
  const names = [...new Set(nodes.map(({ definition }) => definition.kernel))];
  return names.length > 8 ? `${names.slice(0, 8).join(", ")}, ...` : names.join(", ");
}
