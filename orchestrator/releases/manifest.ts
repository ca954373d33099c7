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
 * size in bytes and SHA-256, sorted by name. Folders inside are left out: clients download a flat
 * list of files. Faults: `noComponents`, `outsideTree`, `ambiguousFile`, `strangeFile`,
 * `strangeName`, `unreadableFile`.
 * @param tree the folder that no file may lie outside of, not even by a symbolic link
 */
export async function readManifest(tree: string, components: string): Promise<Result<ManifestFile[]>> {
  try {
    const root = await realpath(tree);
    const folder = await realpath(join(root, components));
    if (!isInside(root, folder)) return err(outside(components, tree));
    return await readFolder(root, folder, components);
  } catch (thrown) {
    return err(unreadable(components, thrown));
  }
}

async function readFolder(root: string, folder: string, components: string): Promise<Result<ManifestFile[]>> {
  const files: ManifestFile[] = [];
  const spelled = new Map<string, string>();
  // One after the other: the share may be a slow disk, and a release has a few dozen files.
  for (const name of (await readdir(folder)).toSorted()) {
    const file = await readEntry(root, folder, name);
    if (!file.ok) return file;
    if (file.value === null) continue;
    const other = spelled.get(file.value.name);
    if (other !== undefined) return err(ambiguous(other, name));
    spelled.set(file.value.name, name);
    files.push(file.value);
  }
  const none = fault('noComponents', `the component folder ${components} holds no files; nothing is staged`);
  return files.length === 0 ? err(none) : ok(files.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** One file of the folder; null for a folder, which is not for clients. */
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
const isDeliverable = (name: string): boolean => !/[\p{Cc}"<>|*?:\\%!]/u.test(name) && !/[. ]$/.test(name);

const undeliverable = (name: string) =>
  fault(
    'strangeName',
    `${JSON.stringify(name)} is no name that a client can be asked for: it holds one of " < > | * ? : \\ % ! or a control character, or ends in a dot or a space; nothing is staged`,
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
