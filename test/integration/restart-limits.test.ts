import { describe, expect, test } from 'vitest';
import type { Budgets } from '../../shared/domain/campaign/definition.ts';
import type { RestartLimits } from '../../shared/domain/rules/restart-limits.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import { abortCampaign } from '../../orchestrator/campaigns/abort.ts';
import { skipClient } from '../../orchestrator/campaigns/client-actions.ts';
import { readStatus } from '../../orchestrator/campaigns/report.ts';
import { why } from '../../orchestrator/campaigns/why.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { crashesAtMost } from '../../workers/crash-budget.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { entry } from '../contract/store/fixtures.ts';
import { contextOver } from '../fixtures/context.ts';
import { type SeveralClients, severalClients } from '../fixtures/several-clients.ts';
import { recount } from '../twin/recount.ts';
import { permitOf } from '../fixtures/permit.ts';

/** Clients that all want to restart, in a campaign that limits restarts at the same time. */

const hour = 3_600_000;
const budgetsWith = (restarts: RestartLimits): Budgets => ({ active: 50, perLogonServer: 50, restarts });
const always = {
  restart: { allowed: 'always', between: null, deadlineMs: 4 * hour, lookEveryMs: 300_000 },
} as const;

const isRestarting = ({ upgrade: { state, memory } }: StoredUpgrade): boolean =>
  state.phase !== 'settled' && memory.open.restart !== null;
const waitsForSlot = ({ upgrade: { state } }: StoredUpgrade): boolean =>
  state.phase === 'deferred' && state.class === 'restarts';

/** Runs jobs until this holds of the upgrades, which are given to `see` after each job. */
async function until(
  lab: SeveralClients,
  holds: (upgrades: readonly StoredUpgrade[]) => boolean,
  see: (upgrades: readonly StoredUpgrade[]) => void | Promise<void> = () => undefined,
): Promise<readonly StoredUpgrade[]> {
  for (let jobs = 0; jobs < 2_000; jobs += 1) {
    const upgrades = await lab.upgrades();
    await see(upgrades);
    if (holds(upgrades)) return upgrades;
    if ((await lab.step()) === undefined) throw new Error('no job is left');
  }
  throw new Error('2,000 jobs were not enough');
}

const allSettled = (upgrades: readonly StoredUpgrade[]): boolean =>
  upgrades.every(({ upgrade }) => upgrade.state.phase === 'settled');

describe('a client beyond a limit of restarts', () => {
  test('waits without a slot and a try, and is woken by the client that frees one', async () => {
    await using lab = await severalClients({
      count: 5,
      budgets: budgetsWith({ perLogonServer: 2 }),
      policy: always,
    });
    const waiting = await until(lab, (upgrades) => upgrades.filter(waitsForSlot).length === 3);
    for (const { key, upgrade, holdsSlots, dueAt } of waiting.filter(waitsForSlot)) {
      expect(holdsSlots).toBe(false);
      expect(upgrade.state).toMatchObject({
        because: 'waits to restart: at most 2 clients of logon server LS-1 restart at the same time',
      });
      expect(upgrade.memory.history.deferrals).toEqual({});
      expect(upgrade.memory.open).toMatchObject({ restart: null });
      const [entry] = await lab.store.audit(1, key);
      expect(dueAt).toBeGreaterThan((entry?.at ?? Infinity) + hour / 2);
    }
    expect(await lab.store.counters('sp4')).toMatchObject({ 'deferred|restarts': 3 });
    expect(await lab.store.counters('sp4')).toEqual(await recount(lab.store, 'sp4'));
    const turns = (await lab.store.restarts('sp4')).filter(({ holds }) => !holds);
    const [first] = turns;
    const before = lab.clock.moved;
    const woken = await until(lab, (upgrades) => upgrades.filter(waitsForSlot).length < 3);
    expect(woken.filter(waitsForSlot).map(({ key }) => key.client)).not.toContain(first?.client);
    // Well before the look for a line that was lost.
    expect(lab.clock.moved - before).toBeLessThan(hour / 2);
  });

  test('restarts in the end; never more do than the limits of servers and labels allow', async () => {
    const seen = { most: 0, waited: 0 };
    await using lab = await severalClients({
      count: 12,
      budgets: budgetsWith({ perLogonServer: 3, perLabel: { site: 2 } }),
      policy: always,
      change: (client, index) => ({
        ...client,
        logonServer: `LS-${index % 2}`,
        labels: index % 3 === 0 ? ['kiosk'] : [`site=${index % 3 === 1 ? 'PUN' : 'rom'}`],
      }),
    });
    const siteOf = new Map(
      (await Array.fromAsync(lab.store.fleet())).map(({ client, labels }) => [client, labels[0]]),
    );
    await until(lab, allSettled, (upgrades) => {
      const restarting = upgrades.filter(isRestarting);
      for (const place of ['LS-0', 'LS-1'])
        expect(restarting.filter(({ upgrade }) => upgrade.logonServer === place).length).toBeLessThanOrEqual(
          3,
        );
      for (const site of ['kiosk', 'site=PUN', 'site=rom'])
        expect(restarting.filter(({ key }) => siteOf.get(key.client) === site).length).toBeLessThanOrEqual(2);
      seen.most = Math.max(seen.most, restarting.length);
      seen.waited = Math.max(seen.waited, upgrades.filter(waitsForSlot).length);
    });
    expect(seen.most).toBe(6);
    expect(seen.waited).toBeGreaterThan(3);
    expect(await lab.store.restarts('sp4')).toEqual([]);
    const ends = (await lab.upgrades()).map(
      ({ upgrade: { state } }) => state.phase === 'settled' && state.end,
    );
    expect(ends).toEqual(ends.map(() => 'upgraded'));
  });
});

