// What makes k kernels out of one: said by `overparam`, carried by a weight of the IR. The meaning of each option is in the runtime,
// methods/majority-kernels.

export interface KernelSet {
  /** k. */
  readonly copies: number;
  /** How mixing weights are drawn. */
  readonly mix: { readonly rule: "dirichlet"; readonly alpha: number } | { readonly rule: "uniform" } | { readonly rule: "mean" };
  /** What shares one draw. */
  readonly per: "kernel" | "output" | "model";
  /** Initial values of the copies; `spread` is in units of the initializer's standard deviation. */
  readonly init: { readonly rule: "centred"; readonly spread: number } | { readonly rule: "scaled" } | { readonly rule: "independent" };
  /** Of what the learning rate is that of a plain kernel. */
  readonly rate: "mixture" | "mean" | "unscaled";
  /** Adam-like rules: second moments once per set, or per copy. */
  readonly moments: "shared" | "copies";
  /** Share of the run, at its end, over which the mixing weights go to the mean; 0 is off. */
  readonly anneal: number;
}
