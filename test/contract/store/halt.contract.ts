import { describe, expect, it } from 'vitest';
import type { Halt } from '../../../shared/domain/campaign/halt.ts';
import {
  at,
  driven,
  entry,
  later,
  marking,
  parked,
  pausedState,
  pick,
  picks,
  restarting,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Begun, driving, type Given, type StoreFixture } from './store-fixture.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';

const key = { campaign: 'sp4', client: 'pc-1' };
const held: Halt = { by: 'anna', because: 'phones ring', at };
const because = 'campaign sp4 is held: everything is halted';

const hold = async ({ store }: StoreFixture, halt: Halt | null = held): Promise<boolean> =>
  store.commitHalt(halt, (await store.readHalt()).version, entry(''));

const { startedAt, openWaves, accepted } = runningState();
const abortedState: CampaignState = {
  status: 'aborted',
  abortedAt: at,
  by: 'anna',
  because: 'wrong release',
  endedAt: null,
  startedAt,
  openWaves,
  accepted,
};

/**
 * `pc-1` is parked and has begun nothing, `finishing` restarts and is parked after it, `works` is
 * at work.
 */
async function twoParked(fixture: StoreFixture): Promise<Begun> {
  await fixture.admitted('sp4', [pick('pc-1'), pick('finishing'), pick('works')]);
  const waits = await fixture.begun(key);
  const finishing = await fixture.begun({ campaign: 'sp4', client: 'finishing' });
  const works = await fixture.begun({ campaign: 'sp4', client: 'works' });
  await fixture.change('sp4', pausedState, { active: 1, perLogonServer: 1 });
  await fixture.commit(waits, waits.stored.upgrade, parked);
  await fixture.commit(finishing, restarting(finishing.stored.upgrade), parked, { at: at + 1 });
  await fixture.change('sp4', pausedState, { active: 9, perLogonServer: 9 });
  return works;
}

export function haltContract(given: Given): void {
  describe('a halt', () => {
    it('is compared and set, and writes an audit entry', async () => {
      const { store } = given();
      expect(await store.readHalt()).toEqual({ version: 0, halt: null });
      expect(await store.commitHalt(held, 0, entry('', null, 'halted'))).toBe(true);
      expect(await store.commitHalt(null, 0, entry('', null, 'too late'))).toBe(false);
      expect(await store.readHalt()).toEqual({ version: 1, halt: held });
      expect(await store.commitHalt(null, 1, entry('', null, 'goes on'))).toBe(true);
      expect(await store.readHalt()).toEqual({ version: 2, halt: null });
      expect((await store.audit(9)).map((line) => line.because)).toEqual(['goes on', 'halted']);
    });

    it('lets no running campaign begin, commit a start or admit, and lets all of them as soon as it ends', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.campaign('other', [pick('pc-8', 'LS-2')], runningState());
      await hold(fixture);
      const start = { step: 'start' } as const;
      expect(await fixture.commit(begun, marking(begun.stored.upgrade), driven, start)).toEqual({
        kind: 'held',
        because,
      });
      expect(await fixture.store.admit('other', [pick('pc-8', 'LS-2')], at)).toEqual([]);
      expect(await fixture.store.queued('other', 9)).toEqual({ parked: [], waiting: [] });
      await fixture.commit(begun, begun.stored.upgrade, restUntil(at));
      expect(await fixture.begin(key)).toEqual({ kind: 'parked', because });
      await hold(fixture, null);
      expect(await fixture.store.admit('other', [pick('pc-8', 'LS-2')], at)).toHaveLength(1);
      expect(await fixture.store.admit('sp4', [{ client: 'pc-1', logonServer: 'LS-1' }], at)).toHaveLength(1);
    });

    it('lets an upgrade that is finishing go on', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, restarting(begun.stored.upgrade), restUntil(at, true));
      await hold(fixture);
      const again = await fixture.begun(key);
      expect((await fixture.commit(again, settled(again.stored.upgrade), settledPlace)).kind).toBe(
        'committed',
      );
    });

    it('leaves a paused campaign paused', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.change('sp4', pausedState);
      await hold(fixture);
      expect(await fixture.begin(key)).toEqual({ kind: 'parked', because: 'campaign sp4 is paused' });
      await hold(fixture, null);
      expect((await fixture.store.queued('sp4', 9)).parked).toEqual([]);
    });
  });

  describe('a parked upgrade that is finishing', () => {
    it.each<[string, CampaignState, Halt | null]>([
      ['paused', pausedState, null],
      ['aborted', abortedState, null],
      ['held', runningState(), held],
    ])('gets a slot also while the campaign is %s, and no other upgrade does', async (_name, state, halt) => {
      const fixture = given();
      const works = await twoParked(fixture);
      await fixture.change('sp4', state, { active: 1, perLogonServer: 1 });
      await hold(fixture, halt);
      expect(await fixture.store.queued('sp4', 9)).toEqual({ parked: [], waiting: [] });
      // The freed slot goes to the finishing upgrade, though the other one has been parked longer.
      const outcome = await fixture.commit(works, settled(works.stored.upgrade), settledPlace, { at: later });
      expect(outcome).toMatchObject({ kind: 'committed', handed: { key: { client: 'finishing' } } });
      const begun = await fixture.begun({ campaign: 'sp4', client: 'finishing' }, { at: later });
      expect(await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace)).toMatchObject({
        handed: null,
      });
      expect((await fixture.stored({ campaign: 'sp4', client: 'pc-1' })).index).toBe('parked');
    });

    it('is found and admitted by the leading round, and no other upgrade is', async () => {
      const fixture = given();
      await twoParked(fixture);
      await fixture.change('sp4', abortedState);
      const there = { client: 'finishing', logonServer: 'LS-1' };
      expect(await fixture.store.queued('sp4', 9)).toEqual({ parked: [there], waiting: [] });
      const both = [{ client: 'pc-1', logonServer: 'LS-1' }, there];
      expect(await fixture.store.admit('sp4', both, at)).toMatchObject([{ key: { client: 'finishing' } }]);
      expect((await fixture.store.queued('sp4', 9)).parked).toEqual([]);
      await fixture.change('sp4', runningState());
      expect((await fixture.store.queued('sp4', 9)).parked).toEqual([
        { client: 'pc-1', logonServer: 'LS-1' },
      ]);
    });

    it('counts as finishing also when commitIdle has made it so', async () => {
      const fixture = given();
      await twoParked(fixture);
      const stored = await fixture.stored(key);
      const upgrade = restarting(stored.upgrade);
      const change = { key, version: stored.version, upgrade, place: 'stays', counters: {}, at } as const;
      await fixture.store.commitIdle({ ...change, audit: entry('sp4', 'pc-1') });
      await fixture.change('sp4', abortedState);
      const found = (await fixture.store.queued('sp4', 9)).parked.map(({ client }) => client);
      expect(found).toEqual(['pc-1', 'finishing']);
    });
  });
}