/** An edit of the budgets alone. */
async function editBudgets({ store }: Pick<SeveralClients, 'store'>, budgets: Budgets): Promise<void> {
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  const { definition, edition = 0 } = record.campaign;
  const next = { ...record.campaign, definition: { ...definition, budgets }, edition: edition + 1 };
  expect(await store.commitCampaign(next, record.version, entry('sp4'))).not.toBeNull();
}

describe('an edit that raises a limit', () => {
  test('of restarts wakes as many clients at once; one that takes the limit away wakes all', async () => {
    await using lab = await severalClients({
      count: 6,
      budgets: budgetsWith({ perLogonServer: 1 }),
      policy: always,
    });
    const { store, clock, dispatcher } = lab;
    const round = runCampaigns();
    const context = contextOver(store, clock, dispatcher);
    await until(lab, (upgrades) => upgrades.filter(waitsForSlot).length === 5);
    await round.run(context);
    const dueNow = async () =>
      (await lab.upgrades()).filter((each) => waitsForSlot(each) && (each.dueAt ?? Infinity) <= clock.now())
        .length;
    expect(await dueNow()).toBe(0);
    await editBudgets(lab, budgetsWith({ perLogonServer: 3 }));
    await round.run(context);
    expect(await dueNow()).toBe(2);
    await editBudgets(lab, { active: 50, perLogonServer: 50 });
    await round.run(context);
    expect(await dueNow()).toBe(5);
    await until(lab, allSettled);
  });

  test('of remediations wakes the clients that wait for it at once', async () => {
    const budgets = { active: 10, perLogonServer: 10 };
    await using lab = await severalClients({
      count: 3,
      trait: 'pcmInBin',
      budgets: { ...budgets, remediations: { perWave: 1 } },
      policy: { structural: 'atOnce' },
    });
    const { store, clock, dispatcher } = lab;
    const round = runCampaigns();
    const context = contextOver(store, clock, dispatcher);
    const waiting = ({ upgrade: { state } }: StoredUpgrade): boolean =>
      state.phase === 'deferred' && state.class === 'remediation';
    await until(lab, (upgrades) => upgrades.filter(waiting).length === 2);
    await round.run(context);
    const limited = (await lab.upgrades()).filter(waiting).map(({ key }) => key.client);
    expect(limited).toHaveLength(2);
    await editBudgets(lab, { ...budgets, remediations: { perWave: 5 } });
    await round.run(context);
    const woken = (await lab.upgrades()).filter(({ key }) => limited.includes(key.client));
    for (const { dueAt } of woken) expect(dueAt).toBeLessThanOrEqual(clock.now());
    expect(woken).toHaveLength(2);
    expect(await store.audit(1, { campaign: 'sp4' })).toMatchObject([
      { because: 'the limit of remediations of its campaign was raised' },
    ]);
    await until(lab, allSettled);
  });
});

