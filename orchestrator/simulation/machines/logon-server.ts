import { chance } from './chance.ts';
import type { FileContent } from './disk.ts';
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
