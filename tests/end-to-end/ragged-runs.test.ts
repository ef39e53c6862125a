// Runs on sequences of unequal length as users have them: predictions end where a sequence ends, evaluation is over all real positions, killed runs
// go on to the same bytes, rows whose sequences should be equally long and are not are told of.

import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseCsv } from "csv-parse/sync";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withProgram, type Placed } from "../support/compiled.js";
import { lossesIn } from "../support/metrics.js";
import { jsonl, raggedFiles, raggedPrograms, type RaggedProgram } from "../support/ragged-programs.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

function programOf(name: string): RaggedProgram {
  const found = raggedPrograms.find((program) => program.name === name);
  if (found === undefined) throw new Error(`no program ${name}`);
  return found;
}

type Row = Readonly<Record<string, string>>;

async function predicted(program: Placed, ...args: readonly string[]): Promise<readonly Row[]> {
  const ended = await program.run("predict", "net", ...args, "--out", "found.csv", "--backend", "cpu");
  assert.is(ended.code, 0, ended.err);
  return parseCsv<Row>(readFileSync(join(program.folder, "found.csv")), { columns: true });
}

async function evaluated(program: Placed, figure: string): Promise<number> {
  const ended = await program.run("eval", "net", "--split", "valid", "--backend", "cpu");
  assert.is(ended.code, 0, ended.err);
  return Number(new RegExp(`\\b${figure} ([0-9.]+)`).exec(ended.out)?.[1]);
}

