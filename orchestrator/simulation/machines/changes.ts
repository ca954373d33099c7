import { foreignIn } from '../../../shared/execution/foreign-names.ts';
import type { ChangeRequest, RequestOf } from '../../../shared/execution/simulated/wire.ts';
import { beginsReinstall } from '../../../shared/execution/intent.ts';
import {
  contentOf,
  directoryOf,
  type FileContent,
  hasDirectory,
  isInside,
  joinPath,
  keyOf,
  readFile,
  jsonContent,
  writeFile,
} from './disk.ts';
import { violate } from './fence.ts';
import { readIntent } from './look.ts';
import type { Machine } from './machine.ts';
import { done, type Outcome, refused, waits } from './outcome.ts';
import { childrenOf, forgetPermissions, protect, takeOver } from './permissions.ts';
import { orderRestart } from './power.ts';
import { configureService, startService, stopService } from './service-control.ts';
import { installService, uninstallService } from './service-install.ts';
import { intentPath } from './sms.ts';
import { startSmsrun32 } from './smsrun32.ts';
import { transcriptText } from './transcript.ts';
import { isLocked } from './file-locks.ts';

/** Carries out an accepted changing call. */
export function change(machine: Machine, request: ChangeRequest, now: number): Outcome {
  switch (request.op) {
    case 'mark':
      return mark(machine, now);
    case 'unmark':
      return unmark(machine);
    case 'runUpdate':
      return runUpdate(machine, request.marks, now);
    case 'restart':
      return orderRestart(machine, now);
    case 'notify':
      return notify(machine, request.text, now);
    case 'stopService':
      return stopService(machine, request.name, now);
    case 'startService':
      return startService(machine, request.name, now);
    case 'configureService':
      return configureService(machine, request.name, request.settings);
    case 'uninstallService':
      return uninstallService(machine, request.name);
    case 'installService':
      return installService(machine, request.service);
    case 'copyFile':
      return copyFile(machine, request, now);
    case 'uploadFile':
      return place(machine, request.to, contentOf(Buffer.from(request.base64, 'base64')), now);
    case 'replaceAtRestart':
      return replaceAtRestart(machine, request);
    case 'removeFile':
      return removeFile(machine, request.path);
    case 'checkTarget':
      return checkTarget(machine, request, now);
    case 'protectDirectory':
      return protectDirectory(machine, request);
    case 'takeOver':
      return done(readIntent(machine));
    case 'writeIntent':
      return writeIntent(machine, request.intent);
  }
}

/** Upgrade.bat only marks the client; the files come later (Q168463). */
function mark(machine: Machine, now: number): Outcome {
  if (machine.setupPhase !== 'installed') violate(machine, { kind: 'markedAgain', at: now });
  machine.setupPhase = 'upgrade';
  machine.marks += 1;
  machine.asksForRestart ??= 'mark';
  return done({ exitCode: 0, output: 'SetupPhase=UPGRADE\r\n' });
}

/** The mark is a line of SMS.INI. A running Smsrun32 goes on. */
function unmark(machine: Machine): Outcome {
  if (machine.setupPhase === 'upgrade' || machine.setupPhase === 'verifyFiles')
    machine.setupPhase = 'installed';
  if (machine.asksForRestart === 'mark') machine.asksForRestart = null;
  return done({ exitCode: 0, output: 'SetupPhase=INSTALLED\r\n' });
}

function runUpdate(machine: Machine, marks: boolean, now: number): Outcome {
  if (marks && machine.setupPhase === 'installed') machine.setupPhase = 'upgrade';
  startSmsrun32(machine, 'gateway', now);
  if (machine.run !== null) return waits('smsrun32');
  return done({ exitCode: 0, output: transcriptText(machine, machine.transcript?.active ?? []) });
}

function notify(machine: Machine, text: string, now: number): Outcome {
  machine.notices = [...machine.notices, { at: now, text }];
  return done();
}

function copyFile(machine: Machine, { from, to }: RequestOf<'copyFile'>, now: number): Outcome {
  const content = readFile(machine.disk, from);
  return content === null ? refused(`error 2: no file ${from}`) : place(machine, to, content, now);
}

function place(machine: Machine, to: string, content: FileContent, now: number): Outcome {
  if (isLocked(machine, to)) return refused(`error 32: ${to} is in use`);
  if (now < machine.diskFullUntil) return refused('error 112: there is not enough space on the disk');
  writeFile(machine.disk, to, content);
  return done();
}

/**
 * Windows does not check whether the file is in use or whether there is room. It replaces the file
 * at the next start, before anything runs.
 */
function replaceAtRestart(machine: Machine, { from, to }: RequestOf<'replaceAtRestart'>): Outcome {
  if (readFile(machine.disk, from) === null) return refused(`error 2: no file ${from}`);
  const isNoted = machine.renames.some(
    (each) => keyOf(each.from) === keyOf(from) && keyOf(each.to) === keyOf(to),
  );
  if (!isNoted) machine.renames = [...machine.renames, { from, to }];
  machine.asksForRestart ??= 'replacement';
  return done();
}

/** A directory ends with its last file, and its protection with it. */
function removeFile(machine: Machine, path: string): Outcome {
  if (isLocked(machine, path)) return refused(`error 32: ${path} is in use`);
  if (readFile(machine.disk, path) === null) return done();
  writeFile(machine.disk, path, null);
  forgetPermissions(machine, path);
  const directory = directoryOf(path);
  if (!hasDirectory(machine.disk, directory)) forgetPermissions(machine, directory);
  return done();
}

/** The lab fleet has no links: other names of a directory are those of its cmd.exe. */
function checkTarget(
  machine: Machine,
  { from, to, apartFrom, allowed }: RequestOf<'checkTarget'>,
  now: number,
): Outcome {
  const directory = directoryOf(to);
  if (isInside(to, apartFrom) || directory === directoryOf(from))
    return refused(`${directory} is ${apartFrom} by another name`);
  if (allowed === null) return done();
  const foreign = foreignIn(directory, childrenOf(machine.disk, directory), allowed);
  if (foreign !== null) return refused(foreign);
  if (now < machine.diskFullUntil) return refused(`there is not enough space in ${directory}`);
  return isLocked(machine, to) ? refused(`${to} is in use`) : done();
}

function protectDirectory(machine: Machine, { path, allowed }: RequestOf<'protectDirectory'>): Outcome {
  if (!hasDirectory(machine.disk, path)) return refused(`error 3: no directory ${path}`);
  protect(machine, path);
  const children = childrenOf(machine.disk, path);
  const foreign = allowed === null ? null : foreignIn(path, children, allowed);
  if (foreign !== null) return refused(foreign);
  for (const { name } of children) takeOver(machine, joinPath(path, name));
  return done();
}

/** A few hundred bytes fit on a full disk too. */
function writeIntent(machine: Machine, intent: RequestOf<'writeIntent'>['intent']): Outcome {
  if (intent !== null && beginsReinstall(intent)) machine.keptService = null;
  writeFile(machine.disk, intentPath, intent === null ? null : jsonContent(intent));
  return done();
}
