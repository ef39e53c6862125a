// Convolutions, resize and pad of a batch, whose images do not see each other. Values and gradients are in the conformance battery.

import * as tf from "@tensorflow/tfjs-core";
import { test } from "uvu";
import * as sop from "../../runtime/index.js";
import { opOf } from "../support/conformance/ops.js";
import { referenceFile, type Stored } from "../support/conformance/references.js";
import { near, unpack } from "../support/numeric.js";

for (const { name, op, inputs, options } of referenceFile("convolutions") as readonly Stored[]) {
  test(`${name}: an example does not see the ones beside it`, async () => {
    await sop.selectBackend("cpu");
    const [x, ...rest] = Object.values(inputs).map(unpack);
    if (x === undefined) throw new Error("an input");
    const run = (first: tf.Tensor): tf.Tensor => opOf(op).run(Object.fromEntries([first, ...rest].entries()), options);
    const [together, alone] = [run(tf.concat([x, tf.mul(x, 2)])), run(tf.slice(x, 0, 1))];
    near(await alone.data(), await tf.slice(together, 0, 1).data(), 1e-6, name);
  });
}

test.run();
