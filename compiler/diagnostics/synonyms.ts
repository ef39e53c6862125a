// Names that other frameworks give to what sop has under its own: what "did you mean" offers before it compares letters.
// A row holds for layers, options and clauses alike; what it offers is only offered where such a name can stand.

import { suggest } from "./suggest.js";

/** What sop calls it, and what others do, in small letters and without `_`. */
const rows: readonly (readonly [string, string])[] = [
  // layers and functions
  ["dense", "linear fc fullyconnected innerproduct denselayer"],
  ["conv1d", "convolution1d temporalconv"],
  ["conv2d", "conv convolution convolution2d conv2dlayer"],
  ["depthwise_conv2d", "depthwiseconv depthwiseconvolution depthwiseconvolution2d"],
  ["conv2d_transpose", "convtranspose2d convtranspose conv2dtransposed transposedconv deconv deconv2d deconvolution convolution2dtranspose"],
  ["resize", "upsample upsampling upsampling2d interpolate resizing"],
  ["pad", "zeropad2d zeropadding2d zeropadding padding2d constantpad2d"],
  ["batch_norm", "bn batchnorm1d batchnorm2d batchnorm3d batchnormalization"],
  ["layer_norm", "layernormalization"],
  ["max_pool", "maxpool1d maxpool2d maxpooling maxpooling2d"],
  ["avg_pool", "avgpool2d avgpooling averagepool averagepooling averagepooling2d meanpool"],
  ["global_avg_pool", "globalaveragepooling globalaveragepooling2d globalavgpool2d adaptiveavgpool2d gap"],
  ["dropout", "dropout1d dropout2d spatialdropout2d"],
  ["embedding", "embed embeddings"],
  ["concat", "cat concatenate hstack"],
  ["reshape", "view unflatten squeeze unsqueeze expanddims"],
  ["silu", "swish"],
  ["leaky_relu", "lrelu"],
  ["cast", "astype"],
  ["transpose", "permute swapaxes"],
  ["one_hot", "tocategorical onehotencoding"],
  ["l2_normalize", "normalize unitnorm"],
  ["lstm", "lstmcell"],
  ["gru", "grucell"],
  ["matmul", "bmm dot mm"],
  ["separable_conv", "separableconv2d separableconv"],
  ["conv_block", "convbnrelu convbn"],
  ["residual", "residualblock resblock basicblock"],
  ["encoder_layer", "transformerencoderlayer transformerblock"],
  ["decoder_layer", "transformerdecoderlayer"],
  ["encoder", "transformerencoder"],
  ["decoder", "transformerdecoder"],
  ["self_attention", "multiheadattention attention mha"],
  ["learned_positions", "positionalembedding positionembedding posembed positionalencoding"],
  ["rotary", "rope rotaryembedding rotaryembeddings"],
  ["relative_bias", "relativepositionbias"],
  // losses and metrics
  ["cross_entropy", "ce crossentropyloss nll nllloss logloss softmaxcrossentropy categoricalcrossentropy sparsecategoricalcrossentropy"],
  ["binary_cross_entropy", "bce bceloss bcewithlogits bcewithlogitsloss binarycrossentropyloss sigmoidcrossentropy"],
  ["mse", "mseloss meansquarederror l2loss"],
  ["mae", "l1loss maeloss meanabsoluteerror"],
  ["huber", "huberloss smoothl1 smoothl1loss"],
  ["kl", "kldiv kldivloss kldivergence kullbackleibler"],
  ["accuracy", "acc categoricalaccuracy sparsecategoricalaccuracy binaryaccuracy"],
  ["top_k", "topkaccuracy topkcategoricalaccuracy"],
  ["f1", "f1score"],
  ["r2", "r2score"],
  // options
  ["units", "outfeatures numoutputs outputdim outputsize hiddensize filters width"],
  ["filters", "outchannels numfilters outfeatures units"],
  ["kernel", "kernelsize ksize kernelshape filtersize"],
  ["size", "poolsize kernelsize kernel windowshape"],
  ["stride", "strides"],
  ["dilation", "dilationrate"],
  ["multiplier", "depthmultiplier channelmultiplier"],
  ["scale", "scalefactor"],
  ["method", "mode interpolation"],
  ["bias", "usebias withbias"],
  ["init", "kernelinit kernelinitializer initializer weightinit embeddingsinitializer"],
  ["rate", "p prob probability droprate dropoutrate dropout"],
  ["vocab", "numembeddings vocabsize vocabularysize inputdim"],
  ["d", "embeddingdim embeddim outputdim dim dmodel features"],
  ["depth", "numclasses classes layers numlayers nlayers"],
  ["heads", "numheads nheads nhead numattentionheads"],
  ["kv_heads", "numkvheads numkeyvalueheads nkvheads"],
  ["dropout", "dropoutp attentiondropout attndropout attnpdrop dropoutrate rate"],
  ["causal", "iscausal usecausalmask masked"],
  ["projection_bias", "usebias"],
  ["axis", "dim axes"],
  ["slope", "negativeslope alpha"],
  ["epsilon", "eps"],
  ["groups", "numgroups"],
  ["reverse", "gobackwards"],
  ["separator", "sep delimiter"],
  ["rows", "n size count numrows numsamples"],
  ["missing", "navalues na"],
  ["smoothing", "labelsmoothing"],
  ["copies", "k n count factor kernels"],
  ["lr", "learningrate rate stepsize lrscheduler lrschedule schedule scheduler"],
  ["weight_decay", "wd"],
  // clauses
  ["batch", "batchsize minibatch bs"],
  ["epochs", "epoch numepochs nepochs maxepochs nbepoch"],
  ["steps", "step numsteps maxsteps iterations trainsteps"],
  ["optimizer", "optim optimiser"],
  ["loss", "criterion objective lossfunction lossfn"],
  ["metrics", "metric"],
  ["seed", "randomseed randomstate manualseed"],
  ["stop", "earlystopping earlystop patience"],
  ["clip", "gradclip gradientclipping clipnorm clipgradnorm gradclipnorm"],
  ["checkpoint", "checkpoints modelcheckpoint save"],
  ["evaluate", "validate eval evalevery"],
  ["regularize", "regularizer kernelregularizer weightdecay l2"],
  ["standardize", "normalize normalise normalization"],
  ["take", "limit head"],
  ["split", "splits trainsplit validationsplit"],
  ["fields", "columns features schema"],
  // words
  ["glorot_uniform", "xavier xavieruniform glorot xavierinit"],
  ["he_normal", "kaiming kaimingnormal he henormalinit kaiminguniform heuniform"],
  ["lecun_normal", "lecun lecununiform"],
  ["normal", "randomnormal truncatednormal gaussian"],
  ["uniform", "randomuniform"],
  ["zeros", "zero"],
  ["ones", "one"],
  ["same", "samepadding reflect"],
  ["cosine", "cosinedecay cosineannealing cosineannealinglr cosineschedule"],
  ["step", "steplr multistep multisteplr stepdecay piecewiseconstant"],
  ["exponential", "exponentiallr exponentialdecay"],
  ["one_cycle", "onecyclelr onecycle"],
  ["linear", "lineardecay linearlr linearschedule polynomial"],
  ["characters", "char chars character"],
  ["bytes", "byte"],
  ["valid", "validation val dev eval"],
  // Words around `fuse from` that have no page of their own.
  ["fuse", "fusion deepfusion norms newweights antisymmetric prove provenance"],
  // types
  ["f32", "float32 float float64 f64 f16 float16 double tensor number real"],
  ["i32", "int32 int64 int i64 long uint8 u8 integer index"],
  ["bool", "boolean"],
  ["class", "label category categorical"],
  ["int", "i32 integer int32 int64 long"],
  ["float", "f32 float32 double number"],
  ["string", "str text"],
];

const own: ReadonlyMap<string, readonly string[]> = (() => {
  const names = new Map<string, string[]>();
  for (const [name, others] of rows) for (const other of others.split(" ")) names.set(other, [...(names.get(other) ?? []), name]);
  return names;
})();

const squash = (name: string): string => name.toLowerCase().replaceAll("_", "");

/** The candidate of the same letters apart from case and `_` (`BatchNorm`), or that which another framework calls so (`Linear`); or null. */
export function ownName(written: string, candidates: readonly string[]): string | null {
  const key = squash(written);
  const same = candidates.find((candidate) => candidate !== written && squash(candidate) === key);
  return same ?? own.get(key)?.find((name) => candidates.includes(name)) ?? null;
}

/** `ownName`, or else the nearest candidate if one is near enough. */
export function suggestWord(written: string, candidates: readonly string[]): string | null {
  return ownName(written, candidates) ?? suggest(written, candidates);
}
