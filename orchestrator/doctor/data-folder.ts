import { accessSync, constants, existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../shared/reason-of.ts';
import { readOperatorText } from '../../shared/input/operator-file.ts';
import { broken, type Check, fine, warning } from './check.ts';
import { overdueChecks } from './key-age.ts';
import { checkInKeyFileIn, tokenFileIn } from '../http/secrets.ts';

/** The audit of a campaign over 40,000 clients takes about 1 GB. */
const freeBytes = { warning: 5 * 1024 ** 3, broken: 500 * 1024 ** 2 } as const;

/** 128 bits, if they are random letters and digits. servpack makes secrets of 43. */
const secretLength = 22;

/**
 * The folder in which an orchestrator keeps its secrets and the audit.
 * @param now real time in milliseconds
 */
export function checkDataFolder(dataDir: string, now = Date.now()): readonly Check[] {
  const folder = resolve(dataDir);
  if (!existsSync(folder))
    return [
      warning(
        'data folder',
        `${folder} is not there yet`,
        'the first orchestrator makes it; the command line finds no token in it',
        'set SERVPACK_DATA or --data to the folder of the orchestrator',
      ),
    ];
  return [
    writableCheck(folder),
    ...spaceChecks(folder, 'data folder'),
    ...secretChecks(folder, now),
    ...auditFolderChecks(folder),
  ];
}

/** As much as a small block of the audit: a full disk still takes an empty file. */
const probe = Buffer.alloc(64 * 1024);

/** @throws when a file cannot be made and filled in this folder */
function tryWriting(folder: string): void {
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    writeFileSync(file, probe);
  } finally {
    rmSync(file, { force: true });
  }
}

function writableCheck(folder: string): Check {
  try {
    tryWriting(folder);
    return fine('data folder', `${folder} can be written`);
  } catch (error) {
    return broken(
      'data folder',
      `${folder} cannot be written: ${reasonOf(error)}`,
      'no audit is written to files, and an orchestrator does not start',
      `chown or chmod ${folder}, or set SERVPACK_DATA to another folder`,
    );
  }
}

function spaceChecks(folder: string, area: 'data folder' | 'audit'): readonly Check[] {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const says = `${(free / 1024 ** 3).toFixed(1)} GB are free on its disk`;
    if (free >= freeBytes.warning) return [fine(area, says)];
    const leadsTo = 'when it is full the audit is kept in Redis only, which grows';
    const todo = 'make room; audit files that were put aside may be compressed and moved away';
    return [free < freeBytes.broken ? broken(area, says, leadsTo, todo) : warning(area, says, leadsTo, todo)];
  } catch (error) {
    return [
      warning(area, `how much room its disk has is not known: ${reasonOf(error)}`, 'it may be full', 'df'),
    ];
  }
}

function secretChecks(folder: string, now: number): readonly Check[] {
  return [
    ['token', tokenFileIn(folder), 'do everything'] as const,
    ['checkin-key', checkInKeyFileIn(folder), 'report in for any client'] as const,
  ].flatMap(([name, file, may]) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const others = stat.mode & 0o077;
    if (others !== 0 && process.platform !== 'win32')
      return [
        broken(
          'data folder',
          `${name} can be read by other users of this machine (mode ${(stat.mode & 0o777).toString(8)})`,
          `a person who reads it may ${may}`,
          `chmod 600 ${file}, and change it if others have read it`,
        ),
      ];
    if (canRead(file))
      return [
        fine('data folder', `${name} is for its owner only`),
        ...shortFault(name, file),
        ...overdueChecks(
          'data folder',
          { name, is: name },
          { madeAt: stat.mtimeMs, now },
          `remove ${file} and restart the orchestrator, which makes another one`,
        ),
      ];
    return [
      warning(
        'data folder',
        `${name} cannot be read by this user`,
        'the command line has no token here',
        'run it as the user of the orchestrator, or set SERVPACK_TOKEN',
      ),
    ];
  });
}

/** Nothing slows down a person who guesses a secret, so the secret itself must be long. */
function shortFault(name: string, file: string): readonly Check[] {
  const read = readOperatorText(file);
  const length = read.ok ? read.value.trim().length : 0;
  if (!read.ok || length >= secretLength) return [];
  return [
    warning(
      'data folder',
      `${name} has ${length} characters only`,
      'a person may guess it',
      `remove ${file} and restart the orchestrator, which makes a long one`,
    ),
  ];
}

/** The folder of the audit may be on a disk of its own. */
function auditFolderChecks(folder: string): readonly Check[] {
  const audit = join(folder, 'audit');
  if (!existsSync(audit)) return [];
  const space = statSync(audit).dev === statSync(folder).dev ? [] : spaceChecks(audit, 'audit');
  try {
    tryWriting(audit);
    return space;
  } catch (error) {
    return [
      ...space,
      broken(
        'audit',
        `${audit} cannot be written: ${reasonOf(error)}`,
        'what is done is kept in Redis only',
        `make room on its disk; chown or chmod ${audit}`,
      ),
    ];
  }
}

function canRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
