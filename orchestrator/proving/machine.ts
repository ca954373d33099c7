import { isInside } from '../../shared/domain/observation/image-path.ts';
import type { Intent, Observation, Service } from '../../shared/domain/observation/observation.ts';
import type { ProductRules, ReleaseFiles } from '../../shared/domain/rules/policy.ts';

/**
 * The smallest machine on which every rule of a policy can be tried: one service, one program of a
 * user, one file that something unknown holds, and a power switch. Values do not change: each event
 * gives another machine.
 */
export interface Machine {
  readonly boot: number;
  /** `down`: it took an order to restart, and is not back. */
  readonly power: 'up' | 'down';
  readonly user: boolean;
  readonly program: boolean;
  readonly held: boolean;
  readonly installed: 'old' | 'new';
  /** The boot in which it was marked; null = it is not marked. */
  readonly markedIn: number | null;
  readonly service: Service | null;
  /** Image path of the service's process; null = it does not run. */
  readonly runsFrom: string | null;
  /** The service as it was before servpack changed anything. */
  readonly first: Service | null;
  /** servpack has stopped the service, which ran, and it does not run again yet. */
  readonly stopped: boolean;
  readonly copied: boolean;
  readonly intent: Intent | null;
  /** New files lie in the staging folder, old ones in the backup folder. */
  readonly staged: boolean;
  readonly kept: boolean;
  /** Windows puts the new files in their places at its next start. */
  readonly queued: boolean;
}

/** What a product has on every machine: names and paths. */
export interface Equipment {
  readonly product: ProductRules;
  readonly files: ReleaseFiles;
  /** A program that a user opens, in lower case. */
  readonly program: string;
}

/** The service of the product: the one that a relocation moves, or the one that uses its files. */
export function serviceOf({ product }: Equipment): Service | null {
  const [found] = Object.entries(product.relocatable);
  const { service = null } = product.swap ?? {};
  const name = found?.[0].toUpperCase() ?? service;
  if (name === null || name === undefined) return null;
  const executable = found?.[1].executable ?? `${name.toLowerCase()}.exe`;
  return {
    name,
    imagePath: `${product.componentDirectory}\\${executable}`,
    startType: 'automatic',
    state: 'running',
    pid: 88,
    account: 'LocalSystem',
    dependsOn: [],
  };
}

export function newMachine(equipment: Equipment): Machine {
  const service = serviceOf(equipment);
  return {
    boot: 1,
    power: 'up',
    user: false,
    program: false,
    held: false,
    installed: 'old',
    markedIn: null,
    service,
    runsFrom: service?.imagePath ?? null,
    first: service,
    stopped: false,
    copied: false,
    intent: null,
    staged: false,
    kept: false,
    queued: false,
  };
}

/** How a machine is at the moment of a look. */
export interface Sight {
  readonly user: boolean;
  readonly blocker: 'none' | 'service' | 'program' | 'file';
}

/** Is servpack the reason that the machine, or its service, cannot be used now? */
export const isDown = ({ power, stopped }: Machine): boolean => power === 'down' || stopped;

/** Does the service run out of the component directory, so that it is in the way of a logon? */
const runsInside = ({ product }: Equipment, { runsFrom }: Machine): boolean =>
  runsFrom !== null && isInside(runsFrom, product.componentDirectory);

/** Can this be seen on the machine now? What servpack has done to its service stays. */
export function canBe(equipment: Equipment, machine: Machine, { user, blocker }: Sight): boolean {
  const { service } = machine;
  const { product } = equipment;
  switch (blocker) {
    case 'none':
    case 'file':
      return blocker === 'none' || product.swap === null || service?.state === 'stopped';
    case 'program':
      return user;
    case 'service':
      return (
        product.swap === null &&
        service !== null &&
        isInside(service.imagePath, product.componentDirectory) &&
        (service.startType === 'automatic' || machine.runsFrom !== null)
      );
  }
}

/** The machine as people and programs bring it into this sight. A logon may start its update. */
export function arranged(equipment: Equipment, machine: Machine, sight: Sight): Machine {
  const seen: Machine = {
    ...withService(equipment, machine, sight),
    user: sight.user,
    program: sight.blocker === 'program',
    held: sight.blocker === 'file',
  };
  const isLogon = sight.user && !machine.user;
  return isLogon ? afterLogon(equipment, seen) : seen;
}

