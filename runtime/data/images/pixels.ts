// Pixels of a decoded image, and how they become the channels of a field: gray, color and transparency are exchanged where nothing is lost.

/** Rows from the top, pixels from the left, channels together: gray; gray, alpha; red, green, blue; red, green, blue, alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly values: Uint8Array | Uint16Array;
  /** The number that stands for full brightness. */
  readonly most: 255 | 65535;
}

/** Called with the size that an image declares, before anything of that size is made; throws where it is not wanted. */
export type CheckSize = (width: number, height: number) => void;

/** An image that cannot be read: `its data end early`. Who knows the file's name makes a UserError of it. */
export class ImageError extends Error {}

/** Writes the pixels as `channels` numbers each from 0 to 255 to `target`, from `offset` on. */
export function writePixels(pixels: Pixels, channels: 1 | 3 | 4, target: Float32Array, offset: number): void {
  const { values, channels: given, most } = pixels;
  const isGray = given < 3;
  const alphaAt = given === 2 || given === 4 ? given - 1 : -1;
  const factor = 255 / most;
  const count = pixels.width * pixels.height;
  for (let pixel = 0, from = 0, to = offset; pixel < count; pixel++, from += given, to += channels) {
    const red = values[from] ?? 0;
    const green = isGray ? red : (values[from + 1] ?? 0);
    const blue = isGray ? red : (values[from + 2] ?? 0);
    const alpha = alphaAt < 0 ? most : (values[from + alphaAt] ?? 0);
    if (channels !== 4 && alpha !== most) throw new ImageError("it has transparent pixels, which a field of four channels would take");
    if (channels === 1 && (red !== green || red !== blue)) throw new ImageError("it has colors, which a field of three channels would take");
    target[to] = red * factor;
    if (channels === 1) continue;
    target[to + 1] = green * factor;
    target[to + 2] = blue * factor;
    if (channels === 4) target[to + 3] = alpha * factor;
  }
}
