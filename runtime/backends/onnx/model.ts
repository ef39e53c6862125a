// An ONNX model as plain data, and its bytes. Field numbers are those of onnx.proto (IR version 9).

import { ProtobufWriter } from "./protobuf.js";

/** Element types of ONNX that tensors here have; `int64` and `float64` only in constants and within a kernel. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type ElementType = keyof typeof elementTypes;

/** An attribute of a node. Numbers are integers unless wrapped as `{ float }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly graph: Branch };

/** A branch of an `If`: nodes that read names of the graph around it, and what they give. */
export interface Branch {
  readonly nodes: readonly ModelNode[];
  readonly outputs: readonly ModelValue[];
}

export interface ModelNode {
  /** What an error of the engine calls it. */
  readonly name: string;
  readonly op: string;
  /** Empty for ONNX's own ops. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ModelValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface ModelConstant extends ModelValue {
  readonly bytes: Uint8Array;
}

export interface Model {
  readonly nodes: readonly ModelNode[];
  readonly constants: readonly ModelConstant[];
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

const irVersion = 9;
/** Ops on images whose channels lie in blocks: see channel-blocks.ts. */
export const blockedDomain = "com.microsoft.nchwc";
const opsets = { "": 20, "com.microsoft": 1, [blockedDomain]: 1 } as const;

/** The model as the bytes of a ModelProto. */
export function encodeModel(model: Model): Uint8Array {
  const writer = new ProtobufWriter();
  writer.integer(1, irVersion);
  writer.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (to) => writeNode(to, node));
    graph.text(2, "g");
    for (const constant of model.constants) graph.message(5, (to) => writeConstant(to, constant));
    for (const input of model.inputs) graph.message(11, (to) => writeValue(to, input));
    for (const output of model.outputs) graph.message(12, (to) => writeValue(to, output));
  });
  for (const [domain, version] of Object.entries(opsets)) {
    writer.message(8, (opset) => {
      opset.text(1, domain);
      opset.integer(2, version);
    });
  }
  return writer.finish();
}

function writeNode(to: ProtobufWriter, node: ModelNode): void {
  for (const input of node.inputs) to.text(1, input);
  for (const output of node.outputs) to.text(2, output);
  to.text(3, node.name);
  to.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) to.message(5, (attribute) => writeAttribute(attribute, name, value));
  if (node.domain !== "") to.text(7, node.domain);
}

function writeAttribute(to: ProtobufWriter, name: string, value: Attribute): void {
  to.text(1, name);
  if (typeof value === "number") {
    to.integer(3, value);
    to.integer(20, 2);
  } else if (typeof value === "string") {
    to.text(4, value);
    to.integer(20, 3);
  } else if ("graph" in value) {
    to.message(6, (graph) => {
      for (const node of value.graph.nodes) graph.message(1, (inner) => writeNode(inner, node));
      graph.text(2, name);
      for (const output of value.graph.outputs) graph.message(12, (inner) => writeValue(inner, output));
    });
    to.integer(20, 5);
  } else if ("float" in value) {
    to.float(2, value.float);
    to.integer(20, 1);
  } else {
    for (const each of value) to.integer(8, each);
    to.integer(20, 7);
  }
}

function writeConstant(to: ProtobufWriter, { name, type, shape, bytes }: ModelConstant): void {
  for (const size of shape) to.integer(1, size);
  to.integer(2, elementTypes[type]);
  to.text(8, name);
  to.raw(9, bytes);
}

function writeValue(to: ProtobufWriter, { name, type, shape }: ModelValue): void {
  to.text(1, name);
  to.message(2, (holder) => {
    holder.message(1, (tensor) => {
      tensor.integer(1, elementTypes[type]);
      tensor.message(2, (dims) => {
        for (const size of shape) dims.message(1, (dim) => dim.integer(1, size));
      });
    });
  });
}
