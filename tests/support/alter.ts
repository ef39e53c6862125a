// Changes the meaning of a program and keeps its form: other numbers, other names out of the same program, layers exchanged, options
// taken away. Reaches what lies behind the parser. Deterministic by the stream it is given.

const numbers = ["0", "1", "2", "3", "7", "64", "1_000", "65_536", "2 ** 31", "10 ** 12", "-1", "-3", "0.5", "2.5", "1e-300", "1e300", "5%", "150%", "1 / 3", "10 / 5", "3 epochs", "200 steps", "true", '"text"', "[2, 2]", "[]", "[0.9, 0.99]", "relu", "uniform", "same"];
const layers = ["relu", "flatten", "softmax", "batch_norm", "dropout(0.5)", "dense(8)", "dense(3, bias: false)", "max_pool(2)", "avg_pool(2, padding: same)", "global_avg_pool", "conv2d(4, kernel: 3)", "conv2d(4, kernel: 3, groups: 2)", "conv1d(4, kernel: 3)", "depthwise_conv2d(3)", "conv2d_transpose(2, kernel: 2, stride: 2)", "resize(scale: 2)", "pad([1])", "reshape([4])", "mean", "mean(axis: 0)", "cast(f32)", "one_hot(3)", "embedding(10, 4)", "half"];
const operators = ["+", "-", "*", "/", "**"];

/** A program with one to three such changes. */
export function alter(text: string, random: () => number): string {
  let result = text;
  const changes = 1 + Math.floor(random() * 3);
  for (let i = 0; i < changes; i++) result = alterOnce(result, random);
  return result;
}

function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? "";
}

/** One occurrence of the pattern replaced. */
function replaceOne(text: string, pattern: RegExp, random: () => number, by: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  const match = found[Math.floor(random() * found.length)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + by(match[0]) + text.slice(match.index + match[0].length);
}

function alterOnce(text: string, random: () => number): string {
  const kind = random();
  if (kind < 0.35) return replaceOne(text, /(?<![\w."])\d[\d_.]*(?:e-?\d+)?%?(?!\w)/g, random, () => pick(numbers, random));
  if (kind < 0.5) {
    const names = text.match(/(?<![\w"])[a-z_]\w*(?![\w"])/g) ?? [];
    return replaceOne(text, /(?<![\w"])[a-z_]\w*(?![\w"])/g, random, () => pick(names, random));
  }
  if (kind < 0.65) return replaceOne(text, /\|> \w+(?:\([^()]*\))?/g, random, () => `|> ${pick(layers, random)}`);
  if (kind < 0.75) return replaceOne(text, /\|> \w+(?:\([^()]*\))?/g, random, (found) => `${found} |> ${pick(layers, random)}`);
  if (kind < 0.8) return replaceOne(text, / \|> \w+(?:\([^()]*\))?/g, random, () => "");
  if (kind < 0.85) return replaceOne(text, / [-+*/] /g, random, () => ` ${pick(operators, random)} `);
  if (kind < 0.9) return replaceOne(text, /, \w+: [^,()\n]+(?=[,)])/g, random, () => "");
  if (kind < 0.95) return replaceOne(text, /^ {2}\w.*\n/gm, random, () => "");
  return replaceOne(text, /\|> \w+(?:\([^()]*\))?/g, random, (found) => `${found} overparam ${pick(numbers, random)}`);
}
