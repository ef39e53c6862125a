// Rows of the catalogue: `fuse from`.

import { row } from "./row.js";

const net = 'model Net(width: int, depth: int = 1) {\n  input image: f32[28, 28, 1]\n  x = image |> flatten\n  repeat depth { x = x |> dense(width) |> relu }\n  output y: f32[10] = x |> dense(10)\n}\n';
const runs = `import { digits } from "std/data"\n${net}recipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net(width: 8) on digits { use quick; seed 1 }\ntrain right: Net(width: 8) on digits { use quick; seed 2 }\n`;
const wide = (model: string): string => `${runs}model Wide${model}\ntrain wide: Wide on digits { use quick; seed 3 }\n`;
const grouped = (norm: string): string => `${wide(" = Net(width: 16) fuse from left, right").replace("|> relu", `|> ${norm} |> relu`)}`;

/** `The output `y``, `Axis 0 of `embedding.table``, `The size of a head of ...`. */
function fixedAxis(axis: string, of: string): string {
  if (axis === "input" || axis === "output") return `The ${axis} ${of}`;
  return axis.startsWith("axis ") ? `A${axis.slice(1)} of ${of}` : `The ${axis} of ${of}`;
}

export const fusionRows = {
  "circular-run": row<{ name: string; through: string }>({
    severity: "error",
    message: ({ name, through }) => `The run \`${name}\` starts from itself${through === "" ? "" : `, through ${through}`}.`,
    help: () => "Fuse from runs that are finished before this one begins.",
    page: "A run of a model with `fuse from` begins when its sources are trained. So no run can be among its own sources, also not through others.",
    example: `import { digits } from "std/data"\n${net}model Loop = Net(width: 16) fuse from loop\ntrain loop: Loop on digits {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: 1e-3)\n  batch 32\n  steps 20\n}\n`,
  }),
  "fuse-run-takes-nothing": row<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is a run and stands here by its name alone.`,
    help: ({ name }) => `Write \`${name}\`, or \`${name} at step 1000\`.`,
    page: "A run knows its model. Arguments and `as Model(...)` belong to `checkpoint(\"file.safetensors\") as Model(...)`.",
    example: wide(" = Net(width: 16) fuse from left as Net(width: 8), right"),
  }),
  "fuse-step-beyond": row<{ name: string; step: number; steps: number }>({
    severity: "error",
    message: ({ name, step, steps }) => `\`${name}\` has ${steps} step${steps === 1 ? "" : "s"}, and step ${step} is asked for.`,
    help: ({ steps }) => `Write a step of at most ${steps}, or leave it out for the result of the run.`,
    page: "`fuse from left at step 2000` takes the model of a run as it is after that step, before the run is over.",
    example: wide(" = Net(width: 16) fuse from left at step 100, right"),
  }),
  "fuse-checkpoint-step": row<Record<string, never>>({
    severity: "error",
    message: () => "A checkpoint is of one step, and `at step` asks for another.",
    help: () => "Remove `at step`, or name the run that wrote the checkpoint.",
    page: "Steps can be chosen of runs of the program. A file has the weights of one step.",
    example: wide(' = Net(width: 16) fuse from left, checkpoint("right.safetensors") as Net(width: 8) at step 10'),
  }),
  "fuse-checkpoint-model": row<Record<string, never>>({
    severity: "error",
    message: () => "A checkpoint needs the model whose weights it has.",
    help: () => 'Write `checkpoint("file.safetensors") as Model(...)`.',
    page: "A file of weights does not say which model they are of; the compiler must know it to put the weights together. What the file has is checked against it before any training.",
    example: wide(' = Net(width: 16) fuse from left, checkpoint("right.safetensors")'),
  }),
  "fuse-derive-models": row<{ name: string; first: string; second: string }>({
    severity: "error",
    message: ({ name, first, second }) => `\`${name}\` has no model of its own, and its sources are of two: \`${first}\` and \`${second}\`.`,
    help: ({ name }) => `Write the target: \`model ${name} = Model(...) fuse from ...\`.`,
    page: "A target is derived from sources that are instances of one model: sizes in which they differ are added up, and of the others those that make the outputs the mean of the sources'.",
    example: `${runs}${net.replace("Net", "Other")}train other: Other(width: 8) on digits { use quick }\nmodel Wide fuse from left, other\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-derive": row<{ name: string; model: string }>({
    severity: "error",
    message: ({ name, model }) => `No sizes of \`${model}\` were found in which \`${name}\` is its sources put together.`,
    help: ({ name, model }) => `Write the target: \`model ${name} = ${model}(...) fuse from ...\`.`,
    page: "A derived target adds up parameters that are whole numbers, as few as make the outputs the mean of the sources'. Where no choice does, or more than seven parameters could be meant, the target has to be written. Sources of different depths are not fused with one another, and have no target. A model from one source is its copy.",
    example: `import { digits } from "std/data"\nmodel Net {\n  input image: f32[28, 28, 1]\n  output y: f32[10] = image |> flatten |> dense(8) |> relu |> dense(10)\n}\nrecipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net on digits { use quick; seed 1 }\ntrain right: Net on digits { use quick; seed 2 }\nmodel Wide fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-data-differs": row<{ input: string; source: string; expected: string; found: string }>({
    severity: "error",
    message: ({ input, source, expected, found }) => `\`${source}\` was trained on ${expected} for its input \`${input}\`, and here it is ${found}.`,
    help: () => "Train the sources on the same fields with the same transforms.",
    page: "A source's weights mean something for inputs as it met them. Fields of other types, vocabularies or scaling would make it another function.",
    example: `import { digits } from "std/data"\n${net}recipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ndata bright = digits { scale image by 2 }\ntrain left: Net(width: 8) on bright { use quick; seed 1 }\ntrain right: Net(width: 8) on digits { use quick; seed 2 }\nmodel Wide = Net(width: 16) fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-mixing-weights": row<{ given: string; sources: number }>({
    severity: "error",
    message: ({ given, sources }) => `\`weights\` are ${given === "" ? "none" : given}; ${sources} numbers above 0 with the sum 1 are expected, one for each source.`,
    help: () => "Leave them out for the plain mean.",
    page: "The outputs of the fused model are the mean of the sources' with these weights.",
    example: wide(" = Net(width: 16) fuse from left, right { weights: [0.5, 0.6] }"),
  }),
  "fuse-antisymmetric": row<Record<string, never>>({
    severity: "error",
    message: () => "`antisymmetric` is for one source that is named again.",
    help: () => "Write `new_weights: zeros`, or name one source as often as the target has parts.",
    page: "New weights of opposite signs between copies of one source cancel, because the copies have the same values. Between different sources nothing cancels, and they need no help to become different.",
    example: wide(" = Net(width: 16) fuse from left, right { new_weights: antisymmetric(0.1) }"),
  }),
  "fuse-graphs-differ": row<{ layer: string; expected: string; found: string; source: string }>({
    severity: "error",
    message: ({ layer, expected, found, source }) => `At \`${layer}\` the target has ${expected}, and the source \`${source}\` has ${found}.`,
    help: () => "Fuse models of one architecture: the same layers with the same options, of other widths.",
    page: "Sources and target are matched layer by layer. Activations, strides, padding, the size of heads and whatever else is no width must be equal. Sources of different depths are not fused with one another; a target may be deeper than all of them (`sop explain fuse-new-layer`).",
    example: `${runs}${net.replace("Net", "Smooth").replace("relu", "gelu")}model Wide = Smooth(width: 16) fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-new-layer": row<{ layer: string }>({
    severity: "error",
    message: ({ layer }) => `The sources have no \`${layer}\`, and the target does not add it, in a branch that ends in a layer with weights, to what goes around it.`,
    help: () => "Give the target the depth of its sources, or end what is new in weights and add it: `x = x + (x |> relu |> dense(width))`.",
    page: "A target may be deeper than its sources where each new layer is in a branch that is added to a value that goes around it, as in a residual block. The branch has to end in a layer with weights: they begin as 0, so that it begins by adding nothing. In `x = x + (x |> dense(width) |> relu)` the `relu` is last, and it is refused; write the `relu` before the `dense`. Elsewhere a new layer would change what the model computes. A layer is new where no source has its name in the summary: write it in a `repeat`, or name it with `layer`, so that it takes no number of a later one (`dense_2`). The sources themselves have one depth.",
    example: wide(" = Net(width: 16, depth: 2) fuse from left, right"),
  }),
  "fuse-fixed-axis": row<{ layer: string; axis: string; target: string; sources: string }>({
    severity: "error",
    message: ({ layer, axis, target, sources }) => `${fixedAxis(axis, `\`${layer}\``)} cannot grow: the target has ${target}, the sources have ${sources}.`,
    help: () => "Give sources and target the same size there.",
    page: "Inputs, outputs, vocabularies, classes, positions, kernel sizes and the size of a head are the same in sources and target. Widths, channels, heads and units grow.",
    example: `${runs}model Wide = Head(width: 16, classes: 12) fuse from small, other\nmodel Head(width: int, classes: int = 10) {\n  input image: f32[28, 28, 1]\n  output y: f32[classes] = image |> flatten |> dense(width) |> relu |> dense(classes)\n}\ntrain small: Head(width: 8) on digits { use quick }\ntrain other: Head(width: 8) on digits { use quick; seed 1 }\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-sizes": row<{ layer: string; target: string; sources: string }>({
    severity: "error",
    message: ({ layer, target, sources }) => `The sizes at \`${layer}\` do not add up: the target has ${target}, the sources together ${sources}.`,
    help: ({ sources }) => `Give the target ${sources} there.`,
    page: "A width of the target is that of all sources, where they share it, or at least the sum of theirs.",
    example: wide(" = Net(width: 12) fuse from left, right"),
  }),
  "fuse-layout-conflict": row<{ layer: string }>({
    severity: "error",
    message: ({ layer }) => `\`${layer}\` needs the features of the sources in another order than other uses of them.`,
    help: () => "Give one of them weights of its own, or join its tensors in the same order.",
    page: "An axis that grows holds the features of the sources one behind the other, or as often as its uses repeat them (gates, heads, a concatenation). Two uses of one axis must agree.",
    example: `import { digits } from "std/data"\nmodel Net(width: int) {\n  input image: f32[28, 28, 1]\n  x = image |> flatten |> dense(2 * width)\n  output y: f32[10] = ((x |> slice(0, 4)) * (x |> slice(4, 4))) |> dense(10)\n}\nrecipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net(width: 4) on digits { use quick; seed 1 }\ntrain right: Net(width: 4) on digits { use quick; seed 2 }\nmodel Wide = Net(width: 8) fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-outer-product": row<{ layer: string }>({
    severity: "error",
    message: ({ layer }) => `At \`${layer}\` features of one source would meet those of another along two axes.`,
    help: () => "Keep one of the axes at the size that the sources have.",
    page: "A value can have one axis along which the sources stand side by side. A product of all features with all features would hold parts that no source has.",
    example: `import { digits } from "std/data"\nmodel Net(width: int) {\n  input image: f32[28, 28, 1]\n  x = image |> flatten |> dense(width)\n  a = x |> reshape([width, 1])\n  b = x |> reshape([1, width])\n  output y: f32[10] = matmul(a, b) |> flatten |> dense(10)\n}\nrecipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net(width: 4) on digits { use quick; seed 1 }\ntrain right: Net(width: 4) on digits { use quick; seed 2 }\nmodel Wide = Net(width: 8) fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-groups-differ": row<{ layer: string }>({
    severity: "error",
    message: ({ layer }) => `The groups of \`${layer}\` do not hold those of its sources.`,
    help: () => "Let the number of groups grow with the channels, so that each group is one of a source's.",
    page: "A grouped convolution connects channels within groups only. Connections that a source has must lie within a group of the target.",
    example: `import { digits } from "std/data"\nmodel Net(width: int, groups: int) {\n  input image: f32[28, 28, 1]\n  x = image |> conv2d(width, kernel: 3) |> relu |> conv2d(width, kernel: 3, groups: groups) |> relu\n  output y: f32[10] = x |> global_avg_pool |> dense(10)\n}\nrecipe quick {\n  loss cross_entropy(y, label)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net(width: 6, groups: 2) on digits { use quick; seed 1 }\ntrain right: Net(width: 6, groups: 2) on digits { use quick; seed 2 }\nmodel Wide = Net(width: 12, groups: 6) fuse from left, right\ntrain wide: Wide on digits { use quick; seed 3 }\n`,
  }),
  "fuse-not-mean": row<{ model: string; output: string }>({
    severity: "warning",
    message: ({ model, output }) => `\`${output}\` of \`${model}\` does not start as the mean of its sources' outputs.`,
    help: () => "Change what the notes name, or train on from there: the weights are the sources' all the same.",
    page: "A fused model begins as the mean of its sources where every value of theirs can be followed through it: side by side in widths that grow, and as a mean behind the last layer. A mean that goes through another layer is known no more: a bottleneck that keeps its width, a shared stem, norms over all features. The notes name all first causes.",
    example: grouped("group_norm(groups: 4)"),
  }),
  "fuse-weighted-sum": row<{ model: string; output: string; factors: string }>({
    severity: "warning",
    message: ({ model, output, factors }) => `\`${output}\` of \`${model}\` starts as the sum of its sources' outputs times ${factors}, not as their mean.`,
    help: () => "Put a layer with weights, or a norm with a scale, in front of it.",
    page: "Where the mean of the sources is made without a weight, there is no place for the factor 1 / N.",
    example: `model Net(width: int) {\n  input image: f32[28, 28, 1]\n  output y: f32 = image |> flatten |> dense(width) |> tanh |> mean\n}\ndata numbers = csv("numbers.csv") {\n  fields image: f32[28, 28, 1] from columns("a", "b"), target: f32\n}\nrecipe quick {\n  loss mse(y, target)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch 32\n  steps 20\n}\ntrain left: Net(width: 4) on numbers { use quick; seed 1 }\ntrain right: Net(width: 6) on numbers { use quick; seed 2 }\nmodel Wide = Net(width: 10) fuse from left, right\ntrain wide: Wide on numbers { use quick; seed 3 }\n`,
  }),
  "fuse-stays-symmetric": row<{ model: string; source: string }>({
    severity: "warning",
    message: ({ model, source }) => `The parts of \`${model}\` are copies of \`${source}\` with nothing between them, and stay equal forever.`,
    help: () => "Write `new_weights: antisymmetric(0.1)`: exact at the start, and the copies become different.",
    page: "Copies of one source have the same values and the same gradients, in every step: the wide model trains as the small one with other rates. Two runs of the same program, data and seed are copies, too. Dropout also makes them different.",
    example: wide(" = Net(width: 16) fuse from left, left"),
  }),
  "fuse-schedule": row<{ run: string }>({
    severity: "warning",
    message: ({ run }) => `The rate of \`${run}\` does not warm up and decay after the fusion.`,
    help: () => "Write a schedule such as `warmup_cosine(peak: 1e-3, warmup: 5%)`, with the peak that suits the target.",
    page: "After a fusion the schedule starts again: a short warm-up to the target's own peak rate, then decay. In trials of ours with a small Transformer a constant rate after fusion ended at a validation loss 0.05 to 0.1 higher, and peaks below the target's own cost as much.",
    example: wide(" = Net(width: 16) fuse from left, right").replace("{ use quick; seed 3 }", "{ use quick; seed 3; optimizer adam(lr: 1e-3) }"),
  }),
  "fuse-overparam-init": row<{ model: string; init: string }>({
    severity: "error",
    message: ({ model, init }) => `The weights of \`${model}\` come from its sources, and \`init: ${init}\` draws copies whose mean is another kernel.`,
    help: () => "Leave `init` out, so that the copies begin as the fused kernel, or write `init: centred(0.1)`.",
    page: "With `overparam` on a fused model each copy begins as the fused kernel, plus deviations with the sum zero if `init: centred(spread)` asks for them: the mean of the copies, which ships, is then the fused kernel. `scaled` and `independent` draw copies on their own.",
    example: wide(" = Net(width: 16) overparam(2, init: scaled) fuse from left, right"),
  }),
  "fuse-copies-stay-equal": row<{ model: string }>({
    severity: "warning",
    message: ({ model }) => `The copies of the kernels of \`${model}\` begin equal, and \`mix: mean\` keeps them equal forever.`,
    help: () => "Leave `mix` out, or give the copies a spread: `init: centred(0.1)`.",
    page: "Copies of a fused kernel begin equal unless `init: centred(spread)` says otherwise. Mixing weights that are drawn give each copy another gradient from the first step; those of `mix: mean` give all copies the same, so that they train as one plain kernel at the cost of several.",
    example: wide(" = Net(width: 16) overparam(2, mix: mean) fuse from left, right"),
  }),
  "fuse-moments-file": row<{ file: string }>({
    severity: "error",
    message: ({ file }) => `\`${file}\` has weights only, and \`moments: fused\` asks for what its optimizer kept.`,
    help: () => "Name the run that trained it, or write `moments: fresh`.",
    page: "The moments of an optimizer are in the checkpoints of a run of the program. A file of weights, as `sop export` and other programs write it, has none.",
    example: wide(' = Net(width: 16) fuse from left, checkpoint("right.safetensors") as Net(width: 8) { moments: fused }'),
  }),
  "fuse-moments-optimizer": row<{ run: string; expected: string; source: string; found: string }>({
    severity: "error",
    message: ({ run, expected, source, found }) => `\`${run}\` is to begin with the moments of \`${source}\`, and trains with \`${expected}\` where \`${source}\` was trained with \`${found}\`.`,
    help: ({ expected }) => `Train both with \`${expected}\`, or write \`moments: fresh\`.`,
    page: "What optimizers keep of gradients are other numbers with other rules, or with other shares of the past. `adam` and `adamw` keep the same. Rates, decay, `epsilon` and `nesterov` may differ.",
    example: wide(" = Net(width: 16) fuse from left, right { moments: fused }").replace("{ use quick; seed 3 }", "{ use quick; seed 3; optimizer sgd(lr: warmup_cosine(peak: 0.1, warmup: 5%), momentum: 0.9) }"),
  }),
  "fuse-moments-preconditioned": row<{ run: string }>({
    severity: "error",
    message: ({ run }) => `\`${run}\` is to begin with the moments of its sources, and those of \`rk(precondition: true)\` cannot be put together.`,
    help: () => "Leave `precondition` out in target and sources, or write `moments: fresh`.",
    page: "A weight's gradients in the fused model are those of its source times a factor, and moments that follow a power of the gradient are multiplied by that power of the factor. With A = (1 + G)^(-1/2) the steps follow no power of it.",
    example: wide(" = Net(width: 16) fuse from left, right { moments: fused }").replace("adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))", "rk(lr: warmup_cosine(peak: 1e-1, warmup: 5%), precondition: true)"),
  }),
  "fuse-moments-copies": row<{ run: string }>({
    severity: "error",
    message: ({ run }) => `The kernels of \`${run}\` have a second moment for each copy, which cannot be put together with those of other runs.`,
    help: () => "Leave `moments: copies` of `overparam` out, or write `moments: fresh` for `fuse from`.",
    page: "The second moment of a kernel set (`moments: shared`) is that of the gradient of the kernel that was used, and first moments of copies add up to that of this gradient: both are those of a plain kernel. Second moments of copies are of squares of the mixing weights as well, which were other numbers in each step.",
    example: wide(" = Net(width: 16) overparam(2, moments: copies) fuse from left, right { moments: fused }"),
  }),
  "fuse-moments-part": row<{ run: string; model: string; layer: string }>({
    severity: "error",
    message: ({ run, model, layer }) => `\`${run}\` calls \`${model}\` at \`${layer}\` within its model, and \`moments: fused\` is for a model that is trained as it is.`,
    help: ({ model }) => `Write \`moments: fresh\`; a model that is also trained as \`${model}\` is can be declared twice.`,
    page: "Moments of the sources stand in for those of the fused model because both are trained on losses of their outputs. Within another model the loss is behind other layers, and gradients at these outputs have nothing to do with those that the sources saw.",
    example: `${runs}model Wide = Net(width: 16) fuse from left, right { moments: fused }\nmodel Head {\n  input image: f32[28, 28, 1]\n  output y: f32[10] = dense(relu(Wide(image)), 10)\n}\ntrain head: Head on digits { use quick; seed 3 }\n`,
  }),
  "fuse-classes-differ": row<{ output: string; source: string; expected: string; found: string }>({
    severity: "error",
    message: ({ output, source, expected, found }) => `In \`${source}\` the classes of \`${output}\` are ${expected}, and here they are ${found}.`,
    help: () => "Declare the same classes in the same order.",
    page: "A class is a position of the output. The fused model takes the mean position by position, so that with another order it would be the mean of one class with another.",
    example: `data few = csv("few.csv") {\n  fields x: f32, y: class["cat", "dog"]\n}\ndata more = csv("more.csv") {\n  fields x: f32, y: class["dog", "cat"]\n}\nmodel Net(width: int) {\n  input  x: f32\n  output z: f32[2] = concat(x) |> dense(width) |> relu |> dense(2)\n}\nrecipe quick {\n  loss      cross_entropy(z, y)\n  optimizer adam(lr: warmup_cosine(peak: 1e-3, warmup: 5%))\n  batch     64\n  epochs    1\n}\ntrain left: Net(width: 8) on few { use quick; seed 1 }\ntrain right: Net(width: 8) on more { use quick; seed 2 }\nmodel Wide = Net(width: 16) fuse from left, right\ntrain wide: Wide on few { use quick; seed 3 }\n`,
  }),
} as const;
