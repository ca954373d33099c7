import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { chance } from './chance.ts';
import { contentOf, type FileContent } from './disk.ts';
import { oldCopyListVersion, versionFile } from './sms.ts';

/**
 * The component files of a staged release by upper-case name, and the version that clients write
 * down before they copy a file.
 */
export interface StagedRelease {
  readonly files: ReadonlyMap<string, FileContent>;
  readonly copyListVersion: number;
}

/** A distribution point: the files that it offers, and the clients for which a file is missing. */
export interface LogonServer {
  readonly name: string;
  readonly release: StagedRelease;
}

/** The folder of a staged tree with the components of Intel clients, English. */
export const defaultComponents = 'X86.BIN/00000409';

/** Reads the component files of a staged tree; sizes and hashes come from the files themselves. */
export function readStagedRelease(directory: string, components: string): Result<StagedRelease> {
  const folder = join(directory, components);
  if (!existsSync(folder)) return err(fault('noRelease', `no component files: there is no folder ${folder}`));
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  if (names.length === 0) return err(fault('noRelease', `no component files: the folder ${folder} is empty`));
  return ok(stagedRelease(new Map(names.map((name) => [name, readContent(join(folder, name), name)]))));
}

const readContent = (path: string, name: string): FileContent =>
  name.toUpperCase() === versionFile
    ? contentOf(readFileSync(path), readFileSync(path, 'utf8'))
    : contentOf(readFileSync(path));

/** A release from contents in memory, by file name. */
export function stagedRelease(files: ReadonlyMap<string, FileContent>): StagedRelease {
  const byUpperName = new Map([...files].map(([name, content]) => [name.toUpperCase(), content]));
  const print = [...byUpperName]
    .map(([name, { sha256 }]) => `${name}=${sha256}`)
    .toSorted()
    .join();
  // Looks like a Unix time, differs for every release, and is newer than the version that clients
  // have.
  return {
    files: byUpperName,
    copyListVersion: oldCopyListVersion + 1 + Math.floor(chance(print) * 40_000_000),
  };
}

/**
 * The one file that is missing on a server for such a client (Q168598). Never the version file
 * alone.
 */
export function lackedFile({ release }: LogonServer, seed: string, client: string): string | null {
  const names = [...release.files.keys()].filter((name) => name !== versionFile).toSorted();
  return names[Math.floor(chance(seed, client, 'lacked') * names.length)] ?? null;
}