describe('what an operator sees', () => {
  const told = async (lab: SeveralClients, client: string) => {
    const context = contextOver(lab.store, lab.clock, lab.dispatcher);
    return unwrapped(await why(context, { client, campaign: 'sp4', evidence: false }));
  };

  test('is who has the slots, since when, and how many wait', async () => {
    await using lab = await severalClients({
      count: 5,
      budgets: budgetsWith({ perLogonServer: 2, perLabel: { site: 2 } }),
      policy: always,
    });
    await until(lab, (upgrades) => upgrades.filter(waitsForSlot).length === 3);
    const context = contextOver(lab.store, lab.clock, lab.dispatcher);
    const status = unwrapped(await readStatus(context, 'sp4'));
    expect(status.restarts).toEqual([
      'those with no value of label site: 2 of 2 slots of restarts in use, 3 clients wait for one',
      'logon server LS-1: 2 of 2 slots of restarts in use, 3 clients wait for one',
    ]);
    const entries = await lab.store.restarts('sp4');
    const [first, , third] = entries.filter(({ holds }) => !holds).map(({ client }) => client);
    const holders = entries.filter(({ holds }) => holds).map(({ client }) => client);
    const answer = await told(lab, third ?? '');
    expect(answer.because).toBe(
      'waits to restart: at most 2 clients of logon server LS-1 restart at the same time',
    );
    expect(answer.next?.action).toBe('it is looked at again when its turn comes, at the latest');
    expect(answer.otherwise).toBe(
      'the client that frees a slot of a restart wakes it in its turn; this uses up no tries',
    );
    const remark = answer.remarks.find((each) => each.startsWith('logon server LS-1: 2 of 2 slots'));
    for (const client of holders) expect(remark).toContain(`${client} since 2026-11-1`);
    expect(answer.remarks).toContain('2 clients wait longer than it for a slot of a restart');
    expect((await told(lab, first ?? '')).remarks).toContain(
      'it is the first that waits for a slot of a restart',
    );
    const lines = (await lab.store.audit(50, { campaign: 'sp4' })).map(({ because }) => because);
    expect(lines).toContain(answer.because);
  });
});

describe('a client that waits for a slot of a restart', () => {
  const oneAtATime = { budgets: budgetsWith({ perLogonServer: 1 }), policy: always };

  test('leaves the line when its campaign is aborted; one that restarts is finished first', async () => {
    await using lab = await severalClients({ count: 4, ...oneAtATime });
    const upgrades = await until(lab, (all) => all.filter(waitsForSlot).length === 3);
    const context = contextOver(lab.store, lab.clock, lab.dispatcher);
    unwrapped(await abortCampaign(context, permitOf('anna'), 'sp4', 'wrong release'));
    const [restarting] = upgrades.filter(isRestarting);
    expect(await lab.store.restarts('sp4')).toMatchObject([{ client: restarting?.key.client, holds: true }]);
    await until(lab, allSettled);
    expect(await lab.store.restarts('sp4')).toEqual([]);
  });

  test('is skipped by a person, and the line goes on', async () => {
    await using lab = await severalClients({ count: 4, ...oneAtATime });
    await until(lab, (all) => all.filter(waitsForSlot).length === 3);
    const context = contextOver(lab.store, lab.clock, lab.dispatcher);
    const line = (await lab.store.restarts('sp4')).filter(({ holds }) => !holds);
    const client = line[0]?.client ?? '';
    unwrapped(await skipClient(context, 'anna', { campaign: 'sp4', client, reason: 'gone' }));
    const after = (await lab.store.restarts('sp4')).filter(({ holds }) => !holds);
    expect(after.map((each) => each.client)).toEqual(line.slice(1).map((each) => each.client));
    await until(lab, allSettled);
    expect(await lab.store.restarts('sp4')).toEqual([]);
  });

  test('frees its slot when ten workers in a row were lost on its restart', async () => {
    await using lab = await severalClients({ count: 2, ...oneAtATime });
    const { store, clock } = lab;
    const waiting = (await until(lab, (all) => all.some(waitsForSlot))).find(waitsForSlot);
    const restarting = (await lab.upgrades()).find(isRestarting);
    if (waiting === undefined || restarting === undefined) throw new Error('nobody restarts');
    const { key } = restarting;
    clock.forward(restarting.dueAt ?? 0);
    let { activation } = restarting;
    for (let crash = 0; crash < crashesAtMost; crash += 1) {
      expect((await store.begin(key, activation, `lost-${crash}`, -1, clock.now())).kind).toBe('begun');
      activation =
        (await store.sweep(clock.now(), 0, 10)).find(({ found }) => found === 'leaseExpired')?.next
          .activation ?? 0;
    }
    lab.dispatcher.jobs.length = 0;
    lab.dispatcher.jobs.push({ key, shard: 0, activation, queue: 'upgrades', dueAt: clock.now() - 1 });
    expect(await lab.step()).toBe('settled');
    expect(await store.restarts('sp4')).toMatchObject([{ client: waiting.key.client, holds: true }]);
    expect(lab.dispatcher.jobs.map((job) => job.key.client)).toContain(waiting.key.client);
    expect((await store.readUpgrade(waiting.key))?.dueAt).toBeLessThanOrEqual(clock.now());
  });
});
