import { expect } from 'vitest';
import { limitAudit } from '../../orchestrator/fleet/server-limits.ts';
import { hookAudit } from '../../orchestrator/hooks/hook-audit.ts';
import { requestAudit } from '../../orchestrator/requests/commit-request.ts';
import { scheduleAudit } from '../../orchestrator/schedules/commit.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type CampaignEdition, editionStep } from '../../shared/domain/campaign/edition.ts';
import type { CommandRequest } from '../../shared/domain/campaign/command-request.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import { sha256 } from '../../shared/evidence.ts';
import { leftTo, waitsTo } from '../../shared/store/member-changes.ts';
import type { Store } from '../../shared/store/store.ts';
import { all, at, campaignOf, clientOf, driven, entry, gated, pick } from '../contract/store/fixtures.ts';
import { runningState, settled, settledPlace } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';

/** A campaign that uses everything of campaign control, and the state that a store holds of it. */

/** In a campaign with a calendar clients wait by their time zone. */
const zoned = (...place: Parameters<typeof pick>) => ({ ...pick(...place), zone: 'Europe/Rome' });
const servers = ['LS-1', 'LS-2', 'LS-3'];
const own = [1, 2, 3, 4, 5, 6].map((n) => zoned(`pc-${n}`, servers[n % 3], n > 4 ? 1 : 0));
const command = { run: ['notify'], timeoutMs: 1_000, retryMs: 1_000 };
const gate = {
  settledPercent: 100,
  notOkPercent: 0,
  minSample: 1,
  soakMs: 5,
  health: { watchMs: 9, notOkPercent: 0 },
};
const plain = campaignOf('sp4', runningState());

const controlled: Campaign = {
  ...plain,
  definition: {
    ...plain.definition,
    membership: 'joins',
    waves: [
      { name: 'early', size: { count: 4 }, gate },
      { name: 'rest', size: { rest: true }, gate },
    ],
    budgets: { ...plain.definition.budgets, remediations: { perHour: 9, perWave: 9 } },
    speed: { ramp: { from: 20, factor: 2, per: 5, most: 90 } },
    priority: 20,
    calendar: { windows: [], fit: { mark: 5 } },
    hooks: { beforeCampaign: command },
    stop: [{ on: 'failed', percent: 50, minSample: 1, withinMs: 9_000, does: 'pause' }],
  },
  waveSizes: [4, 2],
  holds: [{ logonServer: 'LS-9', by: 'kim', because: 'slow line', at }],
  approvals: {
    authors: ['anna'],
    requests: [
      {
        subject: { wave: 'early' },
        round: 1,
        since: at,
        until: null,
        answer: { is: 'approved', by: 'kim', at },
      },
      { subject: { wave: 'rest' }, round: 1, since: at, until: at + 9 },
    ],
    expired: 1,
  },
  members: { joined: 0, left: 0, elsewhere: 1, noWave: 2, wouldJoin: 0 },
  state: {
    ...runningState(1),
    approvals: [{ wave: 0, by: 'kim', at }],
    mark: { wave: 0, since: at, settled: 1 },
    health: { wave: 0, at, survey: null },
    openings: [{ wave: 0, at, how: 'approved by kim' }],
    rampStart: { upgraded: 1, halts: 0 },
    stopsFrom: at,
  },
};

const editionOf = (edition: number): CampaignEdition => ({
  edition,
  at,
  by: 'anna',
  because: 'as agreed',
  ...(edition === 0 ? {} : { before: 'hash-of-the-file' }),
  changes: edition === 0 ? [] : ['early: 25 % -> 10 %'],
  file: 'sp4.yaml',
  text: `campaign: sp4 # ${edition}\n`,
});

const schedule: Schedule = {
  schedule: 'weekly',
  file: 'weekly.yaml',
  text: 'campaign: weekly\n',
  hash: 'h',
  recurrence: { kind: 'rule', rule: 'FREQ=MONTHLY;BYDAY=2TU', at: 1_320, zone: 'UTC' },
  missed: 'skip',
  createdAt: at,
  createdBy: 'anna',
  decidedTo: at,
  past: [{ at, campaign: 'weekly-2026-11-10', outcome: 'started', because: 'was started' }],
};
const hook: HookRun = {
  hook: 'before-campaign',
  state: 'go',
  since: at,
  owner: 'host/1/a',
  runs: 2,
  because: 'exit code 0',
  output: 'f'.repeat(64),
};
const asked = { at, who: 'anna', because: 'as agreed' };
const request: CommandRequest = {
  command: 'edit',
  subject: 'sp4',
  number: 2,
  by: 'anna (token a)',
  reason: 'a slow line',
  at,
  until: at + 9_000,
  text: ['budgets: active 9'],
  edit: { edition: 1, file: 'sp4.yaml', text: 'campaign: sp4\n', calendars: { 'freeze.ics': 'BEGIN' } },
  state: { is: 'asked' },
};

