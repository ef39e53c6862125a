// Steps, and parts of steps, as they were captured, by a key that says what they are: each is tried once.

import { CapturedStep, type Capture, type Numbers, type Recording } from "../backends/capture.js";
import { gatherNumbers } from "../data/batches.js";
import type { Column } from "../data/load.js";
import type { Make } from "./step-numbers.js";

/** What is recorded, and where the numbers of its inputs come from. Inputs are `data <field>` and `numbers <name>`. */
export interface Recorded {
  readonly recording: Recording;
  readonly numbers: ReadonlyMap<string, Make>;
}

/** A step or a part of one as it was captured. */
export interface Replay {
  readonly captured: CapturedStep;
  readonly makers: ReadonlyMap<string, Make>;
}

/** What a run is of. */
export interface Moment {
  readonly step: number;
  readonly part: number;
  readonly rows: Int32Array;
}

export class Replays {
  /** null: it cannot be captured. */
  private readonly known = new Map<string, Replay | null>();
  /** Why what was tried last is not captured. */
  obstacle: string | null = null;

  constructor(private readonly columns: Readonly<Record<string, Column>>) {}

  /** What `key` stands for, captured when it is first asked for; null: that cannot be. `record` is called twice. */
  get(capture: Capture, key: string, steps: number, record: (round: 0 | 1, mayUpdate: boolean) => Recorded): Replay | null {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    // Updates end a step: several in one run cannot have them. Where they are too large for their memory the engine's ops do the same.
    const found = (steps === 1 ? this.captured(capture, steps, (round) => record(round, true)) : null) ?? this.captured(capture, steps, (round) => record(round, false));
    this.known.set(key, found);
    return found;
  }

  private captured(capture: Capture, steps: number, record: (round: 0 | 1) => Recorded): Replay | null {
    let makers: Replay["makers"] = new Map();
    const captured = capture((round) => {
      const { recording, numbers } = record(round);
      makers = numbers;
      return recording;
    }, steps);
    this.obstacle = captured instanceof CapturedStep ? null : captured.obstacle;
    return captured instanceof CapturedStep ? { captured, makers } : null;
  }

  /** Runs what was captured, once for each moment; the caller commits. */
  run({ captured, makers }: Replay, moments: readonly Moment[]): readonly Numbers[] {
    return captured.run(moments.map(({ step, part, rows }) => {
      const numbers: Record<string, Numbers[string]> = {};
      for (const name of captured.inputs.keys()) {
        const column = this.columns[name.slice("data ".length)];
        const make = makers.get(name.slice("numbers ".length));
        if (name.startsWith("data ") && column !== undefined) numbers[name] = gatherNumbers(column, rows);
        else if (make !== undefined) numbers[name] = make(step, part);
      }
      return numbers;
    }));
  }

  /** The tensors of the state are other ones now: what was captured on them is over. What cannot be captured stays known. */
  drop(): void {
    for (const [key, replay] of this.known) {
      if (replay === null) continue;
      replay.captured.dispose();
      this.known.delete(key);
    }
  }

  /** The state is another one now: what was captured does not hold any more. */
  forget(): void {
    this.drop();
    this.known.clear();
  }
}
