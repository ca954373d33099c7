import type { Fence } from '../../../../shared/store/types.ts';
import { createHash, randomBytes } from 'node:crypto';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../gateway.ts';
import { send, sendUntilSaid, wordsOf } from './send.ts';
import { attempt, type ClientShell, failure, refused } from '../connection/client.ts';
import { hashBack, makeFolder, removeStaged, writeNew } from '../connection/files.ts';
import type { Part } from '../connection/frame.ts';
import { guardFolder, stagingFolder } from './guard.ts';
import { hashSection, isMissing } from '../look/look-sections.ts';
import { quotePath } from '../connection/quote.ts';
import { multiOf, parseRegistry } from '../look/registry.ts';

const done = 'servpack:done';

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

/** Creates the folder of a path unless it exists. */
const folderFor = (path: string): string =>
  `(if not exist "${parentOf(path)}\\" md "${parentOf(path)}" 2>&1)`;

/**
 * SHA-256 of a file by certutil, or of the file read back where certutil prints none; null when
 * there is no such file.
 */
export async function hash(shell: ClientShell, path: string): Promise<GatewayResult<string | null>> {
  const quoted = refused(quotePath(path));
  if (!quoted.ok) return quoted;
  const parts = await shell.read([hashSection('hash', quoted.value)]);
  return parts.ok ? hashIn(shell, path, parts.value.get('hash')) : parts;
}

/** The hash in the section of `hashSection`; certutil of Windows 7 prints it in pairs of digits. */
export async function hashIn(
  { connection, signal }: ClientShell,
  path: string,
  part: Part | undefined,
): Promise<GatewayResult<string | null>> {
  if (part?.text.trim() === isMissing) return ok(null);
  const lines = (part?.text ?? '').split(/\r?\n/).map((line) => line.replaceAll(' ', '').toLowerCase());
  const said = lines.find((line) => /^[0-9a-f]{64}$/.test(line));
  if (said !== undefined) return ok(said);
  const why = `certutil printed no hash of ${path} (${wordsOf(part ?? unsaid)}), and reading it failed`;
  return attempt(why, () => hashBack(connection, path, signal));
}

const unsaid: Part = { text: '', exitCode: null };

export async function copy(
  shell: ClientShell,
  fence: Fence,
  from: string,
  to: string,
): Promise<GatewayResult<void>> {
  const [source, target] = [refused(quotePath(from)), refused(quotePath(to))];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const copying = `(${folderFor(to)}& copy /y /b ${source.value} ${target.value} 2>&1 && echo ${done})`;
  return sendUntilSaid(
    shell,
    fence,
    `if exist ${source.value} ${copying} else (echo ${from.replaceAll(/[^\w:\\. -]/g, '?')} is not there)`,
    done,
  );
}

export async function remove(shell: ClientShell, fence: Fence, path: string): Promise<GatewayResult<void>> {
  const quoted = refused(quotePath(path));
  if (!quoted.ok) return quoted;
  const folder = parentOf(path);
  return sendUntilSaid(
    shell,
    fence,
    // The exit code of `del` does not say whether the file is gone; `rd` removes only an empty
    // folder.
    `(if exist ${quoted.value} del /f /q ${quoted.value} 2>&1)& (if not exist ${quoted.value} (echo ${done}& rd "${folder}" 2>nul))`,
    done,
  );
}

/** The path of a new file in the staging folder, with a random name. */
export const stagedName = (systemRoot: string): string =>
  `${stagingFolder(systemRoot)}\\${randomBytes(8).toString('hex')}`;

/**
 * Writes content into the staging folder under a random name, runs `use`, and removes the file. A
 * staged file changes nothing yet: only a guarded line copies it to its place.
 */
export async function staged<T>(
  shell: ClientShell,
  content: Buffer,
  use: (path: string) => Promise<GatewayResult<T>>,
): Promise<GatewayResult<T>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const path = stagedName(root.value);
  const { connection, signal } = shell;
  const written = await attempt('the staging folder cannot be written', async () => {
    await makeFolder(connection, guardFolder(root.value), signal);
    await makeFolder(connection, stagingFolder(root.value), signal);
    await writeNew(connection, path, content, signal);
  });
  if (!written.ok) return written;
  try {
    return await use(path);
  } finally {
    await removeStaged(connection, path);
  }
}

/**
 * Stages content, verifies its hash there, and has cmd.exe copy it to `to`, which respects the
 * locks of Windows.
 */
export async function upload(
  shell: ClientShell,
  fence: Fence,
  content: Buffer,
  to: string,
): Promise<GatewayResult<void>> {
  const target = refused(quotePath(to));
  if (!target.ok) return target;
  return staged(shell, content, async (path) => {
    const there = await hash(shell, path);
    if (!there.ok) return there;
    if (there.value !== createHash('sha256').update(content).digest('hex'))
      return failure('failed', `what was brought for ${to} arrived as something else`);
    return copy(shell, fence, path, to);
  });
}

const managerKey = '"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"';
const renames = 'PendingFileRenameOperations';

/**
 * Lists a rename for the next start of Windows, which reads two lists. `reg` cannot write a list
 * with an empty entry (a file to delete), so the rename goes into the first list that does not
 * exist or has no such entry.
 */
export async function replaceAtRestart(
  shell: ClientShell,
  fence: Fence,
  from: string,
  to: string,
): Promise<GatewayResult<void>> {
  const [source, target] = [refused(quotePath(from)), refused(quotePath(to))];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const lists = [renames, `${renames}2`];
  const read = await shell.read(
    lists.map((name) => ({ name, commands: `reg query ${managerKey} /v ${name} 2>nul` })),
  );
  if (!read.ok) return read;
  const [oldEntry, newEntry] = [`\\??\\${from}`, `!\\??\\${to}`];
  const noted = lists.flatMap((name) => multiOf(valueIn(read.value.get(name)?.text ?? '', name)));
  if (isPairIn(noted, oldEntry, newEntry)) return ok(undefined);
  const chosen = lists
    .map((name) => ({ name, raw: valueIn(read.value.get(name)?.text ?? '', name) }))
    .find(({ raw }) => raw === '' || !raw.includes('\\0\\0'));
  if (chosen === undefined) return failure('failed', 'both lists of pending renames are in use');
  const before = multiOf(chosen.raw);
  if (before.some((entry) => /["%]/.test(entry)))
    return failure('failed', 'the list of pending renames cannot be written again as it is');
  const data = [...before, oldEntry, newEntry].join('\\0');
  const add = `reg add ${managerKey} /v ${chosen.name} /t REG_MULTI_SZ /d "${data}" /f >nul 2>&1`;
  const sent = await send(
    shell,
    fence,
    `if exist ${source.value} (${add}& reg query ${managerKey} /v ${chosen.name} 2>&1) else (echo ${isMissing})`,
  );
  if (!sent.ok) return sent;
  return isPairIn(multiOf(valueIn(sent.value.text, chosen.name)), oldEntry, newEntry)
    ? ok(undefined)
    : failure('failed', `the rename at the next start is not noted: ${wordsOf(sent.value)}`);
}

const isPairIn = (entries: readonly string[], oldEntry: string, newEntry: string): boolean =>
  entries.some((entry, at) => entry === oldEntry && entries[at + 1] === newEntry);

const valueIn = (text: string, name: string): string =>
  parseRegistry(text)[0]?.values.get(name.toLowerCase()) ?? '';
