import type { Fence } from '../../../../shared/store/types.ts';
import { err, type Result } from '../../../../shared/errors.ts';
import { type Framed, newMark, wrapped } from '../connection/frame.ts';

/**
 * The guard of a client: a folder that only administrators can write, because it lies in the Windows directory, on every Windows. It holds the newest
 * fence that was seen, the intent of an open procedure, and what is on its way to its place.
 */
export const guardFolder = (systemRoot: string): string => `${systemRoot}\\servpack`;
export const intentFile = (systemRoot: string): string => `${guardFolder(systemRoot)}\\intent.json`;
/** What is stored of a service that is deleted and made anew, in between. */
export const keptFile = (systemRoot: string): string => `${guardFolder(systemRoot)}\\service.reg`;
export const stagingFolder = (systemRoot: string): string => `${guardFolder(systemRoot)}\\staging`;

/** By SID: its name is localised. */
export const administrators = '*S-1-5-32-544';

/** Only the system and administrators. Inherited rights are taken away. @param switches of icacls, beside these */
export const protect = (quotedFolder: string, switches = ''): string =>
  `icacls ${quotedFolder} /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" /grant:r "${administrators}:(OI)(CI)F"${switches} 2>&1`;

/** Fixed width, so that cmd.exe, whose numbers have 32 bits, compares it as text. */
const counterText = (counter: number): string => String(counter).padStart(20, '0');

/**
 * A line that changes the client. All of it runs while the lock file is open for writing, which Windows grants to one process at a time and takes back
 * from one that ends, so two drivers' changes never run at once; under the lock an older fence, and an equal one of somebody else, ends the
 * line before the change, and a newer one is written down and read back first.
 */
export function guarded(
  { counter, owner }: Fence,
  systemRoot: string,
  change: string,
  mark = newMark(),
): Result<Framed, string> {
  if (!/^[\w-]{1,64}$/.test(owner) || !Number.isSafeInteger(counter) || counter < 0)
    return err('a fence of this form can not be put on a command line');
  const folder = guardFolder(systemRoot);
  const file = `${folder}\\fence`;
  const mine = `${counterText(counter)} ${owner}`;
  const fenced = `(echo ${mark} fenced %a %b& exit 77)`;
  // Everything stands in parentheses of its own: what follows an `if` or a `for` on a line belongs to it. `for` fails on a file that is not there,
  // and the letter keeps the comparison from becoming one of numbers.
  const older = [
    `(if exist "${file}" for /f "usebackq tokens=1,2" %a in ("${file}") do @(`,
    `(if f%a gtr f${counterText(counter)} ${fenced})& `,
    `(if f%a==f${counterText(counter)} if not "%b"=="${owner}." ${fenced})))`,
  ].join('');
  const known = `findstr /l /c:"${mine}." "${file}" >nul 2>&1`;
  const write = `(>"${file}.new" echo ${mine}.)& (move /y "${file}.new" "${file}" >nul 2>&1)`;
  const body = [
    `echo ${mark} held`,
    `(${known} || (${older}& ${write}))`,
    // Whatever came before, nothing is changed unless the client says now that it is this driver's turn.
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

/** How far a guarded line got. `busy`: somebody else's change is still under way. */
export type Guarded = 'changed' | 'fenced' | 'unwritten' | 'busy';

export function reached(output: Buffer, { mark }: Framed): Guarded {
  const has = (word: string): boolean => output.includes(`${mark} ${word}`);
  if (!has('held')) return 'busy';
  if (has('fenced')) return 'fenced';
  return has('unwritten') ? 'unwritten' : 'changed';
}

/** The newer fence that the client said, in words. */
export function newerFence(output: Buffer, { mark }: Framed): string {
  const found = new RegExp(`${mark} fenced 0*(\\d+) ([\\w-]+)`).exec(output.toString('latin1'));
  return found === null ? 'a newer driver was here' : `a newer driver was here: ${found[1]} (${found[2]})`;
}
