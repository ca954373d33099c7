import { ok } from '../../../shared/errors.ts';
import { answerWaiters, drop, schedule } from './agenda.ts';
import { keyOf, nameOf, readKey, rootOf, textContent, writeFile, writeKey } from './disk.ts';
import { lackedFile } from './logon-server.ts';
import { componentPath, duration, type Machine, serverOf, type UpdateRun } from './machine.ts';
import { bin, pcmExecutable } from './sms.ts';
import { second } from './time.ts';
import { transcriptText } from './transcript.ts';
import { isLocked } from './file-locks.ts';
import { keyIn } from './keys.ts';

/** How long the transfer of one file takes. */
const copyTime = [1 * second, 4 * second] as const;

const binRoot = rootOf(bin);

/**
 * Executables that run out of the component directory, in lower case, each once; from SP3 on
 * without the PCM service (Q157677).
 */
export const activeExecutables = ({ processes, rules }: Machine): readonly string[] => [
  ...new Set(
    processes
      .filter(({ imagePath }) => keyOf(imagePath).startsWith(binRoot))
      .filter(({ imagePath }) => !rules.has.includes(3) || nameOf(imagePath).toUpperCase() !== pcmExecutable)
      .map(({ imagePath }) => nameOf(imagePath).toLowerCase()),
  ),
];

/**
 * Smsrun32 as described in Q168463. When a program runs out of BIN, no file is downloaded; else a
 * marked client gets the server's files. CopyListVersion is written before any file is copied, so
 * it proves nothing. A second instance blocks the next file of the first one and ends (Q216552).
 * Two that Load starts at once block each other, and neither downloads a file. While a restart is
 * pending no instance downloads.
 */
export function startSmsrun32(machine: Machine, by: UpdateRun['by'], now: number): void {
  if (machine.run !== null) return by === 'logon' ? disturb(machine, machine.run) : undefined;
  const isMarked = machine.setupPhase !== 'installed';
  if (isMarked) machine.copyListVersion = serverOf(machine).release.copyListVersion;
  const active = activeExecutables(machine);
  const isTwice = by === 'logon' && machine.rules.loadStarts > 1;
  const mayDownload = isMarked && active.length === 0 && !isTwice && machine.bootsPending === 0;
  if (!mayDownload) return finish(machine, by, now, active);
  continueWith(machine, { by, todo: outdatedFiles(machine), failed: [], isDisturbed: false }, now);
}

const disturb = (machine: Machine, run: UpdateRun): void => {
  machine.run = { ...run, isDisturbed: true };
};

function outdatedFiles(machine: Machine): readonly string[] {
  const { files } = serverOf(machine).release;
  const old: string[] = [];
  for (const [name, { sha256 }] of files)
    if (readKey(machine.disk, keyIn(machine, bin, name))?.sha256 !== sha256) old.push(name);
  return old;
}

function continueWith(machine: Machine, run: UpdateRun, now: number): void {
  machine.run = run;
  if (run.todo.length > 0) {
    const nextAt = nextCopiedAt(machine, now);
    // The first file has been copied, so that there is something to continue.
    if (machine.willDie && run.by === 'logon' && run.todo.length < outdatedAtFirst(machine))
      return schedule(machine, nextAt - 1, 'powerFailure');
    return schedule(machine, nextAt, 'fileCopied');
  }
  machine.filesNotDownloaded = run.failed;
  machine.setupPhase = run.failed.length > 0 ? 'verifyFiles' : 'installed';
  finish(machine, run.by, now, []);
}

/**
 * One file has been copied, or could not be written. In the second case the next Smsrun32 tries
 * again (endlessly, Q168598).
 */
export function fileCopied(machine: Machine, now: number): void {
  if (machine.run === null) return;
  const [name = '', ...todo] = machine.run.todo;
  const content = offered(machine, name);
  const key = keyIn(machine, bin, name);
  const isInTheWay = isLocked(machine, key) || machine.run.isDisturbed || now < machine.diskFullUntil;
  const fits = content !== undefined && !isInTheWay;
  if (fits) writeKey(machine.disk, key, content);
  continueWith(
    machine,
    {
      ...machine.run,
      todo,
      isDisturbed: false,
      failed: fits ? machine.run.failed : [...machine.run.failed, name],
    },
    now,
  );
}

function offered(machine: Machine, name: string) {
  const server = serverOf(machine);
  const isLacked =
    machine.rules.serverLacksFile && lackedFile(server, machine.world.seed, machine.row.client) === name;
  return isLacked ? undefined : server.release.files.get(name);
}

function finish(machine: Machine, by: UpdateRun['by'], now: number, active: readonly string[]): void {
  machine.run = null;
  const text = transcriptText(machine, active);
  machine.transcript = { at: now, active, text };
  answerWaiters(machine, 'smsrun32', '', ok({ exitCode: 0, output: text }));
  if (by === 'logon') machine.world.checkIn(machine, text);
}

/**
 * An interrupted run leaves the files that it copied, and SetupPhase as it was. The next run
 * continues.
 */
export function cutSmsrun32Short(machine: Machine): void {
  machine.run = null;
  drop(machine, 'fileCopied', 'powerFailure');
}

/**
 * When the last of the files is copied that Smsrun32 still copies, unless something comes between;
 * `firstAt` is the end of the present one. Until then the run tells nobody anything.
 */
export function copiedAt(machine: Machine, firstAt: number): number {
  let at = firstAt;
  for (let left = (machine.run?.todo.length ?? 1) - 1; left > 0; left -= 1) at = nextCopiedAt(machine, at);
  return at;
}

const nextCopiedAt = (machine: Machine, now: number): number =>
  now + duration(machine, 'copy', now, copyTime);

/** The file that is being copied is neither the old nor the new one on the disk. */
export function leaveHalfAFile(machine: Machine): void {
  const [name] = machine.run?.todo ?? [];
  if (name !== undefined) writeFile(machine.disk, componentPath(name), textContent(`half of ${name}`));
}

/** Files that a client does not have at first: nearly all of the release. */
const outdatedAtFirst = (machine: Machine): number => serverOf(machine).release.files.size;
