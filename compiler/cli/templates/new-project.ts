// The files of a project made by `sop new`: they train as they are, with nothing downloaded.

export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a project called `name`; `dependency` is what its package.json says of sop, or null if sop is found without it. */
export function newProject(name: string, dependency: string | null): readonly ProjectFile[] {
  return [
    { path: "model.sop", text: model },
    { path: "package.json", text: packageJson(name, dependency) },
    { path: "tsconfig.json", text: tsconfig },
    { path: "README.md", text: readme(name) },
    { path: ".gitignore", text: "node_modules/\nbuild/\nruns/\n" },
  ];
}

const model = `/// Handwritten digits, drawn by sop itself: change \`data\` to train on your own files.
data digits = synthetic("digits", rows: 6000, seed: 0) {
  fields image: f32[28, 28, 1], label: class[10]
  scale  image by 1/255
  split  train 80%, valid 10%, test 10%
}

/// Trains \`k\` kernels per layer and ships one: the folded model is as small as with \`k: 1\`.
model Digits(width: int = 64, k: int = 4) overparam k {
  input  image: f32[28, 28, 1]

  x = image |> flatten |> dense(width) |> relu |> dense(width) |> relu

  output digit: f32[10] = x |> dense(10)
}

train digits_small: Digits on digits {
  loss       cross_entropy(digit, label)
  metrics    accuracy(digit, label)
  optimizer  adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%))
  batch      128
  epochs     5
  checkpoint every 100 steps, keep 2
  seed       1
}
`;

/** For editors, and for `npx tsc` where TypeScript is installed. TensorFlow.js's own declarations do not pass a library check. */
const tsconfig = `{
  "compilerOptions": {
    "strict": true,
    "target": "es2022",
    "module": "nodenext",
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["build/**/*.ts"]
}
`;

function packageJson(name: string, dependency: string | null): string {
  const content = {
    name,
    private: true,
    type: "module",
    scripts: { check: "sop check model.sop", train: "sop train model.sop" },
    // The engine's install script would fetch a CUDA provider, and where that fails npm takes the engine away; esbuild works without its own.
    allowScripts: { esbuild: false, "onnxruntime-node": false },
    ...(dependency === null ? {} : { devDependencies: { sop: dependency } }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function readme(name: string): string {
  return `# ${name}

A model in \`model.sop\`, compiled and trained by sop.

| command | does |
|---|---|
| \`npx sop check\` | reports mistakes in \`model.sop\` |
| \`npx sop summary\` | shows shapes, weights and cost of each layer |
| \`npx sop train\` | trains; an interrupted run goes on where it stopped |
| \`npx sop eval\` | measures the folded model on the test split |
| \`npx sop export --to safetensors -o digits.safetensors\` | writes the folded model |

Runs are folders under \`runs/\`, the generated TypeScript is in \`build/model/program.ts\`. If \`npx sop\` does not find sop, run \`npm install --ignore-scripts\` first.
`;
}
