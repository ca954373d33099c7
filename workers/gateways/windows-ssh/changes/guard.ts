import type { Fence } from '../../../../shared/store/types.ts';
import { err, type Result } from '../../../../shared/errors.ts';
import { type Framed, newMark, wrapped } from '../connection/frame.ts';

/**
 * The guard folder of a client. It lies in the Windows directory, where on every Windows only
 * administrators can write. It holds the newest fence that the client has seen, the intent of an
 * open procedure, and staged files.
 */
export const guardFolder = (systemRoot: string): string => `${systemRoot}\\servpack`;
export const intentFile = (systemRoot: string): string => `${guardFolder(systemRoot)}\\intent.json`;
/** The registry key of a service between its deletion and the end of its reinstallation. */
export const keptFile = (systemRoot: string): string => `${guardFolder(systemRoot)}\\service.reg`;
export const stagingFolder = (systemRoot: string): string => `${guardFolder(systemRoot)}\\staging`;

/** The SID of the group Administrators, whose name is localised. */
export const administrators = '*S-1-5-32-544';

/**
 * A command that gives a folder only the rights of the system and of administrators; inherited
 * rights go.
 * @param switches further switches of icacls
 */
export const protect = (quotedFolder: string, switches = ''): string =>
  `icacls ${quotedFolder} /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" /grant:r "${administrators}:(OI)(CI)F"${switches} 2>&1`;

/** A counter in fixed width: cmd.exe compares it as text, because its numbers have 32 bits. */
const counterText = (counter: number): string => String(counter).padStart(20, '0');

/**
 * A line that changes the client. The whole line runs while it has the lock file open for writing.
 * Windows grants that to one process at a time and takes it back when the process ends, so the
 * changes of two drivers never run at once. Under the lock, a fence older than the stored one, or
 * an equal one of another owner, ends the line before the change; a newer fence is stored and read
 * back first.
 */
export function guarded(
  { counter, owner }: Fence,
  systemRoot: string,
  change: string,
  mark = newMark(),
): Result<Framed, string> {
  if (!/^[\w-]{1,64}$/.test(owner) || !Number.isSafeInteger(counter) || counter < 0)
    return err('a fence of this form cannot be put on a command line');
  const folder = guardFolder(systemRoot);
  const file = `${folder}\\fence`;
  const mine = `${counterText(counter)} ${owner}`;
  const fenced = `(echo ${mark} fenced %a %b& exit 77)`;
  // Each part has its own parentheses, because the rest of a line belongs to an `if` or a `for`
  // before it. `for` fails when the file does not exist. The letter makes cmd.exe compare text, not
  // numbers.
  const older = [
    `(if exist "${file}" for /f "usebackq tokens=1,2" %a in ("${file}") do @(`,
    `(if f%a gtr f${counterText(counter)} ${fenced})& `,
    `(if f%a==f${counterText(counter)} if not "%b"=="${owner}." ${fenced})))`,
  ].join('');
  const known = `findstr /l /c:"${mine}." "${file}" >nul 2>&1`;
  // A full disk tears what is written: the stored fence stays until the new one is whole.
  const isWhole = `findstr /l /c:"${mine}." "${file}.new" >nul 2>&1`;
  const write = `(>"${file}.new" echo ${mine}.)& (${isWhole} && (move /y "${file}.new" "${file}" >nul 2>&1))`;
  const body = [
    `echo ${mark} held`,
    `(${known} || (${older}& ${write}))`,
    // Nothing changes unless the stored fence is the one of this driver now, whatever happened
    // before.
    `(${known} || (echo ${mark} unwritten& exit 78))`,
    `echo ${mark} 0`,
    'ver>nul',
    `(${change})`,
    `call echo ${mark} 0 %^ERRORLEVEL%`,
  ].join('& ');
  const ready = `(if not exist "${folder}\\lock" (md "${folder}\\staging" 2>nul& ${protect(`"${folder}"`)} >nul))`;
  return wrapped(`if 1==1 (echo ${mark} begin)& ${ready}& 2>"${folder}\\lock" (${body})`, mark, [
    { name: 'change' },
  ]);
}

/** How far a guarded line came. `busy`: the change of another driver is still running. */
export type Guarded = 'changed' | 'fenced' | 'unwritten' | 'busy';

export function reached(output: Buffer, { mark }: Framed): Guarded {
  const has = (word: string): boolean => output.includes(`${mark} ${word}`);
  if (!has('held')) return 'busy';
  if (has('fenced')) return 'fenced';
  return has('unwritten') ? 'unwritten' : 'changed';
}

/** The newer fence that the client has seen, in words. */
export function newerFence(output: Buffer, { mark }: Framed): string {
  const found = new RegExp(`${mark} fenced (\\d{1,30}) ([\\w-]{1,64})`).exec(output.toString('latin1'));
  if (found === null) return 'a newer driver was here';
  return `a newer driver was here: ${String(found[1]).replace(/^0+(?=\d)/, '')} (${found[2]})`;
}
