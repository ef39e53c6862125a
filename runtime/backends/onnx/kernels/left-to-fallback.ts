// Why kernels run on the fallback: what is not here runs on the engine. Single uses of others fall back too, where a kernel's plan says so:
// empty tensors, integers in functions of real numbers, windows that the engine does not know.

const complex = "the engine's tensors are not complex";
const strings = "it works on strings";
const ragged = "the shape of its result depends on the numbers in its inputs";
const pixels = "it picks pixels by coordinates that differ from call to call, before training rather than in a step";

/** Half a sentence for each kernel of the backend `cpu` that the engine does not run. */
export const fallbackReasons: Readonly<Record<string, string>> = {
  BroadcastArgs: "its result is a shape, which is read at once",
  Complex: complex,
  ComplexAbs: complex,
  CropAndResize: pixels,
  Draw: "it draws on a canvas",
  FFT: complex,
  IFFT: complex,
  Imag: complex,
  Multinomial: "its random numbers come from TensorFlow.js's own generator",
  NonMaxSuppressionV3: ragged,
  NonMaxSuppressionV4: ragged,
  NonMaxSuppressionV5: ragged,
  RaggedGather: ragged,
  RaggedRange: ragged,
  RaggedTensorToTensor: ragged,
  Real: complex,
  RotateWithOffset: pixels,
  SparseFillEmptyRows: ragged,
  SparseReshape: "its result is a shape, which is read at once",
  SparseSegmentMean: ragged,
  SparseSegmentSum: ragged,
  StaticRegexReplace: strings,
  StringNGrams: strings,
  StringSplit: strings,
  StringToHashBucketFast: strings,
  Transform: pixels,
  Unique: ragged,
};
