// A step that is recorded once and then only run: state goes in and comes out changed, inputs are given anew at each run, everything else
// is constant. It is recorded twice, with other inputs; a number that differs between the two and is no input shows itself that way. What
// looks at numbers while it runs, or leaves tensors behind, cannot be captured and says so.

import type * as tf from "@tensorflow/tfjs-core";
import { arenasOf } from "./arenas.js";
import type { OnnxBackend } from "./backend.js";
import type { HostArray } from "./binding.js";
import { CapturedStep } from "./captured-step.js";
import { graphOf, isSameGraph, type Bound } from "./graph.js";
import type { RecordedNode } from "./recorder.js";
import { unrolled, type Role, type Update } from "./unroll.js";
import { sizeOf, type Value } from "./value.js";

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What one recording of a step was. The capture disposes `next`, `inputs` and `outputs`. */
export interface Recording {
  /** Tensors that live on between steps. */
  readonly state: Tensors;
  /** What the step makes of them: a tensor of the same size for each, or the same tensor. */
  readonly next: Tensors;
  /** Tensors whose numbers are given at each run; here they have any of the right shape. */
  readonly inputs: Tensors;
  /** What the caller wants to see. */
  readonly outputs: Tensors;
}

export interface CaptureOptions {
  /** Steps in one run; more than 1 saves the cost of a run where a step is tiny. */
  readonly unroll?: number;
}

/** Why a step cannot be captured, in half a sentence about it. */
export interface Obstacle {
  readonly obstacle: string;
}

/** One recording: the graph, what its feeds and results are, and the constants, copied. */
interface Part extends Bound {
  readonly roles: readonly Role[];
  readonly constants: readonly HostArray[];
  readonly updates: readonly Update[];
  /** Fetches by name of the state they replace, and by name of the output. */
  readonly next: ReadonlyMap<string, number>;
  readonly outputs: ReadonlyMap<string, number>;
}

/**
 * Captures the step that `record` records. It is called twice, with 0 and 1, and should use other inputs then; nothing is computed. The state
 * stays what it is until the captured step is run and committed.
 */
export function capture(backend: OnnxBackend, record: (round: 0 | 1) => Recording, { unroll = 1 }: CaptureOptions = {}): CapturedStep | Obstacle {
  const first = recorded(backend, record, 0);
  if ("obstacle" in first) return first;
  const second = recorded(backend, record, 1);
  if ("obstacle" in second) return second;
  const difference = differenceOf(first.part, second.part);
  if (difference !== null) return { obstacle: difference };
  const { part, state, shapes } = first;
  const step = unrolled(part, unroll);
  if ("obstacle" in step) return step;
  const arenas = arenasOf(backend, step, state);
  if (arenas === null) return { obstacle: "its updates need more memory than they can have" };
  return new CapturedStep(backend, step, state, arenas, shapes, (round) => {
    const again = recorded(backend, record, round);
    return "obstacle" in again ? again.obstacle : differenceOf(part, again.part);
  });
}

