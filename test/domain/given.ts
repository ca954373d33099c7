import {
  deferralClasses,
  type CampaignPolicy,
  type DeferralClass,
  type DeferralPolicy,
  type Rules,
} from '../../shared/domain/rules/policy.ts';
import type { Observation, RunningProcess, Service } from '../../shared/domain/observation/observation.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';

/** The fixtures of the domain tests: rules, observations and the events of one upgrade. */

export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => count * 3_600_000;

/** Monday, 20:00 UTC. */
export const evening = Date.UTC(2026, 10, 16, 20);

const deferral = (budget: number, whenSpent: DeferralPolicy['whenSpent']): DeferralPolicy => ({
  firstMs: minutes(30),
  factor: 2,
  maxMs: hours(4),
  jitter: 0,
  budget,
  whenSpent,
});

const failing: readonly DeferralClass[] = ['unreachable', 'download'];

export const policy: CampaignPolicy = {
  deferrals: Object.fromEntries(
    deferralClasses.map((kind) => [kind, deferral(6, failing.includes(kind) ? 'failed' : 'needsAttention')]),
  ) as Record<DeferralClass, DeferralPolicy>,
  persistence: { looks: 3, afterMs: hours(24), restarts: 1, minGapMs: minutes(20) },
  ladder: ['wait', 'notify', 'relocation'],
  structural: 'whenPersisting',
  restart: { allowed: 'nobodyLoggedOn', between: null, deadlineMs: hours(4), lookEveryMs: minutes(5) },
  noticeMs: hours(1),
  window: null,
};

export const rules: Rules = {
  campaign: 'sp4',
  seed: '1',
  zone: 'UTC',
  policy,
  product: {
    product: 'sms-1.2',
    componentDirectory: 'C:\\MS\\SMS\\BIN',
    route: 'logon',
    relocatable: {
      sms_package_command_manager_nt: {
        executable: 'pcmsvc32.exe',
        to: 'C:\\SMS_PCM',
        keys: [],
        moveBy: 'repoint',
        settleMs: 0,
      },
    },
    structuralUntil: 3,
    swap: null,
    updateProgram: 'SMSRUN32.EXE',
  },
  files: { 'appctl32.exe': 'new-a', 'climonnt.exe': 'new-c' },
};

export const withPolicy = (changes: Partial<CampaignPolicy>): Rules => ({
  ...rules,
  policy: { ...policy, ...changes },
});
/** A product of route `push`, whose service runs out of its own component directory. */
export const pushed: Rules = {
  ...rules,
  product: {
    product: 'acme-agent',
    componentDirectory: 'C:\\Program Files\\Acme Agent',
    route: 'push',
    relocatable: {},
    structuralUntil: null,
    updateProgram: null,
    swap: {
      service: 'AcmeAgent',
      staging: 'C:\\ProgramData\\servpack\\staged',
      backup: 'C:\\ProgramData\\servpack\\backup',
      settleMs: 1_000,
      keepsBackup: false,
    },
  },
};
export const direct: Rules = { ...rules, product: { ...rules.product, route: 'direct' } };

/** A free client that still has the old files. */
export const oldClient: Observation = {
  at: evening,
  bootId: 'boot-1',
  bootedAt: evening - hours(12),
  role: 'workstation',
  logonServer: 'LS-ROM',
  setupPhase: 'installed',
  filesNotDownloaded: [],
  files: { 'appctl32.exe': { sha256: 'old-a' }, 'climonnt.exe': { sha256: 'old-c' } },
  processes: [],
  locked: [],
  services: [],
  users: [],
  load: 'nobodyLoggedOn',
  packageRunning: false,
  pendingRestart: false,
  servicePack: 2,
  transcript: null,
  intent: null,
  evidence: 'sha-of-the-look',
};

export const upToDate: Partial<Observation> = {
  setupPhase: 'installed',
  files: { 'appctl32.exe': { sha256: 'new-a' }, 'climonnt.exe': { sha256: 'new-c' } },
  servicePack: 4,
};

export const anna = { name: 'anna', session: 1, since: evening - hours(2) };

export const pcmService: Service = {
  name: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
  imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
  startType: 'automatic',
  state: 'running',
  pid: 88,
  account: 'DOM\\smsclient',
  dependsOn: ['LanmanWorkstation'],
};

const running = (executable: string, pid: number, session: number, user: string): RunningProcess => ({
  pid,
  executable,
  imagePath: `C:\\MS\\SMS\\BIN\\${executable}`,
  session,
  user,
  startedAt: evening - hours(1),
});

