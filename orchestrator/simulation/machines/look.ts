import type { ClientLook, LookRequest } from '../../../shared/products/client-look.ts';
import type { Intent } from '../../../shared/domain/observation/observation.ts';
import { isInside, joinPath, keyOf, nameOf, readFile, readKey } from './disk.ts';
import { bootIdOf, isPackageRunning, type Machine } from './machine.ts';
import { findService, showService } from './service-control.ts';
import { userSession } from './sessions.ts';
import { intentPath, versionFile } from './sms.ts';
import { smsIni } from './sms-ini.ts';
import { transcriptText } from './transcript.ts';
import { heldByAgent } from './agent-state.ts';

/** The result of a look at this machine. Changes nothing. */
export function look(machine: Machine, request: LookRequest, now: number): ClientLook {
  const { componentDirectory } = request;
  const shown = (at: number): number => at + machine.rules.clockOffMs;
  const inComponents = machine.processes.filter(({ imagePath }) => isInside(imagePath, componentDirectory));
  return {
    at: shown(now),
    bootId: bootIdOf(machine),
    bootedAt: shown(machine.bootedAt),
    role: machine.row.role,
    logonServer: machine.row.logonServer,
    configuration: smsIni(machine),
    transcript: lastTranscript(machine, shown),
    versionFile: readFile(machine.disk, joinPath(componentDirectory, versionFile))?.text ?? null,
    files: request.files.map((name) => ({ name, sha256: hashIn(machine, componentDirectory, name) })),
    processes: inComponents.map((process) => ({
      ...process,
      startedAt: shown(process.startedAt),
      executable: nameOf(process.imagePath),
    })),
    locked: lockedIn(machine, componentDirectory),
    services: request.services.flatMap((name) => {
      const service = findService(machine, name);
      if (service === undefined) return [];
      const { kept: _kept, ...shows } = showService(machine, service);
      return [shows];
    }),
    users: usersOf(machine, shown),
    packageRunning: isPackageRunning(machine, now),
    pendingRestart: machine.goingDown || machine.bootsPending > 0 || machine.renames.length > 0,
    intent: readIntent(machine),
  };
}

const lockedIn = (machine: Machine, directory: string): readonly string[] => {
  const held = [...machine.processes.map(({ imagePath }) => imagePath), ...heldByAgent(machine)];
  const inside = held.filter((path) => isInside(path, directory));
  return [...new Set(inside.map((path) => nameOf(path).toLowerCase()))];
};

/** The SHA-256 of a file of a folder; null = there is none. */
function hashIn({ world, disk }: Machine, folder: string, name: string): string | null {
  let keys = world.keys.get(folder);
  if (keys === undefined) {
    keys = new Map();
    world.keys.set(folder, keys);
  }
  let key = keys.get(name);
  if (key === undefined) {
    key = keyOf(joinPath(folder, name));
    keys.set(name, key);
  }
  return readKey(disk, key)?.sha256 ?? null;
}

export const hash = ({ disk }: Machine, path: string): string | null => readFile(disk, path)?.sha256 ?? null;

/** A time by the client's own clock. */
type Shown = (at: number) => number;

const lastTranscript = (machine: Machine, shown: Shown): ClientLook['transcript'] =>
  machine.transcript && {
    at: shown(machine.transcript.at),
    text: transcriptText(machine, machine.transcript.active),
  };

const usersOf = ({ session, load }: Machine, shown: Shown): ClientLook['users'] =>
  session === null ? [] : [{ name: session.user, session: userSession, since: shown(session.since), load }];

/** The intent is a file on the client: it survives restarts, and the next driver finds it. */
export function readIntent({ disk }: Machine): Intent | null {
  const text = readFile(disk, intentPath)?.text;
  return text === undefined || text === null ? null : (JSON.parse(text) as Intent);
}
