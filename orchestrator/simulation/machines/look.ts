import type { ClientLook, LookRequest } from '../../../shared/products/client-look.ts';
import type { Intent } from '../../../shared/domain/observation/observation.ts';
import { jsonIn, keyOf, nameOf, readFile, readKey } from './disk.ts';
import { keyIn } from './keys.ts';
import { bootIdOf, isPackageRunning, type Machine } from './machine.ts';
import { findService, showService } from './service-control.ts';
import { userSession } from './sessions.ts';
import { intentPath, versionFile } from './sms.ts';
import { smsIni } from './sms-ini.ts';
import { heldByAgent } from './agent-state.ts';

/** The result of a look at this machine. Changes nothing. */
export function look(machine: Machine, request: LookRequest, now: number): ClientLook {
  const { componentDirectory } = request;
  const shown = (at: number): number => at + machine.rules.clockOffMs;
  const root = keyIn(machine, componentDirectory, '');
  const inComponents = machine.processes.filter(({ imagePath }) => keyOf(imagePath).startsWith(root));
  return {
    at: shown(now),
    bootId: bootIdOf(machine),
    bootedAt: shown(machine.bootedAt),
    role: machine.row.role,
    logonServer: machine.row.logonServer,
    configuration: smsIni(machine),
    transcript: lastTranscript(machine, shown),
    versionFile: readKey(machine.disk, keyIn(machine, componentDirectory, versionFile))?.text ?? null,
    files: shownFiles(machine, request),
    processes: inComponents.map((process) => ({
      ...process,
      startedAt: shown(process.startedAt),
      executable: nameOf(process.imagePath),
    })),
    locked: lockedIn(machine, root),
    services: request.services.flatMap((name) => {
      const service = findService(machine, name);
      if (service === undefined) return [];
      const shown = showService(machine, service);
      if (shown.kept === undefined) return [shown];
      const { kept: _kept, ...shows } = shown;
      return [shows];
    }),
    users: usersOf(machine, shown),
    packageRunning: isPackageRunning(machine, now),
    pendingRestart: machine.goingDown || machine.bootsPending > 0 || machine.renames.length > 0,
    intent: readIntent(machine),
  };
}

const nothing: readonly string[] = [];

const lockedIn = (machine: Machine, root: string): readonly string[] => {
  const held = [...machine.processes.map(({ imagePath }) => imagePath), ...heldByAgent(machine)];
  const inside = held.filter((path) => keyOf(path).startsWith(root));
  if (inside.length === 0) return nothing;
  return [...new Set(inside.map((path) => nameOf(path).toLowerCase()))];
};

/**
 * The hashes of the files of a folder. Clients on which none of them has changed share one list,
 * which is frozen.
 */
function shownFiles(machine: Machine, { componentDirectory: folder, files: names }: LookRequest) {
  const { world, disk } = machine;
  const shown = (): ClientLook['files'] =>
    names.map((name) => ({ name, sha256: readKey(disk, keyIn(machine, folder, name))?.sha256 ?? null }));
  const root = keyIn(machine, folder, '');
  for (const key of disk.changes.keys()) if (key.startsWith(root)) return shown();
  const known = world.shownFiles.get(disk.base);
  if (known?.folder === folder && known.names === names) return known.files;
  const files = Object.freeze(shown());
  world.shownFiles.set(disk.base, { folder, names, files });
  return files;
}

export const hash = ({ disk }: Machine, path: string): string | null => readFile(disk, path)?.sha256 ?? null;

/** A time by the client's own clock. */
type Shown = (at: number) => number;

const lastTranscript = (machine: Machine, shown: Shown): ClientLook['transcript'] =>
  machine.transcript && {
    at: shown(machine.transcript.at),
    text: machine.transcript.text,
  };

const usersOf = ({ session, load }: Machine, shown: Shown): ClientLook['users'] =>
  session === null ? [] : [{ name: session.user, session: userSession, since: shown(session.since), load }];

const intentKey = keyOf(intentPath);

/** The intent is a file on the client: it survives restarts, and the next driver finds it. */
export function readIntent({ disk }: Machine): Intent | null {
  const file = readKey(disk, intentKey);
  return file === null ? null : (jsonIn(file) as Intent);
}
