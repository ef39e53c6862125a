// The seam between the runtime and what executes tensors: a backend is a name, what it is for, and a way to load it.
// Nothing else in the runtime asks which one runs.

/** What is known of a backend after it was loaded. */
export interface LoadedBackend {
  /** The name under which TensorFlow.js has registered it. */
  readonly registered: string;
  /** The device it runs on, in words. */
  readonly device: string;
  /** Its memory, in words; null: it does not tell. */
  readonly memory: string | null;
  /** Does it work on its own while the processor goes on? */
  readonly isGpu: boolean;
}

/** What a program was asked for besides the backend; null: the backend chooses. */
export interface LoadOptions {
  /** One of the backend's devices: `cpu`, `webgpu`, `cuda`. */
  readonly device: string | null;
  /** Threads of the backend's native code, at least 1. A backend that has none of its own ignores them. */
  readonly threads: number | null;
  /** Is a GPU refused that is none but a driver in software on the processor? For `auto`. */
  readonly mustGain?: boolean;
}

export interface Backend {
  readonly name: string;
  /** One sentence: what it runs on and what it is for. */
  readonly doc: string;
  /** Devices among which `--device` chooses, the default first; empty: there is no choice. */
  readonly devices: readonly string[];
  /** Does `--device` also take a part of a device's own name? */
  readonly takesNames?: true;
  /** The version of the package that it needs, or null where that is not installed. Loads nothing. */
  readonly installed: () => string | null;
  /** Registers the backend with TensorFlow.js, or says in half a sentence why it cannot be used here. A device it does not have is refused. */
  readonly load: (options: LoadOptions) => Promise<LoadedBackend | Unavailable>;
  /** Tries one of the devices without taking it: why it cannot be used here, or null. Only where there is a choice. */
  readonly tryDevice?: (device: string) => Unavailable | null;
  /** Where kernels run, for a backend that leaves some to `cpu`. Needs no engine. */
  readonly kernels?: () => KernelCoverage;
}

/** The kernels of TensorFlow.js that run on a backend itself, and those that run on the backend `cpu` in its place. */
export interface KernelCoverage {
  readonly native: readonly string[];
  /** Why, in half a sentence, by kernel. */
  readonly fallback: Readonly<Record<string, string>>;
}

/** Why a backend cannot be used: "`x` is not installed". */
export interface Unavailable {
  readonly unavailable: string;
  /** What to do about it, one imperative sentence, or null. */
  readonly help: string | null;
  /** Does it fail although all that it needs is there? */
  readonly isFault?: boolean;
  /** Was it asked for what no backend of its kind has here: a device of another name? */
  readonly isUsage?: boolean;
}

/** Why a backend does not take a device; null: it does. */
export function refusedDevice({ devices, takesNames }: Pick<Backend, "devices" | "takesNames">, device: string | null): Unavailable | null {
  if (device === null || takesNames === true || devices.includes(device)) return null;
  if (devices.length === 0) return { unavailable: `it has no choice of devices, but \`--device ${device}\` is given`, help: "Leave out `--device`, or use `--backend onnx`." };
  return { unavailable: `there is no device \`${device}\` for it`, help: `Use ${devices.map((one) => `\`--device ${one}\``).join(" or ")}.` };
}
