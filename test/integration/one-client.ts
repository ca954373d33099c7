import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import type { QueueName } from '../../shared/domain/upgrade/placement.ts';
import type { CampaignPolicy, MoveBy } from '../../shared/domain/rules/policy.ts';
import type { Dispatcher } from '../../shared/queues/dispatcher.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { Store } from '../../shared/store/store.ts';
import { activate } from '../../workers/activation.ts';
import type { ActivationEnd, WorkerContext } from '../../workers/context.ts';
import type { Gateway } from '../../workers/gateways/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { policy as usual } from '../domain/given.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { textContent } from '../lab/fleet/disk.ts';
import type { StagedRelease } from '../lab/fleet/logon-server.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { setOf, type Trait, traitOf, type TraitSet } from '../lab/fleet/traits.ts';
import { openReleaseFolders } from '../../workers/release-folder.ts';
import { componentNames, componentText, stagedAgent } from '../lab/staged-tree.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Activation, AuditEntry, StoredUpgrade } from '../../shared/store/types.ts';
import { noLooks } from '../fixtures/no-looks.ts';

/** Lab time that flows a thousand times as fast as real time, and can be moved forward to a moment. */
export class JumpingClock implements Clock {
  readonly #realStart = Date.now();
  #labStart: number;

  constructor(now: number) {
    this.#labStart = now;
  }

  now(): number {
    return this.#labStart + (Date.now() - this.#realStart) * 1_000;
  }

  forward(to: number): void {
    this.#labStart += Math.max(0, to - this.now());
  }

  realDelay(at: number): number {
    return Math.max(0, Math.ceil((at - this.now()) / 1_000));
  }

  policySpan(realMs: number): number {
    return realMs * 1_000;
  }
}

/** Keeps the jobs in order of their time; the test runs them instead of BullMQ. */
export class HandDispatcher implements Dispatcher {
  readonly jobs: Activation[] = [];
  readonly looks = noLooks;

  add(activation: Activation): Promise<void> {
    this.jobs.push(activation);
    return Promise.resolve();
  }

  addAll(activations: readonly { readonly activation: Activation }[]): Promise<void> {
    this.jobs.push(...activations.map((each) => each.activation));
    return Promise.resolve();
  }

