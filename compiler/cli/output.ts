// A standard stream of this process. What goes to a pipe or a file is written at once, without Node's own stream, which takes 4 ms to be made for a
// pipe. Where that does not work - a pipe is full or closed, a disk is full - the stream takes over, and says what is wrong.

import { fstatSync, writeSync } from "node:fs";

const descriptors = { stdout: 1, stderr: 2 } as const;

/** Standard output or standard error. */
export class Output {
  #stream: NodeJS.WriteStream | null = null;
  #isDirect: boolean;
  /** Was anything written to the stream? */
  #isUsed = false;

  /** `onError` is told what the stream has to say. */
  constructor(
    private readonly name: "stdout" | "stderr",
    private readonly onError: (error: Error) => void,
  ) {
    this.#isDirect = isPipeOrFile(descriptors[name]);
  }

  /** Makes Node's stream, through which all goes from now on. */
  open(): NodeJS.WriteStream {
    this.#isDirect = false;
    this.#stream ??= this.#made();
    return this.#stream;
  }

  #made(): NodeJS.WriteStream {
    const stream = process[this.name].on("error", this.onError);
    const { write } = stream;
    // Others write to it too.
    return Object.assign(stream, {
      write: (...what: Parameters<typeof write>): boolean => {
        this.#isUsed = true;
        return write.apply(stream, what);
      },
    });
  }

  get isTerminal(): boolean {
    return !this.#isDirect && this.open().isTTY === true;
  }

  write(text: string): void {
    let rest = Buffer.from(text);
    try {
      while (this.#isDirect && rest.length > 0) rest = rest.subarray(writeSync(descriptors[this.name], rest));
    } catch {
      this.#isDirect = false;
    }
    if (rest.length > 0) this.open().write(rest);
  }

  /** When all that was written has left the process, or nobody reads it any more. A stream that was given nothing is not asked: a full disk would be told of. */
  written(): Promise<void> {
    const stream = this.#stream;
    return stream === null || !this.#isUsed ? Promise.resolve() : new Promise((resolve) => void stream.write("", () => resolve()));
  }
}

function isPipeOrFile(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFIFO() || status.isFile();
  } catch {
    return false;
  }
}
