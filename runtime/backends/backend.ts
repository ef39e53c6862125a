// The seam between the runtime and what executes tensors: a backend is a name, what it is for, and a way to load it.
// Nothing else in the runtime asks which one runs.

/** What is known of a backend after it was loaded. */
export interface LoadedBackend {
  /** The name under which TensorFlow.js has registered it. */
  readonly registered: string;
  /** The device it runs on, in words. */
  readonly device: string;
}

export interface Backend {
  readonly name: string;
  /** One sentence: what it runs on and what it is for. */
  readonly doc: string;
  /** Registers the backend with TensorFlow.js, or says in half a sentence why it cannot be used here. */
  readonly load: () => Promise<LoadedBackend | Unavailable>;
}

/** Why a backend cannot be used: "`x` is not installed". */
export interface Unavailable {
  readonly unavailable: string;
  /** What to do about it, one imperative sentence, or null. */
  readonly help: string | null;
}
