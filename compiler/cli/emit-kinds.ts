// What `sop build --emit` takes, apart from the builder so that the command line can name it without loading that.

export const emitKinds = ["ts", "ir", "provenance", "bundle"] as const;
export type EmitKind = (typeof emitKinds)[number];
