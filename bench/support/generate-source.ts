// A valid program of a given length for the benchmarks: blocks, models and runs in the proportions of real files.

/** Source text of about `lines` lines without a diagnostic. Each 25 lines are one block, one model and one run. */
export function generateSource(lines: number): string {
  const parts = [
    `data digits = synthetic("digits", rows: 1000) {`,
    `  fields  image: f32[28, 28, 1], label: class[10]`,
    `  scale   image by 1/255`,
    `  split   train 80%, valid 10%, test 10%`,
    `}`,
    ``,
  ];
  for (let index = 0; parts.length < lines; index++) {
    parts.push(
      `/// Block number ${index}.`,
      `block layer_${index}(x: f32[d], width: int, rate: float = 0.1) -> f32[width] {`,
      `  y = x |> dense(width) |> relu |> dropout(rate)`,
      `  if d == width { y = y + x }`,
      `  return y`,
      `}`,
      ``,
      `/// Model number ${index}.`,
      `model Net_${index}(width: int = 32, depth: int = 2) overparam 4 {`,
      `  input image: f32[28, 28, 1]`,
      `  x = image |> flatten |> dense(width) |> relu`,
      `  repeat depth { x = x |> layer_${index}(width) }`,
      `  output digit: f32[10] = x |> dense(10) overparam 1`,
      `}`,
      ``,
      `train run_${index}: Net_${index}(width: 64) on digits {`,
      `  loss       cross_entropy(digit, label)`,
      `  metrics    accuracy(digit, label)`,
      `  optimizer  adamw(lr: warmup_cosine(peak: 2e-3, warmup: 5%))`,
      `  batch      128`,
      `  epochs     5`,
      `  clip       norm 1.0`,
      `  seed       ${index}`,
      `}`,
      ``,
    );
  }
  return parts.slice(0, parts.length).join("\n");
}
