import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { Release } from '../../shared/domain/campaign/definition.ts';
import { err, fault, ok } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import type { Result } from '../../shared/errors.ts';
import { isInside } from '../../shared/inside-folder.ts';

export type ManifestFile = Release['files'][number];

/**
 * Reads the manifest from the component folder of a staged tree: every file's name in lower case,
 * size in bytes and SHA-256, sorted by name. Clients download a flat list of files, so a folder
 * inside is refused unless it is to be left out. Faults: `noComponents`, `outsideTree`,
 * `ambiguousFile`, `strangeFile`, `strangeName`, `unreadableFile`, `foldersInside`.
 * @param tree the folder that no file may lie outside of, not even by a symbolic link
 * @param leaveOut names of folders inside that are not for clients, in any case
 */
export async function readManifest(
  tree: string,
  components: string,
  leaveOut: readonly string[] = [],
): Promise<Result<ManifestFile[]>> {
  try {
    const root = await realpath(tree);
    const folder = await realpath(join(root, components));
    if (!isInside(root, folder)) return err(outside(components, tree));
    return await readFolder(root, folder, components, new Set(leaveOut.map((name) => name.toLowerCase())));
  } catch (thrown) {
    return err(unreadable(components, thrown));
  }
}

async function readFolder(
  root: string,
  folder: string,
  components: string,
  leaveOut: ReadonlySet<string>,
): Promise<Result<ManifestFile[]>> {
  const files: ManifestFile[] = [];
  const folders: string[] = [];
  const spelled = new Map<string, string>();
  // One after the other: the share may be a slow disk, and a release has a few dozen files.
  for (const name of (await readdir(folder)).toSorted()) {
    const file = await readEntry(root, folder, name);
    if (!file.ok) return file;
    if (file.value === null) {
      if (!leaveOut.has(name.toLowerCase())) folders.push(name);
      continue;
    }
    const other = spelled.get(file.value.name);
    if (other !== undefined) return err(ambiguous(other, name));
    spelled.set(file.value.name, name);
    files.push(file.value);
  }
  const none = fault('noComponents', `the component folder ${components} holds no files; nothing is staged`);
  if (files.length === 0) return err(none);
  if (folders.length > 0) return err(foldersInside(components, folders));
  return ok(files.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** One file of the folder; null for a folder. */
async function readEntry(root: string, folder: string, name: string): Promise<Result<ManifestFile | null>> {
  try {
    const path = await realpath(join(folder, name));
    if (!isInside(root, path)) return err(outside(name, root));
    const found = await stat(path);
    if (found.isDirectory()) return ok(null);
    if (!isDeliverable(name)) return err(undeliverable(name));
    // Reading a pipe or a device would wait for ever.
    if (!found.isFile()) return err(fault('strangeFile', `${name} is not a regular file; nothing is staged`));
    const { bytes, sha256 } = await hashed(path, found.size);
    if (bytes !== found.size) return err(unreadable(name, new Error('it is being written')));
    return ok({ name: name.toLowerCase(), size: bytes, sha256 });
  } catch (thrown) {
    return err(unreadable(name, thrown));
  }
}

/**
 * Length and hash of the same bytes, read once and never held as a whole. Of a file that grows one
 * byte more than its size is read, so that the reading ends.
 */
async function hashed(path: string, size: number): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { end: size });
  await pipeline(stream, hash);
  return { bytes: stream.bytesRead, sha256: hash.digest('hex') };
}

/**
 * Windows takes no file of a name with `" < > | * ? :` or a backslash, and cmd.exe reads `%` and
 * `!` between quotes, too. Such a file could be neither brought nor hashed on any client.
 */
const isDeliverable = (name: string): boolean =>
  !/[\p{Cc}"<>|*?:\\%!]/u.test(name) && !/[. ]$/.test(name) && !isReserved(name);

/**
 * Windows takes these names for devices in every folder, also with an extension ("Naming Files,
 * Paths, and Namespaces" of the Windows documentation).
 */
const isReserved = (name: string): boolean =>
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i.test(name);

const undeliverable = (name: string) =>
  fault(
    'strangeName',
    `${JSON.stringify(name)} is no name that a client can be asked for: it holds one of " < > | * ? : \\ % ! or a control character, ends in a dot or a space, or is the name of a device such as NUL; nothing is staged`,
  );

const foldersInside = (components: string, folders: readonly string[]) =>
  fault(
    'foldersInside',
    `${components} has folders inside, whose files no client would get: ${folders.slice(0, 10).join(', ')}${folders.length > 10 ? ` and ${folders.length - 10} more` : ''}; nothing is staged; move them out of it, or name them in leaveOut of the release file`,
  );

const outside = (name: string, tree: string) =>
  fault('outsideTree', `${name} leads out of the tree ${tree}; nothing is staged`);

const ambiguous = (one: string, other: string) =>
  fault(
    'ambiguousFile',
    `${one} and ${other} differ by case only, which is one file to Windows; nothing is staged`,
  );

const unreadable = (name: string, thrown: unknown) =>
  fault('unreadableFile', `${name} cannot be read: ${reasonOf(thrown)}; nothing is staged`, thrown);
