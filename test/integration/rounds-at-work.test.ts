import { expect, test } from 'vitest';
import { pino } from 'pino';
import { leadRound } from '../../orchestrator/lead.ts';
import type { Office } from '../../orchestrator/office.ts';
import { sweepRound } from '../../orchestrator/sweep.ts';
import type { Campaign } from '../../shared/domain/campaign.ts';
import { createMemoryStore } from '../../shared/store/memory-store.ts';
import type { Activation } from '../../shared/store/store.ts';
import { at, campaignOf, entry, later, picks, runningState } from '../contract/store/words.ts';
import { makeWorld } from '../contract/store/world.ts';

/** An office whose jobs and log lines are kept. */
function openOffice(now: number) {
  const jobs: Activation[] = [];
  const lines: Record<string, unknown>[] = [];
  const office: Office = {
    store: createMemoryStore(Date.now),
    dispatcher: {
      add: async (activation) => void jobs.push(activation),
      addAll: async (activations) => void jobs.push(...activations.map(({ activation }) => activation)),
      withoutJob: async (all) => all,
      addLooks: async () => undefined,
      close: async () => undefined,
    },
    clock: { now: () => now, realDelay: () => 0, policySpan: (ms) => ms },
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  };
  return { office, jobs, lines };
}

test('a sweep gives every job of a long queue its turn, and says so in one line a round', async () => {
  const { office, jobs, lines } = openOffice(later);
  await makeWorld(office.store).admitted('sp4', picks(1_500), { active: 9_999, perLogonServer: 9_999 });
  expect(await sweepRound(office)).toBe(1_000);
  expect(await sweepRound(office)).toBe(500);
  expect(new Set(jobs.map(({ key }) => key.client)).size).toBe(1_500);
  expect(await sweepRound(office)).toBe(1_000);
  expect(lines.map(({ overdue, leaseExpired }) => [overdue, leaseExpired])).toEqual([
    [1_000, 0],
    [500, 0],
    [1_000, 0],
  ]);
});

test('a sweep adds nothing for whom a job waits in a long queue, nor for whom a worker has taken on meanwhile', async () => {
  const { office, jobs, lines } = openOffice(later);
  const { store, dispatcher } = office;
  await makeWorld(store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
  const withoutJob: Office['dispatcher']['withoutJob'] = async ([first, taken, missing]) => {
    if (first === undefined || taken === undefined || missing === undefined) throw new Error('3 are overdue');
    await store.begin(taken.key, 1, 'worker', 1_000, later);
    return [taken, missing];
  };
  expect(await sweepRound({ ...office, dispatcher: { ...dispatcher, withoutJob } })).toBe(3);
  expect(jobs).toHaveLength(1);
  expect((await store.readUpgrade(jobs[0]?.key ?? { campaign: '', client: '' }))?.index).toBe('due');
  expect(lines).toMatchObject([{ overdue: 3, withoutJob: 1, leaseExpired: 0 }]);
});

test('a sweep that can not find out who has a job adds them all', async () => {
  const { office, jobs } = openOffice(later);
  await makeWorld(office.store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
  const withoutJob = async (): Promise<never> => Promise.reject(new Error('Redis is away'));
  await sweepRound({ ...office, dispatcher: { ...office.dispatcher, withoutJob } });
  expect(jobs).toHaveLength(3);
});

const inOneWave = (name: string): Campaign => {
  const { definition, ...rest } = campaignOf(name, { ...runningState(1), accepted: [0] });
  const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
  const waves = [{ name: 'rest', size: { rest: true }, gate }] as const;
  return { ...rest, definition: { ...definition, waves }, waveSizes: [2] };
};

test('a campaign that can not be led does not hold up the later ones, and is told once', async () => {
  const { office, jobs, lines } = openOffice(at);
  const names = ['a-broken', 'b-good'];
  for (const name of names) await office.store.createCampaign(inOneWave(name), picks(2), entry(name));
  let isBroken = true;
  const breaking: Office = {
    ...office,
    store: {
      ...office.store,
      counters: async (name) => {
        if (isBroken && name === 'a-broken') throw new Error('counters are gone');
        return office.store.counters(name);
      },
    },
  };
  await leadRound(breaking);
  await leadRound(breaking);
  expect(jobs.map(({ key }) => key.campaign)).toEqual(['b-good', 'b-good']);
  isBroken = false;
  await leadRound(breaking);
  expect(lines.filter(({ campaign }) => campaign === 'a-broken').map(({ msg }) => msg)).toEqual([
    'failed; tries again',
    'works again',
  ]);
});
