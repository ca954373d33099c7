import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Release } from '../shared/domain/campaign/definition.ts';
import type { ReleaseFolder } from '../shared/execution/command-context.ts';
import { err, fault, ok, type Result } from '../shared/errors.ts';
import { reasonOf } from '../shared/reason-of.ts';
import { isInside } from '../shared/inside-folder.ts';

export interface ReleaseFolders {
  of(release: Release): ReleaseFolder;
}

/**
 * Finds the files of releases: where they were staged, or in a folder of this host that has one
 * folder per release.
 * @param root `SERVPACK_RELEASES`; null = the tree from which the release was staged
 */
export function openReleaseFolders(root: string | null): ReleaseFolders {
  const checked = new Map<string, Promise<Result<string>>>();
  return {
    of: (release) => {
      const folder = folderOf(release, root);
      return {
        pathOf: async (name) => {
          const file = release.files.find((each) => each.name === name);
          if (folder === null || file === undefined) return err(unknownPlace(release, name));
          const found = await findFile(folder, file.name, root ?? release.source?.tree ?? folder);
          return found.ok ? checkOnce(checked, file, found.value) : found;
        },
      };
    },
  };
}

/**
 * Fault `config.releases`: there is no such folder on this host. Found at the start of a worker,
 * because otherwise every client that waits for its files would end as failed.
 */
export function checkReleaseFolders(root: string | null): Result<void> {
  if (root === null || statSync(root, { throwIfNoEntry: false })?.isDirectory() === true)
    return ok(undefined);
  return err(fault('config.releases', `SERVPACK_RELEASES: ${root} is not a folder of this host`));
}

type ManifestFile = Release['files'][number];

/** A file as it was found. `version` changes when the file is written to. */
interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly version: string;
}

const folderOf = ({ release, source }: Release, root: string | null): string | null => {
  if (root !== null) return join(root, release);
  return source === undefined ? null : join(source.tree, source.components);
};

const unknownPlace = ({ release }: Release, name: string) =>
  fault(
    'release.unreadable',
    `it is not known where ${name} of release ${release} lies: stage the release again, or set SERVPACK_RELEASES for this worker`,
  );

/** @param tree the folder that the file may not lie outside of, not even by a symbolic link */
async function findFile(folder: string, name: string, tree: string): Promise<Result<FoundFile>> {
  try {
    // Windows ignores case in names, and a manifest has all names in lower case.
    const spelled = (await readdir(folder)).find((each) => each.toLowerCase() === name);
    if (spelled === undefined) return err(unreadable(join(folder, name), 'it is not there'));
    const path = await realpath(join(folder, spelled));
    if (!isInside(await realpath(tree), path))
      return err(unreadable(join(folder, name), `it leads out of ${tree}`));
    const found = await stat(path);
    // Reading a pipe or a device would wait for ever, or read for ever.
    if (!found.isFile()) return err(unreadable(path, 'it is not a regular file'));
    const { size, mtimeMs, ino } = found;
    return ok({ path, size, version: `${path}|${size}|${mtimeMs}|${ino}` });
  } catch (thrown) {
    return err(unreadable(join(folder, name), reasonOf(thrown)));
  }
}

const unreadable = (path: string, why: string) =>
  fault('release.unreadable', `this worker cannot read ${path}: ${why}`);

/** A release goes to many clients: a file is hashed once, and again only after it has changed. */
function checkOnce(
  checked: Map<string, Promise<Result<string>>>,
  file: ManifestFile,
  { path, size, version }: FoundFile,
): Promise<Result<string>> {
  const known = checked.get(`${version}|${file.sha256}`) ?? check(file, path, size);
  checked.set(`${version}|${file.sha256}`, known);
  return known;
}

async function check(
  { name, size, sha256 }: ManifestFile,
  path: string,
  foundSize: number,
): Promise<Result<string>> {
  try {
    // A file of another size is not read. Of a file that grows one byte more than its size is read.
    if (foundSize === size && (await hashOf(path, size)) === sha256) return ok(path);
    return err(
      fault('release.changed', `${path} is not the ${name} that was staged: its size or SHA-256 differs`),
    );
  } catch (thrown) {
    return err(unreadable(path, reasonOf(thrown)));
  }
}

async function hashOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: size }), hash);
  return hash.digest('hex');
}
