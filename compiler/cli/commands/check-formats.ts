// The formats of `sop check`, apart from the command so that the command line can name them without loading it.

export const checkFormats = ["text", "json", "sarif", "github"] as const;
export type CheckFormat = (typeof checkFormats)[number];
