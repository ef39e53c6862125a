/** A project that has the package; it is there only when it is whole. */
export declare const folder: string;
