import { describe, expect, test } from 'vitest';
import type { Budgets } from '../../shared/domain/campaign/definition.ts';
import type { RestartLimits } from '../../shared/domain/rules/restart-limits.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { entry } from '../contract/store/fixtures.ts';
import { contextOver } from '../fixtures/context.ts';
import { type SeveralClients, severalClients } from '../fixtures/several-clients.ts';
import { recount } from '../twin/recount.ts';

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
    for (const { upgrade, holdsSlots, dueAt } of waiting.filter(waitsForSlot)) {
      expect(holdsSlots).toBe(false);
      expect(upgrade.state).toMatchObject({
        because: 'waits to restart: at most 2 clients of logon server LS-1 restart at the same time',
      });
      expect(upgrade.memory.history.deferrals).toEqual({});
      expect(upgrade.memory.open).toMatchObject({ restart: null });
      expect(dueAt).toBeGreaterThan(lab.clock.now() + hour / 2);
    }
    expect(await lab.store.counters('sp4')).toMatchObject({ 'deferred|restarts': 3 });
    expect(await lab.store.counters('sp4')).toEqual(await recount(lab.store, 'sp4'));
    const turns = (await lab.store.restarts('sp4')).filter(({ holds }) => !holds);
    const [first] = turns;
    const before = lab.clock.now();
    const woken = await until(lab, (upgrades) => upgrades.filter(waitsForSlot).length < 3);
    expect(woken.filter(waitsForSlot).map(({ key }) => key.client)).not.toContain(first?.client);
    // Well before the look for a line that was lost.
    expect(lab.clock.now() - before).toBeLessThan(hour / 2);
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
      (await lab.upgrades()).filter((each) => waitsForSlot(each) && each.dueAt === clock.now()).length;
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
    expect((await lab.upgrades()).filter(waiting)).toHaveLength(2);
    await editBudgets(lab, { ...budgets, remediations: { perWave: 5 } });
    await round.run(context);
    const woken = (await lab.upgrades()).filter(({ dueAt }) => dueAt === clock.now());
    expect(woken).toHaveLength(2);
    expect(await store.audit(1, { campaign: 'sp4' })).toMatchObject([
      { because: 'the limit of remediations of its campaign was raised' },
    ]);
    await until(lab, allSettled);
  });
});
