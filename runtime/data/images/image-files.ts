// The files of a folder of images, in an order that no file system decides. Without classes they lie in the folder or in folders of it, with
// classes in the folders of these. Folders are looked into so deep and no deeper: a link that leads back ends nowhere.

import { readdirSync, statSync, type Dirent } from "node:fs";
import { join, resolve } from "node:path";
import { systemReason, UserError } from "../../program/errors.js";

/** A file that is taken for an image. */
export interface ImageFile {
  readonly path: string;
  /** Relative to the folder that was looked into: `cat/1.png`; "" for a single file. */
  readonly inside: string;
  /** Name of the folder that it lies in, where folders are classes. */
  readonly className: string | null;
}

export interface Listing {
  readonly files: readonly ImageFile[];
  /** Names of the folders of classes in order, empty ones too. */
  readonly classNames: readonly string[];
  /** Names of files that are no images. */
  readonly others: readonly string[];
}

const images = /\.(png|jpe?g|jpe|jfif)$/i;
/** What else is an image and would be missed. */
const foreign = /\.(gif|bmp|webp|tiff?|heic|heif|avif|jp2|jxl|ico|p[bgnp]m)$/i;

/** Looks into a folder, which messages call `shown`. */
export function listImages(path: string, shown: string, hasClasses: boolean): Listing {
  const files: ImageFile[] = [];
  const others: string[] = [];
  const classNames: string[] = [];
  const take = (folder: string, within: string, entry: Dirent, className: string | null): void => {
    const inside = `${within}${entry.name}`;
    if (foreign.test(entry.name)) throw new UserError(`\`${shownPath(shown, inside)}\` is no PNG or JPEG file.`, "Convert it to PNG or JPEG, or take it out of the folder.");
    if (!images.test(entry.name)) others.push(shownPath(shown, inside));
    else if (hasClasses && className === null) throw new UserError(`\`${shownPath(shown, inside)}\` lies in no folder of a class.`, "Move it into the folder of its class.");
    else files.push({ path: join(folder, entry.name), inside, className });
  };
  for (const entry of entriesOf(path, shown)) {
    if (!isFolder(path, entry)) {
      take(path, "", entry, null);
      continue;
    }
    classNames.push(entry.name);
    const folder = join(path, entry.name);
    for (const inner of entriesOf(folder, shownPath(shown, entry.name))) {
      if (isFolder(folder, inner)) {
        const name = shownPath(shown, `${entry.name}/${inner.name}`);
        throw new UserError(`\`${name}\` is a folder within ${hasClasses ? "the folder of a class" : "a folder of images"}.`, `Move its images up${hasClasses ? ', or write `split train folder "train", ...` where folders are splits' : ""}.`);
      }
      take(folder, `${entry.name}/`, inner, hasClasses ? entry.name : null);
    }
  }
  return { files, classNames: hasClasses ? classNames : [], others };
}

/** The folder of that name, or the single file. */
export function imagePath(name: string, directory: string): { readonly path: string; readonly isFolder: boolean } {
  const path = resolve(directory, name);
  try {
    return { path, isFolder: statSync(path).isDirectory() };
  } catch (error) {
    throw unreadable(error, name, path);
  }
}

/** A single file, as if it lay in a folder. */
export function singleImage(path: string): Listing {
  return { files: [{ path, inside: "", className: null }], classNames: [], others: [] };
}

/** `cifar/` and `train` make `cifar/train`. */
export function shownPath(folder: string, name: string): string {
  return name === "" ? folder : `${folder.replace(/[/\\]+$/, "")}/${name}`;
}

/** Entries in order of their names, without hidden ones. */
function entriesOf(path: string, shown: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith("."))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch (error) {
    throw unreadable(error, shown, path);
  }
}

/** A folder, also behind a link. What cannot be told is told by who reads it. */
function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() === true;
}

function unreadable(error: unknown, name: string, path: string): unknown {
  const reason = systemReason(error);
  return reason === null ? error : new UserError(`\`${name}\` cannot be read: ${reason} (looked at ${path}).`, "Put the folder there, or name its folder with `--data-dir`.");
}