/**
 * The client of Q168463: the PCM service runs out of the component directory and starts by itself.
 */
export const blockedByPcm: Partial<Observation> = {
  processes: [running('PCMSVC32.EXE', 88, 0, 'SYSTEM')],
  locked: ['pcmsvc32.exe'],
  services: [pcmService],
};

export const blockedByProgram: Partial<Observation> = {
  processes: [running('PCMWIN32.EXE', 120, 1, 'anna')],
  users: [anna],
  load: 'once',
};

export const look = (...changes: readonly Partial<Observation>[]): UpgradeEvent => ({
  type: 'ClientObserved',
  observation: Object.assign({}, oldClient, ...changes) as Observation,
});

export const preImage = {
  service: pcmService,
  sha256: 'sha-pcm',
  from: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
  to: 'C:\\SMS_PCM\\pcmsvc32.exe',
} as const;

/** The service of the product of route `push`, running out of its own directory as always. */
export const agentService: Service = {
  name: 'AcmeAgent',
  imagePath: '"C:\\Program Files\\Acme Agent\\appctl32.exe" --service',
  startType: 'automatic',
  state: 'running',
  pid: 204,
  account: 'LocalSystem',
  dependsOn: [],
};

export const agentClient: Partial<Observation> = {
  setupPhase: 'none',
  services: [agentService],
  processes: [
    {
      ...running('appctl32.exe', 204, 0, 'SYSTEM'),
      imagePath: 'C:\\Program Files\\Acme Agent\\appctl32.exe',
    },
  ],
  locked: ['appctl32.exe', 'climonnt.exe'],
};

/** A program of the pushed product that anna has open; it uses files of the component directory. */
export const annasProgram: RunningProcess = {
  ...running('climonnt.exe', 310, 1, 'anna'),
  imagePath: 'C:\\Program Files\\Acme Agent\\climonnt.exe',
};

export const swapPreImage = {
  service: agentService,
  directory: 'C:\\Program Files\\Acme Agent',
  staging: 'C:\\ProgramData\\servpack\\staged',
  backup: 'C:\\ProgramData\\servpack\\backup',
  keepsBackup: false,
  files: [
    { name: 'appctl32.exe', before: 'old-a', after: 'new-a' },
    { name: 'climonnt.exe', before: 'old-c', after: 'new-c' },
  ],
} as const;

/** A client of wave 0 that was just admitted. */
export const admitted: Upgrade = newUpgrade('pc-17', 0, 'LS-ROM');

export type Timed = readonly [at: number, event: UpgradeEvent];

/** The upgrade after these events. */
export function after(given: Rules, upgrade: Upgrade, events: readonly Timed[]): Upgrade {
  return events.reduce((current, [at, event]) => {
    const stamped: UpgradeEvent =
      event.type === 'ClientObserved' ? { ...event, observation: { ...event.observation, at } } : event;
    const decision = decide(given, current, stamped, at);
    return decision.kind === 'changed' ? decision.upgrade : current;
  }, upgrade);
}

/** The state of an upgrade in short. */
export const phases = (upgrade: Upgrade): string =>
  upgrade.state.phase === 'deferred'
    ? `deferred ${upgrade.state.class}`
    : upgrade.state.phase === 'settled'
      ? `settled ${upgrade.state.end}`
      : upgrade.state.phase === 'remedying'
        ? `remedying ${upgrade.state.journal.procedure} ${upgrade.state.journal.direction} ${upgrade.state.journal.step}`
        : upgrade.state.phase;

export const activated: UpgradeEvent = { type: 'Activated' };

/** This step is done; `record` has read the pre-image. */
export const done = (step: string): UpgradeEvent =>
  ({ type: 'StepDone', step, preImage: step === 'record' ? preImage : null }) as UpgradeEvent;

export const gone: UpgradeEvent = {
  type: 'LookFailed',
  failure: { kind: 'unreachable', message: 'no answer' },
};

/** Looks when it is due, as a worker does, and finds no restarted client until this moment. */
export function silentUntil(upgrade: Upgrade, until: number): Upgrade {
  const { state } = upgrade;
  if (state.phase !== 'restarting' || state.nextLook > until) return upgrade;
  const { nextLook: at } = state;
  return silentUntil(
    after(rules, upgrade, [
      [at, activated],
      [at, gone],
    ]),
    until,
  );
}
