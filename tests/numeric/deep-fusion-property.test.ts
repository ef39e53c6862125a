// No false claim: networks of random layers and widths, fused from random sources, do what the compiler says of them. And the claims are not
// empty: most networks that could be the mean of their sources are said to be.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FusionOptions } from "../../compiler/passes/deep-fusion/fuse.js";
import { printProvenance } from "../../compiler/passes/deep-fusion/report.js";
import { measure, modelsOf, zeros } from "../support/fusion.js";
import { useCpu } from "../support/numeric.js";
import { randomNetwork } from "../support/random-networks.js";

await useCpu();

const networks = 2000;

/** `Net` with the sizes of sources, of their sums, and of a target with units that are nobody's. */
const instances = `
model A = Net(2, 3)
model B = Net(3, 1)
model C = Net(1, 2)
model AB = Net(5, 4)
model ABC = Net(6, 6)
model AA = Net(4, 6)
model Wider = Net(7, 6)
`;

interface Plan {
  readonly target: string;
  readonly sources: readonly string[];
  readonly options: FusionOptions;
}

function planOf(seed: number): Plan {
  const norms = seed % 7 === 0 ? "joint" : "exact";
  if (seed % 5 === 0) return { target: "AA", sources: ["A", "A"], options: { ...zeros, norms, newWeights: seed % 2 === 0 ? { kind: "antisymmetric", std: 0.5 } : { kind: "zeros" } } };
  if (seed % 3 === 0) return { target: "ABC", sources: ["A", "B", "C"], options: { ...zeros, norms, weights: seed % 2 === 0 ? [0.2, 0.3, 0.5] : null } };
  return { target: seed % 4 === 1 ? "Wider" : "AB", sources: ["A", "B"], options: { ...zeros, norms } };
}

test(`${networks} random networks do what is claimed of them`, () => {
  const counts = { mean: 0, partly: 0, not: 0, rejected: 0, missed: 0, rough: 0 };
  for (let seed = 0; seed < networks; seed++) {
    const network = randomNetwork(seed);
    const models = modelsOf(network + instances);
    const { target, sources, options } = planOf(seed);
    const measured = measure(models, target, sources, options, seed);
    const { fusion, gaps, errors } = measured;
    const [claim] = fusion.claims;
    if (claim === undefined) {
      assert.ok(fusion.problems.length > 0, `network ${seed} is rejected for a reason`);
      counts.rejected++;
    } else if (claim.kind === "not") {
      counts.not++;
      assert.ok(claim.causes.length > 0, `network ${seed} is not the mean for a reason`);
      if ((gaps["y"] ?? 0) < 1e-5) counts.missed++;
    } else {
      counts[claim.kind === "mean" ? "mean" : "partly"]++;
      const error = errors["y"] ?? Infinity;
      if (!(error < 1e-5)) counts.rough++;
      assert.ok(error < 1e-4, `network ${seed}: ${claim.kind} is off by ${error}\n${network}\n${fusion.provenance === null ? "" : printProvenance(fusion.provenance)}`);
    }
  }
  // A norm of numbers that hardly differ makes rounding visible.
  assert.ok(counts.rough <= 0.001 * networks, JSON.stringify(counts));
  assert.ok(counts.mean > 0.35 * networks, JSON.stringify(counts));
  assert.ok(counts.partly > 0.05 * networks, JSON.stringify(counts));
  assert.ok(counts.rejected < 0.05 * networks, JSON.stringify(counts));
  assert.ok(counts.missed < 0.02 * networks, JSON.stringify(counts));
});

test.run();
