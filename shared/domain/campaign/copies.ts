/**
 * What is known of a logon server's copy of a release. Only a verified copy admits the server's
 * clients. Times are policy time.
 */
export interface CopyStatus extends JudgedCopy {
  readonly logonServer: string;
  /** Since when the copy has been in this state. */
  readonly since: number;
  readonly checkedAt: number;
}

export interface JudgedCopy {
  /** `incomplete`: not all files match the manifest. `unreadable`: nothing is known. */
  readonly state: 'verified' | 'incomplete' | 'unreadable';
  /** Files that match the manifest. */
  readonly filesOk: number;
  /** Files in the manifest. */
  readonly filesInAll: number;
  /** What is wrong, in words; '' = the copy is verified. */
  readonly because: string;
}

/** A file as it was hashed. While size and time stay the same, the hash counts as known. */
export interface KnownFile {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** A file of a copy, or what is wrong with it: `is missing`, `has 12 of 40 bytes`. */
export type FileOnServer = KnownFile | { readonly wrong: string };

type Reading =
  | { readonly kind: 'read'; readonly files: Readonly<Record<string, FileOnServer>> }
  | { readonly kind: 'unreadable'; readonly because: string };

/**
 * Compares a copy with the manifest. A file that was not read is wrong; extra files do not matter.
 */
export function judgeCopy(
  manifest: readonly { readonly name: string; readonly size: number; readonly sha256: string }[],
  reading: Reading,
): JudgedCopy {
  const filesInAll = manifest.length;
  if (reading.kind === 'unreadable')
    return { state: 'unreadable', filesOk: 0, filesInAll, because: reading.because };
  const wrong = manifest.flatMap(({ name, size, sha256 }) => {
    const found = Object.hasOwn(reading.files, name) ? reading.files[name] : undefined;
    if (found === undefined) return [`${name} was not read`];
    if ('wrong' in found) return [`${name} ${found.wrong}`];
    return found.size === size && found.sha256 === sha256 ? [] : [`${name} is another file`];
  });
  const filesOk = filesInAll - wrong.length;
  const [first] = wrong;
  if (first === undefined) return { state: 'verified', filesOk, filesInAll, because: '' };
  const more = wrong.length === 1 ? '' : `, and ${wrong.length - 1} more`;
  return { state: 'incomplete', filesOk, filesInAll, because: `${first}${more}` };
}

/**
 * Why clients of a logon server wait: `LS-PUN has 14 of 22 files: …`.
 * @param status undefined = the copy was not checked yet
 */
export function whyNotStaged(logonServer: string, status: JudgedCopy | undefined): string {
  switch (status?.state) {
    case undefined:
      return `nobody has looked at the copy on ${logonServer} yet`;
    case 'verified':
      return `the copy on ${logonServer} is verified`;
    case 'incomplete':
      return `${logonServer} has ${status.filesOk} of ${status.filesInAll} files: ${status.because}`;
    case 'unreadable':
      return `the copy on ${logonServer} cannot be read: ${status.because}`;
  }
}

/** A logon server whose copy of the release is not verified: none of its clients is admitted. */
export interface NotStaged {
  readonly logonServer: string;
  /** Files that match the manifest; 0 = nothing is known. */
  readonly filesOk: number;
  readonly filesInAll: number;
  /** Clients that wait for the copy. */
  readonly waiting: number;
  readonly because: string;
}

/** What is known of the copies of a release. */
export interface Copies {
  readonly filesInAll: number;
  readonly found: readonly CopyStatus[];
}

/** The logon servers whose copies make clients wait, those with most clients first. */
export function serversNotStaged(
  { found, filesInAll }: Copies,
  servers: readonly { readonly logonServer: string; readonly clients: number }[],
): readonly NotStaged[] {
  const known = new Map(found.map((each) => [each.logonServer, each]));
  return servers
    .filter(({ logonServer, clients }) => clients > 0 && known.get(logonServer)?.state !== 'verified')
    .map(({ logonServer, clients }) => {
      const status = known.get(logonServer);
      const because = status?.because ?? 'not read yet';
      return { logonServer, filesOk: status?.filesOk ?? 0, filesInAll, waiting: clients, because };
    })
    .sort((a, b) => b.waiting - a.waiting || (a.logonServer < b.logonServer ? -1 : 1));
}