/** On route `push` the service is no blocker, and stays as it is. */
function withService(equipment: Equipment, machine: Machine, { blocker }: Sight): Machine {
  const { service } = machine;
  if (service === null || equipment.product.swap !== null || machine.stopped) return machine;
  const mustRun = blocker === 'service';
  if (runsInside(equipment, machine) === mustRun) return machine;
  // A service that servpack has moved, or set to manual, is left as it is.
  if (!isInside(service.imagePath, equipment.product.componentDirectory)) return machine;
  return mustRun ? startService(machine) : stopService(machine);
}

/** The update of a marked client starts at a logon after a restart, and stops at files in use. */
function afterLogon(equipment: Equipment, machine: Machine): Machine {
  const { markedIn, boot, program, held } = machine;
  const isBlocked = runsInside(equipment, machine) || program || held;
  return markedIn === null || markedIn === boot || isBlocked
    ? machine
    : { ...machine, installed: 'new', markedIn: null };
}

export const startService = (machine: Machine): Machine =>
  machine.service === null
    ? machine
    : {
        ...machine,
        service: { ...machine.service, state: 'running', pid: 88 },
        runsFrom: machine.runsFrom ?? machine.service.imagePath,
        stopped: false,
      };

export const stopService = (machine: Machine): Machine =>
  machine.service === null
    ? machine
    : { ...machine, service: { ...machine.service, state: 'stopped', pid: null }, runsFrom: null };

/** It takes the order and goes down. */
export const goesDown = (machine: Machine): Machine => ({ ...machine, power: 'down' });

/**
 * It is up again in another boot, and nobody is logged on. A service that servpack has set to
 * manual does not start.
 */
export function comesUp(machine: Machine): Machine {
  const ran = machine.service?.state === 'running' || machine.stopped;
  const down = stopService({
    ...machine,
    power: 'up',
    boot: machine.boot + 1,
    user: false,
    program: false,
    held: false,
    ...(machine.queued ? { installed: 'new' as const, queued: false } : {}),
  });
  return down.service?.startType === 'automatic' ? startService(down) : { ...down, stopped: ran };
}

export const marked = (machine: Machine): Machine => ({ ...machine, markedIn: machine.boot });

/** Route `direct`: the update runs now, and stops at files in use. */
export const afterUpdate = (equipment: Equipment, machine: Machine): Machine =>
  runsInside(equipment, machine) || machine.program || machine.held
    ? machine
    : { ...machine, installed: 'new' };

/** What a look reads on the machine. */
export function observe(
  { product, files, program }: Equipment,
  machine: Machine,
  { at, logonServer }: { readonly at: number; readonly logonServer: string },
): Observation {
  const { service, runsFrom, boot, installed, markedIn, user } = machine;
  const process = { session: 0, user: 'SYSTEM', startedAt: at };
  const isIn = runsFrom !== null && isInside(runsFrom, product.componentDirectory);
  return {
    at,
    bootId: `boot-${boot}`,
    bootedAt: at,
    role: 'workstation',
    logonServer,
    setupPhase: product.route === 'push' ? 'none' : markedIn === null ? 'installed' : 'upgrade',
    filesNotDownloaded: [],
    files: Object.fromEntries(
      Object.entries(files).map(([name, sha256]) => [
        name,
        { sha256: installed === 'new' ? sha256 : `old ${sha256}` },
      ]),
    ),
    processes: [
      ...(isIn ? [{ ...process, executable: lastPart(runsFrom), imagePath: runsFrom, pid: 88 }] : []),
      ...(machine.program
        ? [
            {
              ...process,
              executable: program,
              imagePath: `${product.componentDirectory}\\${program}`,
              pid: 120,
              session: 1,
              user: userName,
            },
          ]
        : []),
    ],
    locked: machine.held ? Object.keys(files).slice(0, 1) : [],
    services: service === null ? [] : [service],
    users: user ? [{ name: userName, session: 1, since: at }] : [],
    load: user ? 'once' : 'nobodyLoggedOn',
    packageRunning: false,
    pendingRestart: machine.queued,
    servicePack: null,
    transcript: null,
    intent: machine.intent,
    evidence: '',
  };
}

export const userName = 'anna';

export const lastPart = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

/**
 * What is left of servpack on a machine on which nothing is open any more; null = its service is as
 * it was before, and nothing lies in a folder.
 */
export function whyNotWhole({
  first,
  service,
  intent,
  copied,
  staged,
  kept,
  stopped,
}: Machine): string | null {
  if (intent !== null) return 'the note of a procedure stands on it';
  if (copied || staged || kept) return 'files of a procedure lie on it';
  if (service?.imagePath !== first?.imagePath) return `its service starts from ${service?.imagePath}`;
  if (service?.startType !== first?.startType) return `its service has the start type ${service?.startType}`;
  return stopped ? 'its service does not run' : null;
}