const close = (found: number, expected: number, tolerance: number, what: string): void => assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, expected ${expected}`);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What a row has of a member. */
const listOf = <T>({ row }: RaggedProgram, found: Row, member: string): readonly T[] => (row(Number(found["row"]) - 1) as Record<string, readonly T[]>)[member] ?? [];

test("a tagger: cells end with the sentence, loss and metrics are those of all its words", async () => {
  const tagger = programOf("tagger");
  // The batches of the validation split have different numbers of words.
  await withProgram(tagger.source.replace("batch     8", "batch     4"), raggedFiles(tagger, 30), async (program) => {
    const trained = await program.run("train", "--quiet", "--backend", "cpu");
    assert.is(trained.code, 0, trained.err);
    const found = await predicted(program, "--split", "valid");
    const positions = found.flatMap((row) => listOf<number>(tagger, row, "tags").map((tag, at) => ({ row, tag, at })));
    for (const row of found) {
      const { length } = listOf(tagger, row, "tokens");
      for (let at = 0; at < 7; at++) {
        const cells = ["", ".0", ".1", ".2", ".3"].map((end) => row[`tag.${at}${end}`]);
        if (at >= length) assert.equal(cells, ["", "", "", "", ""], `row ${row["row"]}, position ${at}`);
        else close(sum(cells.slice(1).map(Number)), 1, 1e-5, "probabilities");
      }
    }
    const right = positions.filter(({ row, tag, at }) => row[`tag.${at}`] === String(tag)).length;
    close(await evaluated(program, "accuracy"), right / positions.length, 5.1e-5, "accuracy");
    const loss = sum(positions.map(({ row, tag, at }) => -Math.log(Number(row[`tag.${at}.${tag}`])))) / positions.length;
    close(await evaluated(program, "loss"), loss, 6e-5, "loss");
    close(await evaluated(program, "perplexity"), Math.exp(loss), 3e-4, "perplexity");

    // The same rows in a file of their own, in another order and without tags.
    const chosen = found.slice(0, 3).reverse();
    writeFileSync(join(program.folder, "new.jsonl"), jsonl(chosen.map((row) => ({ tokens: listOf(tagger, row, "tokens") }))));
    const again = await predicted(program, "--in", "new.jsonl");
    assert.equal(again.map((row) => ({ ...row, row: "" })), chosen.map((row) => ({ ...row, row: "" })));
    writeFileSync(join(program.folder, "bad.jsonl"), jsonl([{ tokens: [1] }, { tokens: [] }]));
    const refused = await program.run("predict", "net", "--in", "bad.jsonl");
    assert.is(refused.code, 1);
    assert.match(refused.err, "`tokens` in line 2 of `bad.jsonl` holds 0 values, expected at least one");
  });
});

test("signals: numbers in their fields' own units, as many as there are; each term of the loss is a mean over what it is of", async () => {
  const signals = programOf("signals");
  const source = signals.source.replace("batch     8", "batch     4").replace("standardize signal, level", "standardize signal, level, next");
  await withProgram(source, raggedFiles(signals, 30), async (program) => {
    const trained = await program.run("train", "--quiet", "--backend", "cpu");
    assert.is(trained.code, 0, trained.err);
    const found = await predicted(program, "--split", "valid");
    const { fitted } = JSON.parse(readFileSync(program.path("net", "run.json"), "utf8")) as { fitted: { statistics: Record<string, { mean: number[]; std: number[] }> } };
    const deviations = fitted.statistics["next"]?.std ?? [];
    const errors = found.flatMap((row) =>
      listOf<readonly number[]>(signals, row, "next").flatMap((pair, at) => pair.map((value, feature) => (Number(row[`ahead.${at}.${feature}`]) - value) / (deviations[feature] ?? NaN))),
    );
    close(await evaluated(program, "mae"), sum(errors.map(Math.abs)) / errors.length, 1e-3, "mean absolute error");
    close(await evaluated(program, "loss.mse"), sum(errors.map((error) => error ** 2)) / errors.length, 2e-3, "mean square error");
    const kinds = found.filter((row) => row["kind"] === String((Number(row["row"]) - 1) % 2)).length;
    close(await evaluated(program, "accuracy"), kinds / found.length, 5.1e-5, "accuracy of rows");
    const { length } = listOf(signals, found[0] ?? {}, "level");
    const cells = Array.from({ length: 6 }, (_, at) => found[0]?.[`level_again.${at}`]);
    assert.equal(cells.map((cell) => cell !== ""), cells.map((_, at) => at < length));
    assert.ok(found.every((row) => row["all"] !== "" && row["kind.0"] !== ""), "what is no sequence has all cells");
  });
});

for (const backend of ["cpu", "onnx"]) {
  test(`killed and resumed, the bytes are those of a run in one go, ${backend}`, async () => {
    const { source, ...rest } = programOf("t5");
    await withProgram(source.replace("steps     12", "steps     60\n  checkpoint every 2 steps"), raggedFiles({ source, ...rest }, 40), async (program) => {
      symlinkSync(packages, join(program.folder, "node_modules"));
      const whole = await program.run("train", "--quiet", "--backend", backend, "--runs-dir", "whole");
      assert.is(whole.code, 0, whole.err);
      const started = program.start("train", "--quiet", "--backend", backend, "--runs-dir", "killed");
      const checkpoints = join(program.folder, "killed", "net", "checkpoints");
      let over = false;
      void started.ended.then(() => (over = true));
      while (!over && !(existsSync(checkpoints) && readdirSync(checkpoints).some((name) => /^step-\d+\.safetensors$/.test(name)))) await new Promise((resolve) => setTimeout(resolve, 2));
      started.kill("SIGKILL");
      assert.is((await started.ended).signal, "SIGKILL", "it was killed under way");
      const resumed = await program.run("train", "--backend", backend, "--runs-dir", "killed");
      assert.is(resumed.code, 0, resumed.err);
      assert.match(resumed.err, /goes on from step \d+/);
      const bytes = (runs: string): Buffer => readFileSync(join(program.folder, runs, "net", "model.safetensors"));
      assert.ok(bytes("killed").equals(bytes("whole")), "the model differs");
      assert.is(readFileSync(join(program.folder, "killed", "net", "metrics.jsonl"), "utf8"), readFileSync(join(program.folder, "whole", "net", "metrics.jsonl"), "utf8"));
      assert.ok(lossesIn(join(program.folder, "whole", "net", "metrics.jsonl")).every(Number.isFinite));
    });
  });
}

test("tags that are not as many as the words are told of before anything is trained", async () => {
  const tagger = programOf("tagger");
  const rows = Array.from({ length: 20 }, (_, row) => (row === 6 ? { tokens: [1, 2], tags: [1] } : tagger.row(row)));
  await withProgram(tagger.source, { "rows.jsonl": jsonl(rows) }, async (program) => {
    const refused = await program.run("train", "--quiet", "--backend", "cpu");
    assert.is(refused.code, 1);
    assert.match(refused.err, /in line 7 of `rows.jsonl` has \d items? and `\w+` \d items?; their positions meet, expected equally many/);
    assert.not.ok(existsSync(program.path("net", "model.safetensors")));
  });
});

test.run();
