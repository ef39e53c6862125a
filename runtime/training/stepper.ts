// Takes the steps of a run on its data, in order: by replaying a captured one where the backend can, else one by one. Both give the same
// numbers, bit by bit.

import * as tf from "@tensorflow/tfjs-core";
import { stepsAhead } from "../backends/ahead.js";
import { captureOfBackend, type Capture, type Numbers } from "../backends/capture.js";
import { TrainingBatches, type DataOrder } from "../data/batches.js";
import type { Column } from "../data/load.js";
import { lossOf, type Run } from "../program/run.js";
import { prefixed, scalar } from "./evaluate.js";
import { explaining } from "./op-errors.js";
import { PartedStepper } from "./parted-stepper.js";
import { Replays, type Recorded } from "./replays.js";
import { StepInputs } from "./step-numbers.js";
import { takeStep } from "./step.js";
import type { Descent, Training } from "./training.js";

/** What is known of a step that was taken. */
export interface StepTaken {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly gradientNorm: number;
  readonly rate: number;
}

/** Numbers that a state and a batch have at most, together, for steps to go `together` into one run: with more, a run's own cost is small beside theirs. */
const tiny = 2 ** 14;
const together = 8;

export class Stepper {
  private readonly batches: TrainingBatches;
  private readonly replays: Replays;
  private readonly parted: PartedStepper | null;

  constructor(
    private readonly run: Run,
    private readonly training: Training,
    private readonly columns: Readonly<Record<string, Column>>,
    private readonly order: DataOrder,
  ) {
    this.batches = new TrainingBatches(columns, order, run.dataset.augment, run.seed);
    this.replays = new Replays(this.batches);
    this.parted = order.isDivided ? new PartedStepper(run, training, this.batches, order, this.replays) : null;
  }

  /** Why steps are not captured, if that was tried. */
  get obstacle(): string | null {
    return this.replays.obstacle;
  }

  /**
   * Takes the next step, or several that go into one run, at most `most`. A step whose loss or gradient is not finite changes nothing but the
   * count of steps, and is the last.
   */
  take(most: number): Promise<readonly StepTaken[]> {
    return explaining(this.run, () => this.takeSome(most));
  }

  private async takeSome(most: number): Promise<readonly StepTaken[]> {
    const capture = captureOfBackend();
    if (this.parted !== null) return [await this.parted.take(capture)];
    if (capture !== null) {
      for (const steps of this.groups(most)) {
        const taken = this.replayed(capture, steps);
        if (taken !== null) return taken;
      }
    }
    // It makes new tensors of the state: steps that were captured on the old ones are over.
    this.replays.drop();
    return this.traced(Math.min(most, stepsAhead()));
  }

  /** The state is another one now: what was captured does not hold any more. */
  forget(): void {
    this.replays.forget();
    this.parted?.dispose();
  }

  /** How many steps may go into one run, best first. */
  private groups(most: number): readonly number[] {
    const { step } = this.training;
    const rows = this.order.at(step).length;
    const size = Object.values(this.training.tensors()).reduce((sum, tensor) => sum + tensor.size, 0) + Object.values(this.columns).reduce((sum, column) => sum + column.size * rows, 0);
    if (most < together || size > tiny) return [1];
    for (let i = 1; i < together; i++) if (this.order.at(step + i).length !== rows) return [1];
    return [together, 1];
  }

  private replayed(capture: Capture, steps: number): readonly StepTaken[] | null {
    const first = this.training.step;
    const rows = Int32Array.from(this.order.at(first));
    const replay = this.replays.get(capture, `${rows.length} ${steps}`, steps, (round, mayUpdate) => this.recorded(first + round, rows, mayUpdate));
    if (replay === null) return null;
    const { captured } = replay;
    const results = this.replays.run(replay, Array.from({ length: steps }, (_, i) => ({ step: first + i, part: 0, rows: this.order.at(first + i) })));
    const taken = results.map((outputs, i) => takenOf(outputs, this.training.rateAt(first + i)));
    const isBroken = taken.some(({ loss, gradientNorm }) => !Number.isFinite(loss) || !Number.isFinite(gradientNorm));
    // One of several: they are taken one by one, so that all before it count.
    if (isBroken && steps > 1) return this.replayed(capture, 1);
    if (!isBroken) captured.commit();
    this.training.advance(steps);
    const difference = captured.audit();
    if (difference !== null) throw new Error(`the captured step of \`${this.run.name}\` was wrong: ${difference}`);
    return taken;
  }

  /** Records a step without taking it. */
  private recorded(step: number, rows: Int32Array, mayUpdate: boolean): Recorded {
    const { training, run } = this;
    const numbers = new StepInputs(step);
    const batch = this.batches.of(rows, step);
    const state = training.tensors();
    tf.engine().startScope();
    try {
      const { next, loss, terms, gradientNorm } = takeStep(training.settings, { state, step, numbers, isGuarded: false, mayUpdate }, lossOf(run, batch));
      for (const tensor of [loss, gradientNorm, ...Object.values(terms), ...Object.values(next)]) tf.keep(tensor);
      return {
        recording: { state, next, inputs: { ...prefixed("data", batch), ...prefixed("numbers", numbers.tensors) }, outputs: { loss, norm: gradientNorm, ...prefixed("term", terms) } },
        numbers: numbers.makers,
      };
    } finally {
      tf.engine().endScope();
    }
  }

  /** Takes steps and looks at them afterwards, so that a device that works on its own is never waited for in between. */
  private async traced(steps: number): Promise<readonly StepTaken[]> {
    const first = this.training.step;
    if (steps > 1) this.training.begin();
    const descents: Descent[] = [];
    for (let step = first; step < first + steps; step++) {
      const batch = this.batches.of(this.order.at(step), step);
      try {
        descents.push(this.run.step(this.training, batch));
      } finally {
        tf.dispose(batch);
      }
    }
    const taken = await Promise.all(descents.map(numbersOf));
    const broken = taken.findIndex(({ loss, gradientNorm }) => !Number.isFinite(loss) || !Number.isFinite(gradientNorm));
    const kept = broken < 0 ? taken : taken.slice(0, broken + 1);
    if (steps > 1) this.training.end(first + kept.length);
    return kept;
  }
}

/** What a step found, read. */
async function numbersOf({ loss, gradientNorm, terms, rate }: Descent): Promise<StepTaken> {
  const names = Object.keys(terms);
  const [first, norm, ...rest] = await Promise.all([loss, gradientNorm, ...Object.values(terms)].map(scalar));
  return { loss: first ?? NaN, gradientNorm: norm ?? NaN, terms: Object.fromEntries(names.map((name, i) => [name, rest[i] ?? NaN])), rate };
}

/** What a replayed step's outputs say. */
function takenOf(outputs: Numbers, rate: number): StepTaken {
  const at = (name: string): number => outputs[name]?.[0] ?? NaN;
  const terms = Object.keys(outputs).filter((name) => name.startsWith("term "));
  return { loss: at("loss"), gradientNorm: at("norm"), terms: Object.fromEntries(terms.map((name) => [name.slice("term ".length), at(name)])), rate };
}