/** What people and workers do, in steps; the audit is sealed after each. */
export const acts: readonly ((store: Store) => Promise<unknown>)[] = [
  async (store) => {
    const { copies: _copies, ...release } = gated;
    const text = { sha256: sha256('staged'), text: 'staged' };
    await store.stageRelease(release, text, { ...entry(''), to: 'staged' });
    const clients = [...own, zoned('pc-7', 'LS-2', 1)].map(({ client, logonServer }) =>
      clientOf(client, { logonServer }),
    );
    await store.importFleet(clients, { ...entry(''), to: 'imported' });
  },
  async (store) => {
    const created = await store.createCampaign(controlled, own, entry('sp4'), 1, undefined, [editionOf(0)]);
    expect(created.ok).toBe(true);
  },
  (store) => store.commitSchedule('weekly', schedule, 0, scheduleAudit('weekly', [null, schedule], asked)),
  async (store) => {
    expect(await store.takeRequestNumber(request.number - 1)).toBe(request.number);
    await store.commitRequest('sp4/edit', request, 0, requestAudit(null, request, asked));
  },
  (store) =>
    store.commitServerLimits(
      { version: 0, limits: [{ logonServer: 'LS-1', active: 7, by: 'anna', because: 'slow line', at }] },
      limitAudit('LS-1', [null, 7], asked),
    ),
  (store) =>
    store.commitHookRun(
      'sp4',
      hook,
      0,
      hookAudit('sp4', [null, hook], { at, who: 'anna', evidence: null }),
      [],
    ),
  async (store) => {
    await store.noteStepTime('sms-1.2', 'mark', 900);
    await store.noteStepTime('sms-1.2', 'relocation', 1_500);
    await store.admit('sp4', own.slice(0, 3), at);
    await finish(store);
    await remedy(store);
  },
  async (store) => {
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    const left = own[5] ?? null;
    expect(left).not.toBeNull();
    const steps = [
      { from: null, to: zoned('pc-7', 'LS-2', 1), because: `${leftTo} before` },
      { from: left, to: null, because: `${waitsTo} no more` },
    ];
    const changed = await store.changeMembers(record.campaign, record.version, entry('sp4'), steps);
    expect(changed?.passedOver).toEqual([]);
  },
  async (store) => {
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    const audit = { ...entry('sp4'), from: editionStep(0), to: editionStep(1) };
    const next: Campaign = { ...record.campaign, edition: 1 };
    expect(await store.commitCampaign(next, record.version, audit, { edition: editionOf(1) })).not.toBeNull();
  },
];

const freeTime = 'd1730:3/4 w0900:0/2';

async function finish(store: Store): Promise<void> {
  const fixture = storeFixture(store);
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  const audit = { ...entry('sp4', 'pc-1'), from: 'looking', to: 'settled' };
  const upgraded = withMemory(settled(begun.stored.upgrade), {
    learned: { health: { kind: 'healthy', at }, freeTime: { looks: freeTime } },
  });
  const facts = [{ kind: 'tried' }] as const;
  expect((await fixture.commit(begun, upgraded, settledPlace, { audit, facts, freeTime })).kind).toBe(
    'committed',
  );
}

async function remedy(store: Store): Promise<void> {
  const fixture = storeFixture(store);
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-2' });
  const journal = { procedure: 'relocation', direction: 'forward', step: 'stop', service: 'PCM' } as const;
  const rest = { preImage: null, failures: 0, ending: null, turnedAt: null };
  const state: Upgrade['state'] = {
    phase: 'remedying',
    journal: { ...journal, ...rest },
    retryAt: null,
    blockers: [],
  };
  const answer = { is: 'approved', by: 'kim', at } as const;
  const remembered = withMemory(begun.stored.upgrade, {
    history: {
      tried: ['relocation PCM'],
      began: { step: 'relocation', at },
      approvals: { ask: null, answers: { 'relocation PCM': answer }, expired: 0 },
    },
  });
  const committed = await fixture.commit(begun, { ...remembered, state }, driven, {
    step: 'start',
    audit: { ...entry('sp4', 'pc-2'), from: 'looking', to: 'remedying' },
    remediation: { name: 'pc-2|1|1', limits: { perHour: 9, perWave: 9 } },
    facts: [{ kind: 'blocked', cause: 'service PCM' }, { kind: 'tried' }],
  });
  expect(committed.kind).toBe('committed');
}

/**
 * What a store holds, without what a rebuild changes on purpose: campaigns and schedules are
 * paused, and upgrades look first.
 */
export async function documents(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const { campaign } = (await store.readCampaign('sp4')) ?? { campaign: plain };
  const { rebuiltAt: _rebuilt, ...whole } = campaign;
  const kept = Object.entries(campaign.state).filter(([name]) => !pausing.has(name));
  const upgrades = await all(store.upgrades('sp4'));
  return {
    campaign: { ...whole, state: Object.fromEntries(kept) },
    editions: await store.editions('sp4'),
    hooks: (await store.hookRuns('sp4')).map(({ run }) => run),
    schedules: (await store.schedules()).map(({ schedule: { paused: _paused, ...each } }) => each),
    requests: (await store.requests()).map(({ request: each }) => each),
    limits: (await store.readServerLimits()).limits,
    stepTimes: await store.stepTimes('sms-1.2'),
    freeTimes: [...(await store.freeTimes(['pc-1', 'pc-2']))],
    remediations: [...(await store.begunRemediations('sp4', 0))],
    waiting: (await all(store.waiting('sp4'))).toSorted(byClient),
    upgrades: upgrades
      .map(({ upgrade: { state, ...upgrade } }) => ({
        isSettled: state.phase === 'settled',
        ...upgrade,
      }))
      .toSorted(byClient),
    fleet: (await all(store.fleet())).toSorted(byClient),
    releases: await store.releases(),
    tokens: [...(await store.tokenGenerations())],
  };
}

const pausing = new Set(['status', 'pausedAt', 'byGate', 'by', 'because']);

const byClient = (a: { readonly client: string }, b: { readonly client: string }): number =>
  a.client < b.client ? -1 : 1;
