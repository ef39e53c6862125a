// Decisions that a user needs to know and no table of options holds, by word, and topics of their own. What is a number comes from the
// tables. What is known of majority kernels is kept apart by where it comes from.

import { augmentations } from "../../semantics/clauses/augmentations.js";
import { limits } from "../../semantics/limits.js";
import { mostCopies } from "../../semantics/overparam.js";
import { entry, type ReferenceEntry } from "./page.js";

const foldNote = "In evaluation, `predict` and `export` every kernel set is its mean, and running statistics of batch norm are estimated anew for it on up to 4,096 fixed rows of the training split.";

const sharesNote = "`dropout` is of the shares that softmax gives, as PyTorch's `dropout_p`; what the layer gives has dropout from a `dropout` behind it. Drawing it takes a number for each pair of positions, head and example.";

const recurrentNote = "It gives the state at every step; for the last one alone write `last` behind it, and of a layer with `reverse: true`, which ends at the first step, `first`. Steps are unrolled when it runs: preparing a run takes a while where they are many hundreds.";

const notes: Readonly<Record<string, readonly string[]>> = {
  overparam: [
    "Reach: kernels of `dense`, all convolutions and the four projections of attention, and tables of `embedding` with `embeddings: true`; never biases, scales or statistics. The innermost annotation wins, and `overparam 1` switches it off. One that reaches no kernel is a warning.",
    "A step draws mixing weights p (numbers of at least 0 with the sum 1) and uses W = sum p_i W_i in the place of the kernel. The gradient of W_i is p_i G with G the gradient at W, so mixing and updating cost the same whatever the batch, and there is one forward and one backward pass.",
    "Rates: the copies move with the rate times a factor. `mixture`: 1 / E sum p_i^2, which is (k + 1) / 2 for `dirichlet(1)` and k copies. `mean`: k; the mixture then moves up to twice as far as a plain kernel, and rates near the limit of stability diverge. With `moments: copies` and Adam, both are sqrt(k E sum p_i^2). Decay (`weight_decay`) goes by the plain rate. `sop summary` prints the factor.",
    "Gradient norms, clipping and the check for numbers that are not finite go by G, once per set.",
    foldNote,
    "From the paper (Mazzawi, Awasthi, Gonzalvo, Ramalingam, arXiv 2402.05033): one run trains a model of size k n and gives one of size n, for k above 1, with little overhead in training and none in inference.",
    "Our choice, because we did not have the paper's exact rules: mixing weights drawn afresh for each kernel and step from `dirichlet(1)`; the mean as the fold; `init: centred(0.1)`; the factors of `rate`; one second moment per set; no annealing unless asked for; batch-norm statistics estimated anew. All but the fold and the statistics are options. Results with them are results of this reading, not the paper's.",
    "What to expect: in small trials of this reading (multilayer perceptrons and a small CNN, up to 8,000 images) `centred(0.1)` gained a few tenths of a point where data were few and nothing elsewhere, and `scaled` mostly lost accuracy. Compare with `overparam 1` on your own task.",
  ],
  adamw: ["`weight_decay` reaches kernels and tables of embeddings only, unless `decay: all`. Statistics of batch norm never decay."],
  lstm: [recurrentNote, "`initial` is h before the first step; c starts at 0."],
  gru: [recurrentNote],
  lion: ["In a kernel set each copy moves by the rate, so its rate has no factor."],
  frozen: [
    "Its weights stay as they are: they have no gradient, are in no reach of `overparam`, and do not decay. Gradients of what comes before it still go through it.",
    "Batch norm in it uses and keeps its running statistics, in training too, and dropout in it is the identity.",
    "It reaches all that is called inside, and nothing further in takes it back.",
  ],
  batch_norm: [
    "`momentum` is the share that is kept: 0.9 here is 0.1 in PyTorch.",
    "It is the only layer that sees more than one example, and only in training. Where `overparam` has trained the kernels before it, its running statistics are estimated anew for the folded model.",
    "A bias in front of it has no effect; write `bias: false` there.",
  ],
  dropout: ["There is none in evaluation, `predict` and `export`, nor where batch-norm statistics are estimated anew."],
  layer_norm: ["PyTorch's `nn.LayerNorm(d)` with the same `epsilon`; Keras has 1e-3 there."],
  group_norm: ["`group_size` keeps what is normalized together when the width changes, `groups` does not."],
  learned: [
    "It has no batch: operators stretch it over the examples, and `concat` and `matmul` repeat it for each. It is no output by itself.",
    "Its role is that of a bias: no kernel set, and decay only with `decay: all`.",
  ],
  noise: ["`mean + exp(0.5 * log_variance) * noise(mean)` draws from a normal distribution in training, and is its mean otherwise."],
  contrastive: ["Every other row of the batch is a wrong answer; a larger batch is a harder and better task, and losses of different batch sizes do not compare.", "A row by itself has no wrong answers, so that `select sensitivity` and `select loss`, which ask for its loss, are errors. Weights of rows (`weigh by`, `select`) are those of the row that looks for its partner."],
  recall: ["In evaluation the candidates are the rows of one batch of the split, as many as `batch` says; the last batch may have fewer."],
  cross_entropy: ["A `softmax` in the model before it is an error."],
  binary_cross_entropy: ["A `sigmoid` in the model before it is an error."],
  embedding: ["`overparam` reaches the table only with `embeddings: true`."],
  self_attention: [
    "Each head's part of a kernel is apart from the others': `query.kernel` is [d, heads, size], `key.kernel` and `value.kernel` [d, kv_heads, size], `out.kernel` [heads, size, d]. `overparam` reaches all four.",
    "No share of a position that a causal mask hides reaches a result: later positions change no number of earlier ones.",
    sharesNote,
  ],
  cross_attention: ["`key.kernel` and `value.kernel` are [m, kv_heads, size]; the others are as in `self_attention`.", sharesNote],
  relative_bias: ["Its value has no batch and can be the `bias` of several layers, which then share one table."],
  standardize: ["Where an output is compared with a standardized field, `predict` gives it in the field's own unit; losses and metrics are of standardized values."],
  scale: ["Where an output is compared with a scaled field, `predict` gives it in the field's own unit; losses and metrics are of scaled values."],
  augment: [
    ...Object.values(augmentations).map(({ form, doc }) => `\`${form}\`: ${doc}`),
    "A field is an image, `[height, width]` or `[height, width, channels]`, and keeps its size. Fields that are named together are changed alike: `augment image, mask flip horizontal`. Changes come after `scale` and `standardize`, so that the zeros of a border are zeros of what the model reads.",
    "Evaluation, `predict`, `standardize` and batch-norm statistics of the folded model see the rows as they are.",
    "What a row becomes depends on the run's seed, the epoch and the row, and on nothing else: a run that is stopped and goes on sees the same images, whatever the batch.",
  ],
  split: [
    "Statistics (`standardize`) and the names of classes come from the training split alone; of `images` from the names of all folders.",
    'Folders as splits: `split train folder "train", test folder "test"`, also `valid`. Each is a folder within that of `images` and holds a folder for each class.',
  ],
  csv: [
    "A field of `class[n]` may hold words: where the type does not name them, the distinct words of the training split in order of their code points are the classes; whole numbers are labels as they are.",
    "`fields x: f32[8] from \"values\"` reads eight numbers out of one cell, such as `0.5 1 2 ...` or `[0.5, 1, 2, ...]`; a field of more axes takes them row by row, or as lists of lists. One number too many or too few is an error that names the row.",
    "`fields tokens: i32[128] below 96 from \"text\"` reads a text: its characters (code points, spaces included) by the vocabulary of the training split, as in `jsonl` words; with `unit: bytes` its bytes, with a tokenizer file its tokens. Cells of `predict` are read as those of the run were.",
  ],
  jsonl: [
    "A field of `class[n]` may hold words, as in `csv`. A field of `i32[...] below n` may hold words instead of numbers: their vocabulary is that of the training split, the n - 1 most frequent where there are more, and what is not in it has the number after the last.",
    "`from shift(\"target\")` gives the values of a member moved to the right by one, with a 0 in front.",
  ],
  parquet: [
    "Columns of numbers, truth values, words, and lists of them in the field's shape. Words are classes by the rules of `csv`, and numbers of `i32[n] below m` by those of `jsonl`. Dates, decimals that are no numbers, maps and structures are no field.",
    "A value is missing where it is null or no number (as pandas writes it). That is an error that names row and column; with `missing: drop` its row is left out and counted.",
    "Snappy, gzip, Brotli, Zstandard and LZ4 are read, one row group at a time. Pages in the encoding DELTA_BYTE_ARRAY are refused: what they make is not known before they are read.",
  ],
  images: [
    "With a field of `class[n]`, each image lies in the folder of its class; without one, images lie in the folder itself or in folders of it. Where the type does not name the classes, they are the folders in order of their names; folders that are called 0 to n - 1 are labels as they are.",
    "Rows go round the classes, the first image of each, then the second, in order of their names: `take` and `order: file` have some of each. Where folders are splits, `take` takes from each in proportion.",
    "Numbers are 0 to 255, also of 16 bits (with fractions) and of palettes. Gray images become color and opaque ones lose or gain transparency where the field asks for it; what would lose colors or transparency is an error, and so is an image of another size. Orientation that a camera noted beside the pixels is not applied.",
    "PNG of all kinds and JPEG, sequential and progressive, gray or in color; JPEG pixels are those of libjpeg. Files of other image formats are an error; what is no image is left out with a note, hidden files without.",
    "`predict --in` takes a folder or image files, also where the model was trained on other data, and gives the name of each file.",
  ],
  text: [
    "Characters are code points in UTF-8. The vocabulary is that of the training split, in order of the code points; a character that stands in no training row has the number after the last, where `below` leaves one.",
    "Windows do not overlap. What is left at the end and fills no window is not read.",
    "`split ... order: file` keeps the text in order: the end of it validates.",
  ],
  npz: ["An array of Python objects is refused: reading it could run code."],
  weigh: [
    "A loss is then sum w l / count over rows and positions: the divisor is not the sum of the weights, so that each row has the same say whatever batch it comes into. Weights hold for the training loss that is minimized and logged at each step; `valid.loss`, metrics and `eval` are without them.",
    "`weigh classes` is for each `cross_entropy` and `binary_cross_entropy` whose target is a field of labels (`class[n]`, or whole numbers `below n`), perhaps through `cast` or `reshape`; each counts the classes of its own field. Labels of a sequence are weighed position by position. A class that does not occur in the training split does not count as one of the classes. `weigh by` holds for every loss.",
  ],
  select: [
    "Rows are chosen before the first step by the folded model as it begins, in evaluation mode; losses are asked for row by row, with the weights of `weigh`. Losses and outputs of a model that has learned nothing say little: they are nearly the same for all rows, and the distances decide. `after: 1 epochs` lets a model learn for so long first.",
    "`embedding: inputs` is all that the model reads, side by side: numbers as they stand after `scale` and `standardize`, so that larger ones count for more; of whole numbers below a bound the share of each number among those of the field.",
    "Weights of the chosen rows have the mean 1 and enter the training loss as those of `weigh` do. An epoch is a pass over the chosen rows. Batch-norm statistics are still estimated on the whole training split, and so are the counts of `weigh classes balanced`.",
    "The rows are stored in the run's folder, in `selection.safetensors`, and a resumed run goes on with them. `run.json` has them under `selection`, `metrics.jsonl` in a line of step 0: how many rows of how many, and `select.loss`, the weighted mean loss of the chosen rows before the first step. For methods that draw it estimates the mean loss of all rows, unless the loss is `contrastive`, which is no mean over rows.",
  ],
  sensitivity: [
    "From the paper (Axiotis, Cohen-Addad, Henzinger, Jerome, Mirrokni, Saulpic, Woodruff, Wunder, arXiv 2402.17327; we had its abstract): one can choose k + 1 / eps^2 elements whose weighted mean loss is that of the whole set up to a factor of 1 +- eps and an additive eps lambda Phi_k, Phi_k the k-means cost of the embeddings, if the loss is Hoelder continuous in them.",
    "At second hand, from reviews and papers that cite it: k-means with k-means++ seeding; centers rounded to the nearest row, whose losses alone are asked for; the formula of p_e with z of 1 or 2; draws with replacement.",
    "Our choice: `lambda: balanced`; 5% of equal chances; rows belong to the nearest rounded center, and clusters are those of k-means for both z; draws of one row are merged, their weights added and divided by the mean.",
    "What to expect: a paper that compares methods for fine-tuning a language model reports one to three points over equal chances at a quarter to a sixteenth of the data (second hand). What it does for a model that is trained on its rows we have not measured. Compare with `uniform`.",
  ],
  "-": ["Before a tensor it is the negative: `-x`."],
};

