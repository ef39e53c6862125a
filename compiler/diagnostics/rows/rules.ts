// Rows of the catalogue: rules about training. All are warnings: the program means something, and surely not what was wanted.
// `// sop-ignore <id>: reason` silences one in what begins on the next line.

import { row } from "./row.js";

const data = 'data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), y: class[3]\n}\n';
const model = (body: string): string => `model Net {\n  input x: f32[4]\n${body}}\n`;
const net = model("  output z = x |> dense(3)\n");
const run = (more: string, name = "t", on = "d"): string => `train ${name}: Net on ${on} {\n  loss cross_entropy(z, y)\n  batch 32\n  epochs 2\n${more}}\n`;
const adam = "  optimizer adam(lr: 1e-3)\n";

export const ruleRows = {
  "unused-result": row<{ value: string }>({
    severity: "warning",
    message: ({ value }) => `Nothing uses the result of \`${value}\`, and no output depends on it.`,
    help: () => "Use it, remove it, or bind it to `_` if it is one of several results.",
    page: "A layer whose output is not used is computed in each step, has weights that are never trained, and changes nothing. Mostly the next line reads the value before it: `h = x |> dense(8)`, then `x |> relu` where `h |> relu` was meant.",
    example: model("  h = x |> dense(8)\n  output z = x |> dense(3)\n"),
  }),
  "unused-parameter": row<{ what: string; name: string; owner: string }>({
    severity: "warning",
    message: ({ what, name, owner }) => `\`${owner}\` never reads its ${what} \`${name}\`.`,
    help: ({ what }) => (what === "parameter" ? "Read it, or remove it; a name that begins with `_` may stay unused." : "Read it, or remove it."),
    page: "Who calls with an option expects that it does something. An option that nothing reads, such as a `width` beside layers with sizes of their own, is accepted and has no effect.",
    example: "model Net(width: int = 8) {\n  input x: f32[4]\n  output z = x |> dense(16) |> relu |> dense(3)\n}\n",
  }),
  "unused-layer": row<{ layer: string; owner: string }>({
    severity: "warning",
    message: ({ layer, owner }) => `\`${owner}\` never applies its layer \`${layer}\`.`,
    help: ({ layer }) => `Apply it, \`x |> ${layer}\`, or remove it; a name that begins with \`_\` may stay unused.`,
    page: "`layer name = call` names a layer and does nothing by itself: it has weights as soon as it is applied to a tensor. One that nothing applies was mostly meant to be, in the place of a layer without a name.",
    example: model("  layer head = dense(3)\n  output z = x |> dense(3)\n"),
  }),
  "channels-first": row<{ layer: string; input: string; found: string }>({
    severity: "warning",
    message: ({ layer, input, found }) => `\`${layer}\` takes the last axis for the channels, and \`${input}\`, ${found}, seems to have them first.`,
    help: ({ input }) => `Bring the channels last: \`${input} |> transpose(axes: [1, 2, 0])\`.`,
    page: "Images are [height, width, channels] here, as in TensorFlow; PyTorch has [channels, height, width]. Layers over images accept such a tensor as an image that is a few pixels high and has many channels: nothing fails, and filters move along the wrong axes. An input with 1, 3 or 4 in front of a square is taken for one.",
    example: "model Net {\n  input image: f32[3, 32, 32]\n  output z = image |> conv2d(8, kernel: 3) |> flatten |> dense(3)\n}\n",
  }),
  "same-windows": row<{ field: string; other: string }>({
    severity: "warning",
    message: ({ field, other }) => `\`${field}\` holds the same windows of the text as \`${other}\`.`,
    help: () => "Write `from next` behind its type for the units that follow.",
    page: "Each field of a `text` without `from` is the window itself, so that two of them are equal. A language model learns nothing from a target that it is given as its input: its loss goes to zero, and it says nothing about the text. `from next` gives what follows each unit.",
    example: 'data d = text("plays.txt") {\n  fields tokens: i32[64] below 96, target: i32[64] below 96\n}\n',
  }),
  "dropout-at-end": row<{ output: string }>({
    severity: "warning",
    message: ({ output }) => `The output \`${output}\` comes out of \`dropout\`, with no layer after it.`,
    help: () => "Put the `dropout` before the last layer.",
    page: "Dropout after the last layer sets predictions themselves to zero at random in training. No layer is left that could make up for it, and the loss compares zeros with the target. It belongs between layers, where the next one learns not to rely on single values.",
    example: model("  output z = x |> dense(3) |> dropout(0.5)\n"),
  }),
  "overparam-one-unit": row<{ layer: string }>({
    severity: "warning",
    message: ({ layer }) => `This \`overparam\` is on a \`${layer}\` with one unit.`,
    help: () => "Switch it off here: `overparam 1`.",
    page: "Kernel sets give a layer many units in many versions to mix. With one unit the mixture is one weighted sum of a few vectors at the very end of the model: it adds noise to the prediction, and the mean of the vectors is the same linear function as a plain kernel. An annotation further out may reach such a layer along with others.",
    example: model("  output z = x |> dense(8) |> relu |> dense(1) overparam 4\n"),
  }),
  "option-without-effect": row<{ option: string; of: string; because: string }>({
    severity: "warning",
    message: ({ option, of, because }) => `\`${option}\` of \`${of}\` has no effect: ${because}.`,
    help: () => "Remove the option, or change the one that it depends on.",
    page: "Some options mean something only beside others: `nesterov` with a momentum, `anneal` where mixing weights are drawn, `moments: copies` with an optimizer that has second moments, options of `overparam` with more than one copy.",
    example: data + net + run("  optimizer sgd(lr: 0.1, nesterov: true)\n"),
  }),
  "metric-does-not-fit": row<{ metric: string; output: string; why: string }>({
    severity: "warning",
    message: ({ metric, output, why }) => `\`${metric}\` does not fit the output \`${output}\`: ${why}.`,
    help: () => "Choose a metric for what the loss makes of the output.",
    page: "A metric reads an output in one way: as logits whose largest wins, as one logit whose sign decides, as numbers like the target. The loss decides what the output becomes. Where the two differ the figure looks like any other and means nothing, such as an accuracy of a `sigmoid` whose sign is always positive.",
    example: `data d = csv("d.csv") {\n  fields x: f32[4] from columns("a", "d"), y: class[2], v: f32\n}\n${model("  output z = x |> dense(1)\n")}train t: Net on d {\n  loss mse(z, v)\n  metrics accuracy(z, y)\n  batch 32\n  epochs 2\n${adam}}\n`,
  }),
  "warmup-too-long": row<{ warmup: string; run: string; length: string }>({
    severity: "warning",
    message: ({ warmup, run: name, length }) => `The warm-up of ${warmup} is longer than the run \`${name}\` of ${length}.`,
    help: () => "Shorten it, or give a share of the run: `warmup: 5%`.",
    page: "In the warm-up the rate goes up to its peak, and then the schedule brings it down. In a run that ends before, the rate never reaches the peak and never comes down. A share of the run stays right when the length changes.",
    example: data + net + run("  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5 epochs))\n"),
  }),
  "splits-overlap": row<{ trained: string; tested: string }>({
    severity: "warning",
    message: ({ trained, tested }) => `\`${trained}\` is trained on rows that \`${tested}\` is tested on: both read the same data and split them differently.`,
    help: () => "Give both datasets the same `split` and `take`, or leave that to the one they derive from.",
    page: "The rows of a source have one order, and a split cuts it. Two runs of a model with the same cuts never train on each other's test rows. With other cuts they do: figures of the two cannot be compared, and a model that starts from the other has seen its test rows.",
    example: `${data}data more = d {\n  split train 95%, test 5%\n}\n${net}${run(adam)}${run(adam, "u", "more")}`,
  }),
  "unused-ignore": row<{ id: string; nearest: string }>({
    severity: "warning",
    message: ({ id, nearest }) => (nearest === "" ? `The next line has no warning \`${id}\` that this comment could silence.` : `There is no warning \`${id}\`; did you mean \`${nearest}\`?`),
    help: () => "Remove the comment.",
    page: "`// sop-ignore <id>: reason` silences warnings of that id on the next line that is no comment, and where what begins on it goes on: a pipeline over several lines, a head up to its brace. Errors cannot be silenced. One that silences nothing was left behind, or stands at the wrong line, and would hide the next mistake there.",
    example: `${net.replace("  output", "  // sop-ignore unused-result: kept for a comparison\n  output")}`,
  }),
  "ignore-without-reason": row<{ id: string }>({
    severity: "warning",
    message: ({ id }) => `This comment silences \`${id}\` and does not say why.`,
    help: ({ id }) => `Write a reason: \`// sop-ignore ${id}: reason\`.`,
    page: "Who reads the program later has to know why a warning was not heeded. The reason stands behind a colon.",
    example: model("  // sop-ignore dropout-at-end\n  output z = x |> dense(3) |> dropout(0.5)\n"),
  }),
} as const;