interface Recorded {
  readonly part: Part;
  readonly state: ReadonlyMap<string, tf.Tensor>;
  /** Of the inputs. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

function recorded(backend: OnnxBackend, record: (round: 0 | 1) => Recording, round: 0 | 1): Recorded | Obstacle {
  const made: tf.Tensor[] = [];
  try {
    return backend.recorder.trace(
      () => {
        const recording = record(round);
        const kept = new Set(Object.values(recording.state));
        made.push(...[recording.next, recording.inputs, recording.outputs].flatMap((tensors) => Object.values(tensors)).filter((tensor) => !kept.has(tensor)));
        return recording;
      },
      ({ next, outputs }) => new Set([...Object.values(next), ...Object.values(outputs)].map(({ dataId }) => backend.value(dataId))),
      (recording, live) => {
        const updates = live.filter(({ definition }) => definition.update !== undefined);
        const rest = live.filter(({ definition }) => definition.update === undefined);
        const updated = new Set(updates.flatMap(({ outputs }) => outputs));
        if (live.some(({ inputs }) => inputs.some(({ value }) => updated.has(value)))) return { obstacle: "it reads what an update has made" };
        const results = new Set([...Object.values(recording.next), ...Object.values(recording.outputs)].map(({ dataId }) => backend.value(dataId)));
        const read = new Set(updates.flatMap(({ inputs }) => inputs.map(({ value }) => value)));
        return partOf(backend, recording, graphOf(rest, (value) => results.has(value) || read.has(value)), updates);
      },
    );
  } finally {
    for (const tensor of new Set(made)) if (!tensor.isDisposed) tensor.dispose();
  }
}

function partOf(backend: OnnxBackend, { state, next, inputs, outputs }: Recording, bound: Bound, recordedUpdates: readonly RecordedNode[]): Recorded | Obstacle {
  const roles: Role[] = [];
  const constants: HostArray[] = [];
  const known = [
    ...Object.entries(state).map(([name, { dataId }]) => ({ kind: "state" as const, name, value: backend.value(dataId) })),
    ...Object.entries(inputs).map(([name, { dataId }]) => ({ kind: "input" as const, name, value: backend.value(dataId) })),
  ];
  const roleOf = (value: Value): Role | Obstacle => {
    const { host, storage } = value;
    if (host === null) return { obstacle: "it reads a tensor that has no numbers" };
    // It may be a part of the tensor that was given.
    const source = known.find((one) => one.value === value) ?? known.find((one) => one.value.storage === storage && isWithin(host, one.value.host));
    if (source?.value.host == null) {
      if (storage !== null) backend.settled(storage.array);
      return { kind: "constant", index: constants.push(host.slice()) - 1 };
    }
    const offset = (host.byteOffset - source.value.host.byteOffset) / host.BYTES_PER_ELEMENT;
    return { kind: source.kind, name: source.name, offset, length: host.length };
  };
  for (const value of bound.fed) {
    const role = roleOf(value);
    if ("obstacle" in role) return role;
    roles.push(role);
  }
  const places = new Map<Value, number>(bound.fetched.map((value, i) => [value, i]));
  const [replaced, given] = [new Map<string, number>(), new Map<string, number>()];
  const updates: Update[] = [];
  const changed = new Set<string>();
  for (const { definition, inputs: read, outputs: made, params } of recordedUpdates) {
    const { bulk = 0 } = definition.update ?? {};
    const targets = made.map((value, i) => known.find((one) => one.kind === "state" && one.value === read[i]?.value && backend.value(next[one.name]?.dataId ?? {}) === value)?.name ?? null);
    const fetched = read.slice(made.length, made.length + bulk).map(({ value }) => places.get(value) ?? null);
    if (targets.includes(null)) return { obstacle: `${definition.kernel} changes what is not the state` };
    if (fetched.includes(null)) return { obstacle: `${definition.kernel} reads what the step does not compute` };
    const small: Update["small"][number][] = [];
    for (const { value } of read.slice(made.length + bulk)) {
      const place = places.get(value);
      const source = place === undefined ? roleOf(value) : { kind: "fetch" as const, place };
      if ("obstacle" in source) return source;
      small.push(source);
    }
    for (const name of targets) if (name !== null) changed.add(name);
    updates.push({ definition, params, targets: targets.flatMap((name) => name ?? []), fetched: fetched.flatMap((place) => place ?? []), small });
  }
  for (const [name, tensor] of Object.entries(next)) {
    const before = state[name];
    if (before === undefined || sizeOf(before.shape) !== sizeOf(tensor.shape)) return { obstacle: `it changes the size of its state ${name}` };
    if (changed.has(name) || backend.value(before.dataId) === backend.value(tensor.dataId)) continue;
    const place = places.get(backend.value(tensor.dataId));
    if (place === undefined) return { obstacle: `its next ${name} is not computed by it` };
    if ([...replaced.values()].includes(place)) return { obstacle: `its next ${name} is also that of another tensor` };
    replaced.set(name, place);
  }
  for (const [name, { dataId }] of Object.entries(outputs)) {
    const place = places.get(backend.value(dataId));
    if (place === undefined) return { obstacle: `its output ${name} is not computed by it` };
    given.set(name, place);
  }
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  return { part: { ...bound, roles, constants, next: replaced, outputs: given, updates }, state: new Map(Object.entries(state)), shapes };
}

function isWithin(part: HostArray, whole: HostArray | null): boolean {
  return whole !== null && part.byteOffset >= whole.byteOffset && part.byteOffset + part.byteLength <= whole.byteOffset + whole.byteLength;
}

/** What differs between two recordings that should be equal, or null. */
function differenceOf(a: Part, b: Part): string | null {
  if (!isSameGraph(a.graph, b.graph)) return "it does not do the same ops each time";
  for (const [i, role] of a.roles.entries()) {
    const other = b.roles[i];
    if (other === undefined || JSON.stringify(role) !== JSON.stringify(other)) return "it does not read the same tensors each time";
    if (role.kind === "constant" && !isSameBytes(a.constants[role.index], b.constants[role.index])) {
      const reader = a.graph.nodes.find(({ inputs }) => inputs.some(({ slot }) => slot === a.graph.feeds[i]?.slot));
      return `a number that ${reader?.definition.kernel ?? "it"} reads differs from time to time and is no input`;
    }
  }
  for (const [i, constant] of a.constants.entries()) if (!isSameBytes(constant, b.constants[i])) return "a number that an update reads differs from time to time and is no input";
  const describe = ({ updates }: Part): string => JSON.stringify(updates.map(({ definition, ...rest }) => [definition.kernel, rest]));
  if (describe(a) !== describe(b)) return "it does not make the same updates each time";
  const isSame = (one: ReadonlyMap<string, number>, two: ReadonlyMap<string, number>): boolean => JSON.stringify([...one]) === JSON.stringify([...two]);
  return isSame(a.next, b.next) && isSame(a.outputs, b.outputs) ? null : "it does not give the same results each time";
}

function isSameBytes(a: HostArray | undefined, b: HostArray | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
