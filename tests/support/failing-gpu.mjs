// Loaded before a program (`node --import`): the GPU that it opens fails after so many submissions, SOP_TEST_GPU says how: `lost 40` or `error 40`.
// It is the real device that is destroyed, or asked for what it must refuse.

const [how, after] = (process.env.SOP_TEST_GPU ?? "").split(" ");
const defined = { GPUAdapter: patchAdapter, GPUQueue: patchQueue };
let device = null;
let submissions = 0;

for (const [name, patch] of Object.entries(defined)) {
  let value;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => value,
    set: (given) => {
      value = given;
      patch(given.prototype);
    },
  });
}

function patchAdapter(prototype) {
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (...words) {
    device = await requestDevice.apply(this, words);
    return device;
  };
}

function patchQueue(prototype) {
  const { submit } = prototype;
  prototype.submit = function (...words) {
    if (++submissions === Number(after)) {
      if (how === "lost") device.destroy();
      // A buffer of no use at all is refused.
      else device.createBuffer({ size: 16, usage: 0 });
    }
    return submit.apply(this, words);
  };
}
