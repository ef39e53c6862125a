// Which forms of the engine's ops give the same bits with any number of threads. Most do: threads share out what is computed, not how. Where
// the way of summing depends on the size of a thread's share, as described here, kernels take another form. Relies on how version
// 1.30 of the engine shares out work, found by its source and by trying; `tests/onnx/threads.test.ts` tries it again.

/** Threads up to which results are the same. */
export const mostThreads = 16;

/** A product of matrices [rows, inner] and [inner, columns], `count` times. */
export interface ProductSizes {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Is the left one held as [inner, rows]? */
  readonly isLeftTransposed: boolean;
  /** Is the right one held as [columns, inner]? */
  readonly isRightTransposed: boolean;
}

/** Multiplications for which the engine takes one more thread. */
const workOfThread = 65_536;
/** Columns that stay together. */
const block = 16;

/** Is the sum over `inner` cut into the same pieces, whatever rows or columns a thread gets? */
export function isSteadyProduct({ count, rows, columns, inner, isLeftTransposed, isRightTransposed }: ProductSizes): boolean {
  // A left matrix that is transposed on the way is always cut at each 128.
  if (isLeftTransposed || rows === 1) return true;
  const most = Math.ceil(Math.min(mostThreads, Math.floor((rows * columns * inner) / workOfThread) + 1) / count);
  for (let threads = 2; threads <= most; threads++) {
    if (columns > rows) {
      if (columnShares(columns, threads).some((share) => piece(share, inner) !== piece(columns, inner))) return false;
      // One row alone is summed in a way of its own; so are rows by one column, four at a time.
    } else if ((columns === 1 && !isRightTransposed) || Math.floor(rows / Math.min(rows, threads)) === 1) return false;
  }
  return true;
}

/** How much of the sum over `inner` is done at once for so many columns: the fewer, the more. */
function piece(columns: number, inner: number): number {
  let [width, depth] = [128, 128];
  while (columns < inner && width > block && width / 2 >= columns) [width, depth] = [width / 2, depth * 2];
  return Math.min(depth, inner);
}

function columnShares(columns: number, threads: number): readonly number[] {
  const blocks = Math.ceil(columns / block);
  const sharers = Math.min(threads, blocks);
  const [least, more] = [Math.floor(blocks / sharers), blocks % sharers];
  // The last share ends with the columns, in the middle of a block.
  const last = least * block - (blocks * block - columns);
  return more === 0 ? [least * block, last] : [(least + 1) * block, least * block, last];
}

/** A convolution: images (times groups), and for each a filter matrix [filters, inner] by what lies under it [inner, places]. */
export interface ConvolutionSizes {
  readonly images: number;
  readonly filters: number;
  readonly inner: number;
  readonly places: number;
  /** Is each place's column just there in the image, as where the window is one pixel? */
  readonly isDirect: boolean;
}

/** The same of a convolution. Several images are shared out whole, so that only a single one is ever cut. */
export function isSteadyConvolution({ images, filters, inner, places, isDirect }: ConvolutionSizes): boolean {
  const isShared = images === 1;
  if (isDirect ? isShared : filters > places) return isSteadyProduct({ count: 1, rows: filters, columns: places, inner, isLeftTransposed: false, isRightTransposed: false });
  if (isDirect || !isShared) return true;
  const most = Math.min(mostThreads, Math.floor((filters * places * inner) / workOfThread) + 1);
  for (let threads = 2; threads <= most; threads++) {
    const share = Math.ceil(Math.ceil(places / threads) / block) * block;
    if (share >= places) continue;
    const last = places % share;
    if ([share, last === 0 ? share : last].some((each) => piece(each, inner) !== piece(places, inner))) return false;
  }
  return true;
}

/** Of a sum over the middle of three axes, or over the outer two: is the way of summing one that few kept rows do not change? */
export function isSteadyReduction(kept: number): boolean {
  return kept < 2 || kept >= mostThreads;
}

/** Of a sum over the first of two axes: are sums that start from the first row and sums that start from 0 never both taken? */
export function isSteadyColumnSum(rows: number, columns: number): boolean {
  const isByRows = (threads: number): boolean => rows > 16 * threads && Math.max(rows, columns) > 256 * threads;
  return isByRows(1) === isByRows(mostThreads);
}
