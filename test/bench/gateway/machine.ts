import type { Intent, RunningProcess, Service } from '../../../shared/domain/observation/observation.ts';
import type { ClientLook, LookRequest } from '../../../shared/products/client-look.ts';
import type { Fence } from '../../../shared/store/types.ts';
import { componentNames, newFiles, oldFiles } from '../release.ts';
import { type Story, storyOf } from '../stories.ts';
import { smsIniText } from '../../../orchestrator/simulation/machines/sms-ini-file.ts';

/** A client as the bench's gateway knows it: only what tells one look from the next. */
export interface Machine {
  readonly client: string;
  readonly story: Story;
  boots: number;
  looks: number;
  marked: boolean;
  current: boolean;
  fence: Fence | null;
  service: Service | null;
  copied: boolean;
  intent: Intent | null;
}

const bin = 'C:\\MS\\SMS\\BIN';
/** Boots of the bench's clients are this far apart; any fixed moment does. */
const firstBoot = Date.UTC(2026, 10, 16, 8);

export function newMachine(client: string): Machine {
  const story = storyOf(client);
  return {
    client,
    story,
    boots: 1,
    looks: 0,
    marked: false,
    current: false,
    fence: null,
    service: story === 'move' ? pcmService : null,
    copied: false,
    intent: null,
  };
}

const pcmService: Service = {
  name: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
  imagePath: `${bin}\\PCMSVC32.EXE`,
  startType: 'automatic',
  state: 'running',
  pid: 88,
  account: 'LocalSystem',
  dependsOn: ['LanmanWorkstation'],
};

const program: RunningProcess = {
  pid: 120,
  executable: 'PCMWIN32.EXE',
  imagePath: `${bin}\\PCMWIN32.EXE`,
  session: 1,
  user: 'CORP\\anna',
  startedAt: firstBoot,
};

export const bootIdOf = ({ client, boots }: Machine): string => `${client}-${boots}`;

/**
 * The user whose logon starts the update logs on at once: the bench measures servpack at zero
 * latency.
 */
export function mark(machine: Machine): void {
  machine.marked = true;
  if (machine.story !== 'restart') machine.current = true;
}

export function restart(machine: Machine): void {
  machine.boots += 1;
  machine.current = machine.marked;
}

/** Built for each look, as an answer over a network is. */
export function look(
  machine: Machine,
  { services, componentDirectory }: LookRequest,
  at: number,
): ClientLook {
  machine.looks += 1;
  const processes = processesOf(machine, componentDirectory);
  return {
    at,
    bootId: bootIdOf(machine),
    bootedAt: firstBoot + machine.boots * 60_000,
    role: 'workstation',
    logonServer: '',
    configuration: configurationOf(machine),
    transcript: null,
    versionFile: null,
    files: componentNames.map((name) => ({
      name,
      sha256: (machine.current ? newFiles : oldFiles).get(name) ?? null,
    })),
    processes,
    locked: processes.map(({ executable }) => executable.toLowerCase()),
    services: machine.service !== null && services.length > 0 ? [machine.service] : [],
    users: [],
    packageRunning: false,
    pendingRestart: false,
    intent: machine.intent,
  };
}

function processesOf({ story, looks, service }: Machine, directory: string): RunningProcess[] {
  if (story === 'wait' || (story === 'defer' && looks === 1)) return [program];
  if (service === null || service.pid === null || !service.imagePath.startsWith(directory)) return [];
  const { pid, imagePath } = service;
  return [{ pid, imagePath, executable: 'PCMSVC32.EXE', session: 0, user: 'SYSTEM', startedAt: firstBoot }];
}

const configurationOf = ({ marked, current }: Machine): string =>
  smsIniText({
    setupPhase: marked && !current ? 'UPGRADE' : 'INSTALLED',
    filesNotDownloaded: '',
    copyListVersion: 835_643_765,
    logonServer: 'LS1',
    bin,
  });
