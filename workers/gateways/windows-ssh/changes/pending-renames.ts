import type { Fence } from '../../../../shared/store/types.ts';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { attempt, type ClientShell, failure } from '../connection/client.ts';
import { readHead, removeStaged } from '../connection/files.ts';
import { isMissing } from '../look/look-sections.ts';
import { parseRegistry } from '../look/registry.ts';
import { stagingFolder } from './guard.ts';
import { hashSaid, hasHash } from './hash-said.ts';
import { fileWithList, listsIn } from './registry-file.ts';
import { type Rename, renamesIn, withRename } from './rename-list.ts';
import { send, wordsOf } from './send.ts';
import { staged, stagedName } from './staging.ts';

/**
 * Notes a rename in the lists of Windows' session manager. Other programs have their own renames
 * and deletions there. `reg query` tells them with loss (it leaves out the empty name of a
 * deletion: dotnet/sdk issue 28993), so nothing that it told is ever written back. A list is
 * created by `reg add` only where there is none, and otherwise read by `reg export` and written by
 * `reg import`, byte by byte. A list that is not understood is left as it is.
 */

const key = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager';
const short = `"HKLM\\${key}"`;

/** Windows works through both at its next start, in this order. */
const lists = ['PendingFileRenameOperations', 'PendingFileRenameOperations2'] as const;

/** The values of the key itself are some KiB; its subkeys follow them in an exported file. */
const headBytesAtMost = 4 * 1024 * 1024;

const changed = 'servpack:changed';
const imported = 'servpack:imported';
const unwritten = 'servpack:unwritten';

export type Noted = 'noted' | 'changedMeanwhile';

/** Notes a rename, unless it is noted already, or another program changes the list meanwhile. */
export async function noteRename(
  shell: ClientShell,
  fence: Fence,
  source: string,
  rename: Rename,
): Promise<GatewayResult<Noted>> {
  const read = await shell.read(
    lists.map((name) => ({ name, commands: `reg query ${short} /v ${name} >nul 2>&1` })),
  );
  if (!read.ok) return read;
  const absent = lists.filter((name) => read.value.get(name)?.exitCode !== 0);
  const [free] = absent;
  if (free !== undefined && absent.length === lists.length && canBeAdded(rename))
    return create(shell, fence, source, free, rename);
  const exact = await exported(shell, fence);
  if (!exact.ok && shell.connection.isOpen && free !== undefined && canBeAdded(rename))
    return create(shell, fence, source, free, rename);
  if (!exact.ok) return exact;
  if (isNoted(exact.value, rename)) return ok('noted');
  const chosen =
    lists.find((name) => understood(exact.value, name) !== null) ??
    lists.find((name) => absent.includes(name));
  return chosen === undefined
    ? failure('failed', 'the lists of pending renames are not understood, and are left as they are')
    : append(shell, fence, source, chosen, exact.value, rename);
}

/** `\0` separates the names in a line of `reg`, so no name may hold it. */
const canBeAdded = ({ from, to }: Rename): boolean => !`${from}\\0${to}`.replace('\\0', ' ').includes('\\0');

/** The lists of a client by `reg export`. */
interface Exported {
  readonly lists: ReadonlyMap<string, Buffer | null>;
  /** SHA-256 of the exported file: it tells whether anything has changed since. */
  readonly sha256: string;
}

/** The renames of a list; null where the list does not exist or is not understood. */
function understood({ lists: found }: Exported, name: string): readonly Rename[] | null {
  const bytes = found.get(name.toLowerCase()) ?? null;
  return bytes && renamesIn(bytes);
}

const isNoted = (exact: Exported, { from, to }: Rename): boolean =>
  lists.some(
    (name) => understood(exact, name)?.some((each) => each.from === from && each.to === to) === true,
  );

async function exported(shell: ClientShell, fence: Fence): Promise<GatewayResult<Exported>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const folder = stagingFolder(root.value);
  const path = stagedName(root.value);
  const sent = await send(
    shell,
    fence,
    `(if not exist "${folder}\\" md "${folder}" 2>&1)& reg export ${short} "${path}" 2>&1 && certutil -hashfile "${path}" SHA256 2>&1`,
  );
  if (!sent.ok) return sent;
  const sha256 = hashSaid(sent.value.text);
  try {
    if (sha256 === null) return notRead(wordsOf(sent.value));
    const head = await attempt('the exported lists could not be read', () =>
      readHead(shell.connection, path, headBytesAtMost, shell.signal),
    );
    if (!head.ok) return head;
    const found = head.value && listsIn(head.value.bytes, head.value.isWhole);
    return found === null ? notRead('reg export wrote something else') : ok({ lists: found, sha256 });
  } finally {
    await removeStaged(shell.connection, path);
  }
}

const notRead = (because: string): GatewayResult<never> =>
  failure('failed', `the lists of pending renames cannot be read as they are: ${because}`);

/** Creates a list with one rename in the line that finds that there is none. */
async function create(
  shell: ClientShell,
  fence: Fence,
  source: string,
  name: string,
  rename: Rename,
): Promise<GatewayResult<Noted>> {
  const data = `${rename.from}\\0${rename.to}`;
  const value = `${short} /v ${name}`;
  const add = `(reg add ${value} /t REG_MULTI_SZ /d "${data}" /f >nul 2>&1& reg query ${value} 2>&1)`;
  const sent = await send(
    shell,
    fence,
    `if exist ${source} ((reg query ${value} >nul 2>&1 && echo ${changed}) || ${add}) else (echo ${isMissing})`,
  );
  if (!sent.ok) return sent;
  if (sent.value.text.includes(changed)) return ok('changedMeanwhile');
  const printed = parseRegistry(sent.value.text)[0]?.values.get(name.toLowerCase());
  return printed === data ? ok('noted') : proved(shell, fence, rename, wordsOf(sent.value));
}

/** Writes a list with one more rename, if the registry is still as it was exported. */
async function append(
  shell: ClientShell,
  fence: Fence,
  source: string,
  name: string,
  exact: Exported,
  rename: Rename,
): Promise<GatewayResult<Noted>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const before = exact.lists.get(name.toLowerCase()) ?? Buffer.alloc(0);
  const content = fileWithList(`HKEY_LOCAL_MACHINE\\${key}`, name, withRename(before, rename));
  const again = `"${stagedName(root.value)}"`;
  const still = `(reg export ${short} ${again} >nul 2>&1 && ${hasHash(again, exact.sha256)})`;
  const sent = await staged(shell, content, (path) =>
    send(
      shell,
      fence,
      `if exist ${source} (((${still} && (${bring(path)})) || echo ${changed})& del /f /q ${again} 2>nul) else (echo ${isMissing})`,
    ),
  );
  if (!sent.ok) return sent;
  if (sent.value.text.includes(changed)) return ok('changedMeanwhile');
  return sent.value.text.includes(imported)
    ? proved(shell, fence, rename, wordsOf(sent.value))
    : failure('failed', `the rename at the next start is not noted: ${wordsOf(sent.value)}`);
}

/** Succeeds in any case: only a registry that has changed is read again. */
const bring = (path: string): string =>
  `(reg import "${path}" 2>&1 && echo ${imported}) || echo ${unwritten}`;

/** Reads the lists again, and looks for the rename. */
async function proved(
  shell: ClientShell,
  fence: Fence,
  rename: Rename,
  said: string,
): Promise<GatewayResult<Noted>> {
  const after = await exported(shell, fence);
  if (!after.ok && !shell.connection.isOpen) return after;
  return after.ok && isNoted(after.value, rename)
    ? ok('noted')
    : failure('failed', `the rename at the next start is not noted: ${said}`);
}
