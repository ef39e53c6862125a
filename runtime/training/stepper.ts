// Takes the steps of a run on its data, in order: by replaying a captured one where the backend can, else one by one. Both give the same
// numbers, bit by bit.

import * as tf from "@tensorflow/tfjs-core";
import { captureOfBackend, CapturedStep, type Capture, type Numbers, type Recording } from "../backends/capture.js";
import { gatherBatch, TrainingBatches, type DataOrder } from "../data/batches.js";
import type { Column } from "../data/load.js";
import type { Run } from "../program/run.js";
import { prefixed, scalar } from "./evaluate.js";
import { explaining } from "./op-errors.js";
import { StepInputs } from "./step-numbers.js";
import { takeStep, type StepResult } from "./step.js";
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

/** A step as it was captured, and where the numbers of its inputs come from. */
interface Replay {
  readonly captured: CapturedStep;
  readonly makers: ReadonlyMap<string, (step: number) => Float32Array>;
}

export class Stepper {
  /** By rows and steps in one run; null: it cannot be captured. */
  private readonly replays = new Map<string, Replay | null>();
  /** Why steps are not captured, if that was tried. */
  obstacle: string | null = null;
  private readonly batches: TrainingBatches;

  constructor(
    private readonly run: Run,
    private readonly training: Training,
    private readonly columns: Readonly<Record<string, Column>>,
    private readonly order: DataOrder,
  ) {
    this.batches = new TrainingBatches(columns, order, run.dataset.augment, run.seed);
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
    if (capture !== null) {
      for (const steps of this.groups(most)) {
        const taken = this.replayed(capture, steps);
        if (taken !== null) return taken;
      }
    }
    // It makes new tensors of the state: steps that were captured on the old ones are over.
    for (const [key, replay] of this.replays) {
      if (replay === null) continue;
      replay.captured.dispose();
      this.replays.delete(key);
    }
    return [await this.traced()];
  }

  /** The state is another one now: what was captured does not hold any more. */
  forget(): void {
    for (const replay of this.replays.values()) replay?.captured.dispose();
    this.replays.clear();
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
    const key = `${this.order.at(first).length} ${steps}`;
    const replay = this.replays.get(key) ?? (this.replays.has(key) ? null : this.captured(capture, steps, key));
    if (replay === null) return null;
    const { captured, makers } = replay;
    const results = captured.run(Array.from({ length: steps }, (_, i) => this.inputs(captured, makers, first + i)));
    const taken = results.map((outputs, i) => this.taken(outputs, first + i));
    const isBroken = taken.some(({ loss, gradientNorm }) => !Number.isFinite(loss) || !Number.isFinite(gradientNorm));
    // One of several: they are taken one by one, so that all before it count.
    if (isBroken && steps > 1) return this.replayed(capture, 1);
    if (!isBroken) captured.commit();
    this.training.advance(steps);
    const difference = captured.audit();
    if (difference !== null) throw new Error(`the captured step of \`${this.run.name}\` was wrong: ${difference}`);
    return taken;
  }

  private captured(capture: Capture, steps: number, key: string): Replay | null {
    // Updates end a step: several in one run cannot have them. Where they are too large for their memory the engine's ops do the same.
    const found = (steps === 1 ? this.capturedWith(capture, steps, true) : null) ?? this.capturedWith(capture, steps, false);
    this.replays.set(key, found);
    return found;
  }

  private capturedWith(capture: Capture, steps: number, mayUpdate: boolean): Replay | null {
    let makers: Replay["makers"] = new Map();
    const rows = Int32Array.from(this.order.at(this.training.step));
    const captured = capture((round) => {
      const { recording, numbers } = this.recorded(this.training.step + round, rows, mayUpdate);
      makers = numbers;
      return recording;
    }, steps);
    this.obstacle = captured instanceof CapturedStep ? null : captured.obstacle;
    return captured instanceof CapturedStep ? { captured, makers } : null;
  }

  /** Records a step without taking it. */
  private recorded(step: number, rows: Int32Array, mayUpdate: boolean): { readonly recording: Recording; readonly numbers: Replay["makers"] } {
    const { training, run } = this;
    const numbers = new StepInputs(step);
    const batch = gatherBatch(this.columns, rows);
    const state = training.tensors();
    tf.engine().startScope();
    try {
      const found: { result?: StepResult } = {};
      run.step(
        {
          descend: (lossTerms): Descent => {
            const result = takeStep(training.settings, { state, step, numbers, isGuarded: false, mayUpdate }, lossTerms);
            found.result = result;
            return { ...result, rate: 0 };
          },
        },
        batch,
      );
      if (found.result === undefined) throw new Error(`\`${run.name}\` took no step`);
      const { next, loss, terms, gradientNorm } = found.result;
      for (const tensor of [loss, gradientNorm, ...Object.values(next)]) tf.keep(tensor);
      return {
        recording: { state, next, inputs: { ...prefixed("data", batch), ...prefixed("numbers", numbers.tensors) }, outputs: { loss, norm: gradientNorm, ...prefixed("term", terms) } },
        numbers: numbers.makers,
      };
    } finally {
      tf.engine().endScope();
    }
  }

  private inputs(captured: CapturedStep, makers: Replay["makers"], step: number): Numbers {
    const numbers: Record<string, Numbers[string]> = {};
    for (const name of captured.inputs.keys()) {
      const column = this.columns[name.slice("data ".length)];
      const make = makers.get(name.slice("numbers ".length));
      if (name.startsWith("data ") && column !== undefined) numbers[name] = this.batches.numbers(name.slice("data ".length), column, step);
      else if (make !== undefined) numbers[name] = make(step);
    }
    return numbers;
  }

  private taken(outputs: Numbers, step: number): StepTaken {
    const at = (name: string): number => outputs[name]?.[0] ?? NaN;
    const terms = Object.keys(outputs).filter((name) => name.startsWith("term "));
    return { loss: at("loss"), gradientNorm: at("norm"), terms: Object.fromEntries(terms.map((name) => [name.slice("term ".length), at(name)])), rate: this.training.rateAt(step) };
  }

  private async traced(): Promise<StepTaken> {
    const batch = this.batches.at(this.training.step);
    try {
      const descent = this.run.step(this.training, batch);
      const loss = await scalar(descent.loss);
      const gradientNorm = await scalar(descent.gradientNorm);
      const terms: Record<string, number> = {};
      for (const [name, term] of Object.entries(descent.terms)) terms[name] = await scalar(term);
      return { loss, gradientNorm, terms, rate: descent.rate };
    } finally {
      tf.dispose(batch);
    }
  }
}
