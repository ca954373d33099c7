import type { Intent, Service } from '../../../shared/domain/observation/observation.ts';
import { servicesAtFirst } from '../../../orchestrator/simulation/machines/create.ts';
import { filesOf, isInside, nameOf } from '../../../orchestrator/simulation/machines/disk.ts';
import type { FaultKind } from './faults.ts';
import { readIntent } from '../../../orchestrator/simulation/machines/look.ts';
import type {
  JournalEntry,
  Machine,
  Permissions,
  Violation,
} from '../../../orchestrator/simulation/machines/machine.ts';
import { protectedDirectories } from '../../../orchestrator/simulation/machines/permissions.ts';
import { bin } from '../../../orchestrator/simulation/machines/sms.ts';
import type { Trait } from '../../../orchestrator/simulation/machines/traits.ts';

export interface ServiceTruth {
  readonly name: string;
  readonly imagePath: string;
  readonly startType: Service['startType'];
  readonly account: string;
  readonly kept: Service['kept'];
  readonly running: boolean;
  /** The executable of the running process of a service. */
  readonly runsFrom: string | null;
}

/** The true state of one client, independent of any report. */
export interface ClientTruth {
  readonly client: string;
  readonly trait: Trait;
  readonly role: 'workstation' | 'server';
  readonly logonServer: string;
  readonly reachable: boolean;
  /** SHA-256 by lower-case name, of the component directory. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 by lower-case path, of every other file. */
  readonly otherFiles: Readonly<Record<string, string>>;
  readonly protectedDirectories: readonly string[];
  /** By lower-case path; only permissions that were set. */
  readonly permissions: Readonly<Record<string, Permissions>>;
  readonly setupPhase: Machine['setupPhase'];
  readonly filesNotDownloaded: readonly string[];
  readonly services: readonly ServiceTruth[];
  /** The services of the client before the first change. */
  readonly servicesAtFirst: readonly ServiceTruth[];
  readonly boots: number;
  /** Restart orders that were accepted, and their causes. */
  readonly restarts: Machine['restarts'];
  /** How often Upgrade.bat marked the client. */
  readonly marks: number;
  /** The changing calls that were accepted, in order; only the newest when there are very many. */
  readonly journal: readonly JournalEntry[];
  readonly journalDropped: number;
  readonly violations: readonly Violation[];
  readonly fencedRefusals: number;
  readonly intent: Intent | null;
  readonly notices: readonly { readonly at: number; readonly text: string }[];
  readonly checkIns: number;
}

export interface FleetTruth {
  readonly now: number;
  /** SHA-256 by lower-case name, of the release's component files. */
  readonly release: Readonly<Record<string, string>>;
  readonly clients: readonly ClientTruth[];
}

export interface FleetSummary {
  readonly now: number;
  readonly clients: number;
  readonly reachable: number;
  readonly setupPhases: Readonly<Record<Machine['setupPhase'], number>>;
  readonly calls: number;
  readonly restartsOrdered: number;
  readonly fencedRefusals: number;
  readonly violations: number;
  readonly checkIns: { readonly posted: number; readonly failed: number };
  /** How often each gateway fault has happened. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

export function truthOf(machine: Machine): ClientTruth {
  const { row, trait, rules, world } = machine;
  const files = filesOf(machine.disk);
  const hashes = (inBin: boolean, key: (path: string) => string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      files
        .filter(([path]) => isInside(path, bin) === inBin)
        .map(([path, { sha256 }]) => [key(path), sha256]),
    );
  return {
    client: row.client,
    trait,
    role: row.role,
    logonServer: row.logonServer,
    reachable: machine.power === 'on',
    files: hashes(true, nameOf),
    otherFiles: hashes(false, (path) => path),
    protectedDirectories: protectedDirectories(machine),
    permissions: Object.fromEntries(machine.permissions),
    setupPhase: machine.setupPhase,
    filesNotDownloaded: machine.filesNotDownloaded,
    services: machine.services.map((service) => serviceTruth(machine, service)),
    servicesAtFirst: servicesAtFirst(world, row, rules).map(untouched),
    boots: machine.boots,
    restarts: machine.restarts,
    marks: machine.marks,
    journal: machine.journal.map((entry) => ({ ...entry })),
    journalDropped: machine.journalDropped,
    violations: machine.violations,
    fencedRefusals: machine.fencedRefusals,
    intent: readIntent(machine),
    notices: machine.notices,
    checkIns: machine.checkIns,
  };
}

function serviceTruth({ processes }: Machine, service: Service): ServiceTruth {
  const { name, imagePath, startType, account, kept, state, pid } = service;
  const runsFrom = processes.find((process) => process.pid === pid)?.imagePath ?? null;
  return { name, imagePath, startType, account, kept, running: state === 'running', runsFrom };
}

/** On a machine that is switched on, automatic services run. */
function untouched({ name, imagePath, startType, account, kept }: Service): ServiceTruth {
  const running = startType === 'automatic';
  return { name, imagePath, startType, account, kept, running, runsFrom: running ? imagePath : null };
}

/** Counts over the whole fleet, from the machines themselves. */
export function countMachines(
  machines: Iterable<Machine>,
): Omit<FleetSummary, 'now' | 'calls' | 'checkIns' | 'faults'> {
  const setupPhases = { installed: 0, upgrade: 0, verifyFiles: 0 };
  const counts = { clients: 0, reachable: 0, restartsOrdered: 0, fencedRefusals: 0, violations: 0 };
  for (const machine of machines) {
    setupPhases[machine.setupPhase] += 1;
    counts.clients += 1;
    counts.reachable += machine.power === 'on' ? 1 : 0;
    counts.restartsOrdered += machine.restarts.length;
    counts.fencedRefusals += machine.fencedRefusals;
    counts.violations += machine.violations.length;
  }
  return { ...counts, setupPhases };
}
