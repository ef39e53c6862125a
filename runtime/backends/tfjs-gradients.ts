// Registers the gradients of TensorFlow.js's ops, which its main module leaves out. Bundlers follow the import. Run from the sources, Node
// cannot: the package names a folder and a file beside it alike, which only the resolution of CommonJS tells apart.

const name = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
try {
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
} catch {
  const { createRequire } = await import("node:module");
  createRequire(import.meta.url)(name);
}
