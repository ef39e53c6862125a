// What each program of tests/cases/programs needs to take two steps: files beside it, made up and small, and where the program declares models
// alone, data and a run for them. Lengths that a test has no time for are shortened by `alter`.

import { createHash } from "node:crypto";
import { csv, draws, idx, jsonLines, oneOf, play, sentence, times, tokens, wordTokenizer } from "./made-data.js";
import { parquet } from "./parquet.js";
import { png } from "./png.js";

export interface ProgramData {
  /** Data files by path, relative to the program. */
  readonly files: () => Readonly<Record<string, string | Uint8Array>>;
  /** `.sop` files that the program imports and that are not in its folder. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What is put behind the program. */
  readonly more?: string;
  /** The text of a source file as the test takes it. */
  readonly alter?: (text: string, path: string) => string;
  /** What `sop` does with the program, one command after the other; two steps of all runs, kept nowhere, unless given. */
  readonly commands?: readonly (readonly [command: string, ...rest: readonly string[]])[];
  /** The runs that take steps. */
  readonly runs: readonly string[];
}

const none = (): Readonly<Record<string, string>> => ({});
const shakespeare = (): Readonly<Record<string, string>> => ({ "shakespeare.txt": play(40_000) });

const pictures = `
data pictures = synthetic("digits", rows: 200) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 20%
}

train example: MODEL on pictures {
  loss      cross_entropy(kind, label)
  optimizer adam(lr: 1e-3)
  batch     32
  epochs    1
}
`;

function adult(): string {
  const numbers = draws("adult");
  const jobs = ["Private", "Self-emp", "Federal-gov", "Local-gov", "State-gov", "Self-inc", "Without-pay", "Never-worked", "Unknown"];
  const rows = times(600, (row) => {
    const [age, hours, education] = [17 + numbers.below(60), 10 + numbers.below(60), numbers.below(16)];
    return [row % 50 === 7 ? "?" : age, hours, jobs[row % 9] ?? "", `level-${String.fromCharCode(97 + ((row * 7) % 16))}`, age + hours + 4 * education > 110 ? ">50K" : "<=50K"];
  });
  return csv(["age", "hours-per-week", "workclass", "education", "income"], rows);
}

/** Pictures of ten classes in two folders, each with a stripe where its class says. */
function cifar(): Readonly<Record<string, Uint8Array>> {
  const numbers = draws("cifar");
  const files: Record<string, Uint8Array> = {};
  const names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
  for (const [folder, count] of [["train", 16], ["test", 4]] as const) {
    for (const [label, name] of names.entries()) {
      for (let i = 0; i < count; i++) {
        const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => numbers.below(64) + (Math.floor(at / 96 / 3) === label ? 150 : 0));
        files[`cifar/${folder}/${name}/${i}.png`] = png(32, 32, pixels);
      }
    }
  }
  return files;
}

function pairs(): string {
  const numbers = draws("pairs");
  return jsonLines(
    times(150, () => {
      const source = times(1 + numbers.below(3), () => sentence(numbers)).join(" and ");
      return { source, target: source.split(" ").reverse().slice(0, 12).join(" ") };
    }),
  );
}

function tagged(): string {
  const numbers = draws("tagged");
  return jsonLines(
    times(120, () => {
      const found = tokens(numbers, 1, 50, 20_000);
      return { tokens: found, tags: found.map((token) => token % 9) };
    }),
  );
}

function translated(): string {
  const numbers = draws("translated");
  return jsonLines(
    times(80, () => {
      const source = tokens(numbers, 2, 40, 8000);
      return { source, target: source.map((token) => 7999 - token) };
    }),
  );
}

function clicks(): Uint8Array {
  const numbers = draws("clicks");
  const query = times(1100, () => tokens(numbers, 1, 16, 30_000));
  return parquet({ query, doc: query.map((asked) => [...asked, ...tokens(numbers, 1, 48, 30_000)].slice(0, 64)) });
}

function homes(): string {
  const numbers = draws("homes");
  const rows = times(400, () => {
    const [rooms, area, kind] = [1 + numbers.below(8), 20 + numbers.below(200), numbers.below(5)];
    return [rooms, area, kind, 1000 * area + 5000 * rooms + 20_000 * kind + numbers.below(9000)];
  });
  return csv(["rooms", "area", "kind", "price"], rows);
}

/** Reviews of 128 characters, each character of the plays among them: a model that read those must meet the same vocabulary. */
function reviews(): string {
  const numbers = draws("reviews");
  const alphabet = [...new Set(play(40_000))].sort().join("");
  const rows = times(120, (row) => {
    const text = times(12, () => oneOf(numbers, row % 2 === 0 ? ["dull", "slow", "loud", "flat"] : ["warm", "wise", "calm", "kind"])).join(" and ");
    return [`"${text.padEnd(128, ".").slice(0, 128 - alphabet.length)}${alphabet}"`, row % 2 === 0 ? "bad" : "good"];
  });
  return csv(["text", "label"], rows);
}

