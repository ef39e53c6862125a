// Options that change nothing beside the others that are given.

import type { Argument, Expression } from "../../ast/ast.js";
import type { Origin } from "../../source/source.js";
import type { Context } from "../context.js";
import { keepsMoments } from "../fusion/source-moments.js";
import type { Overparam, Run } from "../semantic-model.js";
import { visitExpressions } from "../visit-expressions.js";
import type { Linted } from "./rule.js";

/** Warns of options of `overparam` and of optimizers that have no effect. */
export function optionWithoutEffect({ model, context, say, ownPlace }: Linted): void {
  const annotations = [...context.annotations].filter(([{ span }, file]) => ownPlace([{ file, span }]) !== null);
  for (const [{ span, arguments: written }, file] of annotations) {
    const copies = argumentOf(written, "copies", 0);
    const other = written.find((argument) => argument !== copies);
    if (copies?.value.kind !== "number" || Number(copies.value.text) !== 1 || other === undefined) continue;
    say("option-without-effect", { file, span }, { option: other.name?.text ?? "this", of: "overparam", because: "one copy is a plain kernel" }, { fixes: [{ title: "Write `overparam 1`", edits: [{ span, text: "overparam 1" }] }] });
  }
  const sayOption = (overparam: Overparam, option: string, because: string): void => {
    const { file, span } = overparam.origin;
    const annotation = annotations.find(([found, path]) => path === file && found.span.start === span.start)?.[0];
    const written = argumentOf(annotation?.arguments ?? [], option, -1);
    if (written !== undefined) say("option-without-effect", { file, span: written.span }, { option, of: "overparam", because });
  };
  for (const { graph } of model.instances) {
    for (const { overparam } of graph.applications) {
      if (overparam !== null && overparam.anneal > 0 && overparam.mix.rule === "mean") sayOption(overparam, "anneal", "`mix: mean` mixes by the mean from the first step");
    }
  }
  for (const run of model.runs) {
    if (!keepsMoments(run)) {
      const { call } = run.settings.optimizer;
      const place = ownPlace((run.instance.starts ?? []).filter(({ fusion }) => fusion.moments === "fused").map(({ fusion }) => fusion.origin));
      if (place !== null) say("option-without-effect", place, { option: "moments", of: "fuse from", because: `\`${call}\` without a momentum keeps nothing from step to step` }, { help: `Give the optimizer of \`${run.name}\` and its sources a momentum, or write \`moments: fresh\`.` });
    }
    const { call, options } = run.settings.optimizer;
    if (call !== "sgd" && call !== "rk") continue;
    for (const { option, because, help } of call === "sgd" ? ofSgd(options) : ofRk(options)) {
      const place = ownPlace([optionPlace(context, run, option)]);
      if (place !== null) say("option-without-effect", place, { option, of: call, because }, { help });
    }
    for (const { overparam } of run.instance.graph.applications) {
      if (overparam?.moments === "copies") sayOption(overparam, "moments", call === "sgd" ? "`sgd` has no second moments" : "`rk` has no moments for each copy");
    }
  }
}

interface Idle {
  readonly option: string;
  readonly because: string;
  readonly help: string;
}

function ofSgd(options: Run["settings"]["optimizer"]["options"]): readonly Idle[] {
  return options["nesterov"] === true && options["momentum"] === 0 ? [{ option: "nesterov", because: "it looks ahead along a momentum, and there is none", help: "Give `momentum: 0.9`, or remove the option." }] : [];
}

function ofRk(options: Run["settings"]["optimizer"]["options"]): readonly Idle[] {
  const { order, batches, adaptive, power } = options;
  const help = "Remove the option, or give `order: 2`.";
  const isSingle = order === 1;
  const isSplit = batches === "split" && !isSingle;
  return [
    ...(batches === "split" && isSingle ? [{ option: "batches", because: "order 1 has one stage", help }] : []),
    ...(adaptive === true && isSingle ? [{ option: "adaptive", because: "it sees curvature between two stages, and order 1 has one", help }] : []),
    ...(adaptive === true && isSplit ? [{ option: "adaptive", because: "it sees curvature between two stages on one batch, and each stage has its own", help: "Remove the option, or `batches: split`." }] : []),
    ...(adaptive === false && power !== 1 ? [{ option: "power", because: "the rate is not adaptive", help: "Give `adaptive: true`, or remove the option." }] : []),
  ];
}

function argumentOf(written: readonly Argument[], name: string, position: number): Argument | undefined {
  return written.find((argument) => argument.name?.text === name) ?? written.filter((argument) => argument.name === null)[position];
}

/** Where an option of the run's optimizer, or of its schedule, is written; the clause where it is not written there. */
export function optionPlace(context: Context, run: Run, option: string): Origin {
  const placed = context.clauses.get(run)?.bySlot.get("optimizer");
  if (placed === undefined) return run.origin;
  const { clause, env } = placed;
  let span = clause.span;
  for (const part of clause.items.flatMap((item) => item.parts)) {
    if (part.kind === "linking-word") continue;
    visitExpressions(part, (expression: Expression) => {
      if (expression.kind === "call") span = expression.arguments?.find(({ name }) => name?.text === option)?.span ?? span;
    });
  }
  return { file: env.file.path, span };
}
