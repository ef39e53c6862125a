// Bind groups that are kept: a step hands the same numbers and, in turn, the same buffers to the same programs, and making a group takes longer
// than all else that a small op costs (15 to 50 microseconds).

/** A GPUBuffer, a GPUBindGroup and so on, by which they are only told apart. */
export type Handle = object;

export interface Pipeline {
  getBindGroupLayout(index: number): Handle;
}

export interface Device {
  readonly limits: { readonly maxComputeWorkgroupsPerDimension: number };
  readonly queue: { writeBuffer(buffer: Handle, offset: number, data: ArrayBufferView): void };
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): Handle;
  createShaderModule(descriptor: { readonly code: string; readonly label: string }): Handle;
  createComputePipeline(descriptor: object): Pipeline;
  createBindGroup(descriptor: object): Handle;
}

/** Of a pipeline: what was made for each of its uniforms' values. */
interface Kept {
  readonly layout: Handle;
  readonly byUniforms: Map<string, { readonly buffer: Handle; readonly groups: Map<string, Handle> }>;
  /** For uniforms in buffers that come and go. */
  readonly passing: Map<string, Handle>;
}

/** Values of uniforms of a pipeline, and groups for the same values, that are kept at most; beyond it all are made anew. */
const most = 1024;

const kept = new WeakMap<Pipeline, Kept>();
const numbers = new WeakMap<Handle, number>();
let count = 0;

/** The group of buffers with uniforms that `key` stands for; `make` gives their bytes. */
export function boundWith(device: Device, pipeline: Pipeline, buffers: readonly Handle[], key: string, make: () => ArrayBufferView): Handle {
  const { layout, byUniforms } = keptOf(pipeline);
  let found = byUniforms.get(key);
  if (found === undefined) {
    const data = make();
    const buffer = device.createBuffer({ size: data.byteLength, usage: uniform | copyTarget });
    device.queue.writeBuffer(buffer, 0, data);
    found = { buffer, groups: new Map() };
    put(byUniforms, key, found);
  }
  return groupOf(device, layout, found.groups, [...buffers, found.buffer]);
}

/** The group of buffers, the uniforms' own the last. */
export function bound(device: Device, pipeline: Pipeline, buffers: readonly Handle[]): Handle {
  const { layout, passing } = keptOf(pipeline);
  return groupOf(device, layout, passing, buffers);
}

const uniform = 0x40;
const copyTarget = 0x08;

function keptOf(pipeline: Pipeline): Kept {
  let found = kept.get(pipeline);
  if (found === undefined) {
    found = { layout: pipeline.getBindGroupLayout(0), byUniforms: new Map(), passing: new Map() };
    kept.set(pipeline, found);
  }
  return found;
}

function groupOf(device: Device, layout: Handle, groups: Map<string, Handle>, buffers: readonly Handle[]): Handle {
  const key = buffers.map(numberOf).join();
  let group = groups.get(key);
  if (group === undefined) {
    group = device.createBindGroup({ layout, entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) });
    put(groups, key, group);
  }
  return group;
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= most) map.clear();
  map.set(key, value);
}

/** A buffer's number; older ones have lower numbers. */
export function numberOf(buffer: Handle): number {
  let number = numbers.get(buffer);
  if (number === undefined) {
    number = count++;
    numbers.set(buffer, number);
  }
  return number;
}