const reader = `/// A small reader of characters, and what it makes of them before its head.
import { decoder } from "std/transformer"

data plays = text("shakespeare.txt", unit: characters) {
  fields tokens: i32[128] below 96, target: i32[128] below 96 from next
  split  train 90%, valid 10%
}

model Reader(d: int, heads: int, depth: int = 2, vocab: int = 96) {
  input  tokens: i32[128] below vocab
  x = tokens |> embedding(vocab, d) |> learned_positions(128)
  features = x |> decoder(heads, depth, norm: rms_norm)
  output next: f32[128, vocab] = features |> dense(vocab)
  output read: f32[128, d] = features
}
`;

/** 200 images and their labels. */
function digitFiles(): Readonly<Record<string, Uint8Array>> {
  const numbers = draws("digit files");
  const labels = Uint8Array.from({ length: 200 }, () => numbers.below(10));
  const images = Uint8Array.from({ length: 200 * 784 }, (_, at) => ((at % 784) % 10 === labels[Math.floor(at / 784)] ? 255 : numbers.below(40)));
  return { "images.gz": idx([200, 28, 28], images), "labels.gz": idx([200], labels) };
}

/** The sums that stand in the program become those of the files. */
function withSums(text: string): string {
  const sum = (name: string): string => createHash("sha256").update(digitFiles()[name] ?? "").digest("hex");
  return text.replace('"ab12"', JSON.stringify(sum("images.gz"))).replace('"cd34"', JSON.stringify(sum("labels.gz")));
}

/** All programs, by their path in tests/cases/programs. */
export const programData: Readonly<Record<string, ProgramData>> = {
  "01-mlp-csv.sop": { files: () => ({ "adult.csv": adult() }), runs: ["income"] },
  "02-resnet20.sop": { files: cifar, runs: ["cifar20"] },
  "03-unet.sop": { files: none, runs: ["denoise"] },
  "04-gpt.sop": { files: shakespeare, runs: ["gpt"] },
  "05-t5.sop": { files: () => ({ "pairs.jsonl": pairs(), "tokenizer.json": wordTokenizer() }), runs: ["t5"] },
  "06-vit.sop": { files: none, more: pictures.replace("MODEL", "Vit"), runs: ["example"] },
  "07-lstm-tagger.sop": { files: () => ({ "train.jsonl": tagged() }), runs: ["tagger"] },
  "08-seq2seq.sop": {
    files: () => ({ "translated.jsonl": translated() }),
    more: `
data translated = jsonl("translated.jsonl") {
  fields source: i32[..40] below 8000,
         target: i32[..40] below 8000,
         shifted: i32[..40] below 8000 from shift("target")
}

train translate: Translate on translated {
  loss      cross_entropy(next, target)
  optimizer adam(lr: 1e-3)
  batch     16
  epochs    1
}
`,
    runs: ["translate"],
  },
  "09-two-tower.sop": { files: () => ({ "clicks.parquet": clicks() }), runs: ["retrieval"] },
  "10-multi-task.sop": { files: () => ({ "homes.csv": homes() }), runs: ["homes_both"] },
  // Pixels of synthetic digits go up to 255, and are no probabilities as they are.
  "11-vae.sop": { files: none, alter: (text) => text.replace("label: class[10]\n", "label: class[10]\n  scale image by 1/255\n"), runs: ["vae"] },
  "12-frozen-backbone.sop": {
    files: () => ({ ...shakespeare(), "reviews.csv": reviews() }),
    sources: { "reader.sop": reader },
    alter: (text) => text.replace("steps 500", "steps 2").replace("epochs 2", "steps 2"),
    commands: [["train", "left"], ["train", "right"], ["train", "sentiment"]],
    runs: ["left", "right", "sentiment"],
  },
  "13-fusion-tree.sop": {
    files: shakespeare,
    alter: (text) => text.replaceAll("use lm", "use lm(length: 2)").replace("at step 1000", "at step 2"),
    commands: [["train", "s4"], ["export", "s4", "--to", "safetensors", "-o", "s4.safetensors"], ["train"]],
    runs: ["s1", "s2", "s3", "s4", "m1", "m2", "large"],
  },
  "14-sweep.sop": { files: none, runs: ["slow", "fast", "many"] },
  "15-overparam-one-block.sop": { files: none, more: pictures.replace("MODEL", "Small"), runs: ["example"] },
  "split/main.sop": { files: digitFiles, alter: withSums, runs: ["net"] },
};
