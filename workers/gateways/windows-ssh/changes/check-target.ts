import { randomBytes } from 'node:crypto';
import type { Fence } from '../../../../shared/store/types.ts';
import { ok } from '../../../../shared/errors.ts';
import type { CopyTarget, GatewayResult } from '../../../../shared/execution/gateway.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import type { Part, Section } from '../connection/frame.ts';
import { quotePath } from '../connection/quote.ts';
import { freeBytes } from '../look/read-look.ts';
import { foreignIn } from '../../../../shared/execution/foreign-names.ts';
import { childrenIn, listed } from './protect-folder.ts';
import { send, wordsOf } from './send.ts';

/** No file name holds a colon, so no name can imitate these words. */
const way = 'servpack:way';
const size = 'servpack:size';
const written = 'servpack:written';
const same = 'servpack:same';
const held = 'servpack:held';

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

const another = 'give the profile another directory';

/**
 * Checks the place of a copy before anything is stopped for it. Names do not tell whether two
 * folders are one: a link, a mount point, `subst` and short names lead to the same folder. So a
 * file of a random name is written into the folder of the copy, and looked for in the folders from
 * which the copy must be apart.
 */
export async function checkTarget(
  shell: ClientShell,
  fence: Fence,
  { from, to, apartFrom, allowed }: CopyTarget,
): Promise<GatewayResult<void>> {
  const folder = parentOf(to);
  for (const path of [from, to, folder, apartFrom, parentOf(from)]) {
    const quoted = refused(quotePath(path));
    if (!quoted.ok) return quoted;
  }
  const read = await shell.read(placeSections(folder, from));
  if (!read.ok) return read;
  const wrong = onTheWay(read.value, folder) ?? (allowed === null ? null : noRoom(read.value, folder));
  if (wrong !== null) return failure('failed', wrong);
  const name = `servpack.${randomBytes(8).toString('hex')}`;
  const sent = await send(shell, fence, probing(name, { from, to, apartFrom, allowed }));
  if (!sent.ok) return sent;
  const { text } = sent.value;
  if (text.includes(same)) return failure('failed', `${folder} is ${apartFrom} by another name: ${another}`);
  if (!text.includes(written))
    return failure('failed', `${folder} cannot be written: ${wordsOf(sent.value)}`);
  if (allowed === null) return ok(undefined);
  // Not before the folder is known to be another one: nobody is to clear the component directory.
  const content = childrenIn(read.value.get('content')?.text ?? '');
  const foreign = foreignIn(folder, content, allowed);
  if (foreign !== null) return failure('failed', foreign);
  return text.includes(held)
    ? failure('failed', `${to} is in use, and cannot be replaced: ${another}`)
    : ok(undefined);
}

/** The folders on the way to this one, from the drive on. */
function foldersTo(folder: string): readonly string[] {
  const parts = folder.split('\\');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 2).join('\\'));
}

function placeSections(folder: string, from: string): readonly Section[] {
  const ways = foldersTo(folder).map((path, at) => `(for %z in ("${path}") do @echo ${way} ${at} %~az)`);
  const isThere = `if exist "${folder}\\"`;
  return [
    { name: 'ways', commands: ways.join('& ') },
    { name: 'content', commands: `${isThere} (${listed(`"${folder}"`)})` },
    // A folder that is not there yet gets the space of its drive.
    {
      name: 'free',
      commands: `${isThere} (dir /-c /ad "${folder}" 2>nul) else (dir /-c /ad ${folder.slice(0, 2)}\\ 2>nul)`,
    },
    { name: 'size', commands: `for %z in ("${from}") do @echo ${size} %~zz` },
  ];
}

/** A link or a file on the way, in words; null = there is none. */
function onTheWay(parts: ReadonlyMap<string, Part>, folder: string): string | null {
  const text = parts.get('ways')?.text ?? '';
  for (const [at, path] of foldersTo(folder).entries()) {
    const attributes = new RegExp(`^${way} ${at} (\\S+)`, 'm').exec(text)?.[1] ?? '';
    if (attributes.includes('l')) return `${path} is a link: take it away or ${another}`;
    if (attributes !== '' && !attributes.startsWith('d')) return `${path} is no folder: ${another}`;
  }
  return null;
}

/** That the copy has no room there, in words; null = it has, or the client does not tell. */
function noRoom(parts: ReadonlyMap<string, Part>, folder: string): string | null {
  const text = (name: string): string => parts.get(name)?.text ?? '';
  const needed = Number(new RegExp(`${size} (\\d+)`).exec(text('size'))?.[1] ?? 0);
  const free = freeBytes(text('free'));
  return free === null || free >= needed
    ? null
    : `there is not enough space in ${folder}: ${needed} bytes are needed, and ${free} are free`;
}

/** Writes a file, looks for it by other names of its folder, and removes it. */
function probing(name: string, { from, to, apartFrom }: CopyTarget): string {
  const folder = parentOf(to);
  const file = `"${folder}\\${name}"`;
  const probe = [
    `((>${file} echo servpack) 2>&1)`,
    `(if exist ${file} echo ${written})`,
    // Also where the folder of the copy is one inside the other folder.
    `(dir /b /s /a "${apartFrom}\\${name}" >nul 2>&1 && echo ${same})`,
    `(if exist "${parentOf(from)}\\${name}" echo ${same})`,
    `(del /f /q ${file} 2>nul)`,
    // A file that runs cannot be written: this one is the service's own by another name.
    `(if exist "${to}" ((type nul>>"${to}") 2>nul || echo ${held}))`,
  ].join('& ');
  return `if exist "${folder}\\" (${probe}) else (md "${folder}" 2>&1 && (${probe}& (rd "${folder}" 2>nul)))`;
}