  withoutJob(activations: readonly Activation[]): Promise<readonly Activation[]> {
    return Promise.resolve(activations);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  next(): Activation | undefined {
    this.jobs.sort((a, b) => a.dueAt - b.dueAt);
    return this.jobs.shift();
  }
}

const files: StagedRelease['files'] = new Map(
  componentNames.map((name) => [name, textContent(componentText(name))]),
);

/** Budgets for days of lab time, except for what never gets better. */
export const patient: CampaignPolicy = {
  ...usual,
  deferrals: {
    ...usual.deferrals,
    unreachable: { ...usual.deferrals.unreachable, budget: 30 },
    logon: { ...usual.deferrals.logon, budget: 60 },
    restart: { ...usual.deferrals.restart, budget: 60 },
    program: { ...usual.deferrals.program, budget: 60 },
    busy: { ...usual.deferrals.busy, budget: 60 },
    download: { ...usual.deferrals.download, budget: 4 },
  },
};

const weekdayEvening = Date.UTC(2026, 10, 16, 19);

/** The first client name that the seed gives this trait, in a fleet with this set of traits. */
export function clientWith(trait: Trait, seed = 'one', set: TraitSet = setOf(trait)): string {
  for (let number = 1; number < 100_000; number += 1) {
    if (traitOf(seed, `pc-${number}`, set) === trait) return `pc-${number}`;
  }
  throw new Error(`no client has the trait ${trait}`);
}

/** How the worker that runs a job is stopped. */
export interface Stopping {
  readonly quiet?: AbortSignal;
  readonly stop?: AbortSignal;
}

export interface OneClient extends AsyncDisposable {
  readonly client: string;
  /** Where the release of an agent was staged. */
  readonly tree: string;
  readonly store: Store;
  readonly clock: JumpingClock;
  readonly dispatcher: HandDispatcher;
  readonly fleet: Fleet;
  readonly gateway: Gateway;
  /** Runs the job that is due next, moving the clock there; undefined when there is none. */
  step(worker?: Stopping): Promise<ActivationEnd | undefined>;
  /** Runs jobs until the upgrade has settled. */
  settle(): Promise<StoredUpgrade>;
  stored(): Promise<StoredUpgrade>;
}

export interface OneClientOptions {
  readonly callDeadlineMs?: number;
  readonly slowMs?: number;
  /** As the profile says it; left out = the built-in one. */
  readonly moveBy?: MoveBy;
}

/** One simulated client with a trait, admitted to a running campaign: the driver's whole world without a queue. */
export async function oneClient(
  trait: Trait,
  changes: Partial<CampaignPolicy> = {},
  wrap: (gateway: Gateway) => Gateway = (gateway) => gateway,
  { callDeadlineMs = 10_000, slowMs = 2_000, moveBy }: OneClientOptions = {},
): Promise<OneClient> {
  const client = clientWith(trait);
  const clock = new JumpingClock(weekdayEvening);
  const row = { client, host: client, logonServer: 'LS-1', zone: 'UTC', role: 'workstation' } as const;
  const fleet = await startFleet({
    rows: [row],
    seed: 'one',
    traits: setOf(trait),
    release: { files, copyListVersion: 900_000_000 },
    clock,
    startedAt: weekdayEvening,
    slowMs,
  });
  const gateway = wrap(connectSimulatedGateway({ port: fleet.port, deadlineMs: callDeadlineMs }));
  const store = createMemoryStore(() => Date.now());
  const dispatcher = new HandDispatcher();
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' });
  const key = { campaign: 'sp4', client };
  const tree = mkdtempSync(join(tmpdir(), 'servpack-one-'));
  const sms = moveBy === undefined ? smsRelease(componentNames) : movingBy(moveBy);
  const release = setOf(trait) === 'agents' ? await stagedAgent(tree) : sms;
  await openCampaign(store, client, release, { ...patient, ...changes }, clock.now());
  dispatcher.jobs.push(
    ...(await store.admit('sp4', [{ client, wave: 0, logonServer: 'LS-1' }], clock.now())),
  );

  const stored = async (): Promise<StoredUpgrade> => {
    const record = await store.readUpgrade(key);
    if (record === null) throw new Error(`${client} has no record`);
    return record;
  };
  const context = workerContext({ store, dispatcher, clock, gateway, log });
  const step = async ({ quiet, stop }: Stopping = {}): Promise<ActivationEnd | undefined> => {
    const job = dispatcher.next();
    if (job === undefined) return undefined;
    clock.forward(job.dueAt);
    return activate(
      quiet === undefined ? context : { ...context, quiet },
      job.key,
      job.activation,
      job.queue satisfies QueueName,
      stop ?? new AbortController().signal,
    );
  };
  return {
    client,
    tree,
    store,
    clock,
    dispatcher,
    fleet,
    gateway,
    step,
    stored,
    settle: async () => {
      for (let count = 0; count < 500; count += 1) {
        const record = await stored();
        if (record.upgrade.state.phase === 'settled') return record;
        if ((await step()) === undefined) throw new Error(`no job left while ${record.upgrade.state.phase}`);
      }
      throw new Error('500 activations did not settle it');
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await fleet.close();
      await store.close();
      rmSync(tree, { recursive: true, force: true });
    },
  };
}

/** What a worker process shares, on these parts. */
export const workerContext = (
  parts: Pick<WorkerContext, 'store' | 'dispatcher' | 'clock' | 'gateway' | 'log'>,
): WorkerContext => ({
  ...parts,
  rulebook: openRulebook(parts.store),
  releases: openReleaseFolders(null),
  leaseMs: 10_000,
});

/** A release of SMS with these component files. */
export function smsRelease(names: readonly string[]): Release {
  const manifest = names.map((name) => {
    const { sha256: hash, size } = textContent(componentText(name));
    return { name: name.toLowerCase(), size, sha256: hash };
  });
  return { release: 'sms-sp4', product: 'sms-1.2', servicePack: 4, files: manifest };
}

/** The same with a profile of its own, which says how the service is moved. */
function movingBy(moveBy: MoveBy): Release {
  const builtIn = readFileSync(join(import.meta.dirname, '../../shared/products/sms-1.2.yaml'), 'utf8');
  const profile = builtIn
    .replace('product: sms-1.2', 'product: sms-anew')
    .replace(/^( +)relocateTo: .*$/m, `$&\n$1moveBy: ${moveBy}`);
  return { ...smsRelease(componentNames), product: 'sms-anew', profile };
}

/** A running campaign of one client, written straight into the store. */
export async function openCampaign(
  store: Store,
  client: string,
  release: Release,
  policy: CampaignPolicy,
  at: number,
): Promise<void> {
  const audit: AuditEntry = {
    at,
    campaign: 'sp4',
    client: null,
    who: 'test',
    from: '',
    to: '',
    because: 'test',
    evidence: null,
  };
  const row = {
    client,
    host: client,
    logonServer: 'LS-1',
    zone: 'UTC',
    role: 'workstation',
    labels: [],
  } as const;
  await store.importFleet([row]);
  const text = randomUUID();
  await store.stageRelease(release, { sha256: sha256(text), text }, audit);
  const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };
  const campaign: Campaign = {
    definition: {
      campaign: 'sp4',
      release: release.release,
      start: 'byHand',
      startAt: null,
      seed: '1',
      select: { labels: [], logonServers: [], clients: [] },
      waves: [{ name: 'all', size: { rest: true }, gate }],
      budgets: { active: 10, perLogonServer: 10 },
      policy,
      hash: 'hash',
    },
    createdAt: at,
    waveSizes: [1],
    state: { status: 'running', startedAt: at, openWaves: 1, accepted: [0] },
  };
  const created = await store.createCampaign(campaign, [{ client, wave: 0, logonServer: 'LS-1' }], audit);
  if (!created.ok) throw new Error(created.error.message);
}