/** Notes of a word, if it has any. */
export function notesOf(word: string): readonly string[] {
  return Object.hasOwn(notes, word) ? (notes[word] ?? []) : [];
}

const count = (number: number): string => number.toLocaleString("en-US");

/** What is no word of the language and yet asked for. */
export const topicEntries: readonly ReferenceEntry[] = [
  entry({
    word: "weights",
    kind: "topic",
    title: "how weights are named",
    doc: "Checkpoints, exports and resumed runs find weights by their paths.",
    notes: [
      "A path is the name of the call and that of the weight: `dense.kernel`, `dense.bias`. The second unnamed `dense` of a body is `dense_2`; `layer head = dense(10)` is `head.kernel`, and all uses of `head` share it.",
      "A call of a block or model adds its name in front: `conv_block.conv2d.kernel`. A `repeat` adds its count among the repeats of the body and its turn, from 1: `repeat_1.3.dense.kernel` is of the third turn. (`repeat 3 as i` counts i from 0.)",
      "Names of values, comments and formatting do not enter, so they can be changed without losing a checkpoint.",
      "Roles: a *kernel* is in the reach of `overparam`, an *embedding* table if that asks for it, and both decay; *biases* and *scales* are in no reach and decay only with `decay: all`; *statistics* are not trained, they follow the batches.",
    ],
  }),
  entry({
    word: "fold",
    kind: "topic",
    title: "what ships",
    doc: "A run trains kernel sets and ships plain kernels: the fold takes each set to the mean of its copies.",
    notes: [
      foldNote,
      "The folded model has the layers, the sizes and the cost of the same model without the annotation. Only kernel sets fold; biases, scales and tables without `embeddings: true` ship as they were trained.",
      "The mean is computed by the operation that mixes in training, with all mixing weights 1 / k, so the kernel is bit for bit that of a step with `mix: mean`.",
    ],
  }),
  entry({
    word: "moments",
    kind: "topic",
    title: "what the optimizer of a fused model begins with",
    doc: "With `moments: fused` of `fuse from` it begins with what the optimizers of the sources kept, in the place of zeros; `moments: fresh` is zeros. (`moments` of `overparam` is on its own page.)",
    notes: [
      "An entry of a weight that is c times an entry of a source with the share w has w / c times that one's gradient, where the gradients at the outputs are equal: of two sources half of it in weights that stand side by side (c = 1), all of it in a head (c = w), and what follows from the factors of tied tables. Moments that are linear in the gradient are multiplied by w / c: those of `sgd`, `rk` and `lion`, and the first of `adam` and `adamw`. Squares are multiplied by its square: the second of `adam` and `adamw`, those of `rmsprop` and `adagrad`. The momentum of `rmsprop` stays, since its steps do not see how large gradients are. An entry that is the mean of the sources' begins with the mean of theirs, by the same shares.",
      "Derived, and tested against fused models that took the same steps: this is exact where outputs are the mean of the sources' and `new_weights` are zeros, for squares of means where the sources' gradients agree, and for `rk` up to the size of a step.",
      "Our choice, because we did not have the paper's exact rules: that gradients of the sources stand in for those of the target at all; the mean of squares; and entries that no source has, which begin with a first moment of 0 and with the mean of the other squares of their weight. With squares of 0, Adam's steps there would be up to 6.6 times the rate (`betas: [0.9, 0.999]`), since its correction goes on.",
      "Adam's count of steps goes on per weight, from the smallest count of its sources; moments of sources that took more steps are brought to it so that their corrected values stay. It is in the checkpoints. Weights that no source has or trains begin with zeros and count from 1.",
      "The state is read from the checkpoint of the step whose weights the source gives: of the best one where that ships, and of `left at step 1000` from a checkpoint of that step, which then stays. It is that of gradients as the optimizer met them, after `clip` and `regularize`. Of a kernel set it is that of one kernel: copies' first moments add up to it.",
      "Fresh all the same: the average of `ema`, the curvature of `rk(adaptive: true)`, and the schedule. `accumulate` keeps nothing between steps.",
      "Not possible, and said before training: other optimizers or other shares of the past in target and sources (`adam` and `adamw` keep the same), files of weights, models within another, `rk(precondition: true)`, and `moments: copies` of `overparam`.",
      "What to expect: in a small trial of ours (two perceptrons of width 32 on 3,000 digits, fused and trained for 200 steps with a warm-up, three seeds) losses were 0.01 to 0.02 higher than with `moments: fresh`. Without a warm-up, at a rate of 0.01 (two seeds), the training loss rose to 0.8 and 0.9 in the first steps, and with `fresh` to 2.2 and 1.7.",
    ],
  }),
  entry({
    word: "limits",
    kind: "topic",
    title: "how large a program may be",
    doc: "Limits keep any file from taking the compiler's time or memory; going beyond one is an error that says so.",
    notes: [
      `Layers and operators of one model: ${count(limits.applications)}. Elements of one tensor: ${count(limits.elements)}. Calls of blocks inside each other: ${count(limits.recursion)}. Expressions inside each other, over all calls: ${count(limits.depth)}. Evaluated expressions and statements of a program, turns of \`repeat\` counted: ${count(limits.evaluations)}.`,
      `Copies of one kernel: ${count(mostCopies)}.`,
      "A file of data is read as a whole and held in memory.",
    ],
  }),
];
