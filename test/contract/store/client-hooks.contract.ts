import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../shared/evidence.ts';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import type { CommitIdle } from '../../../shared/store/upgrade-store.ts';
import { at, deferred, entry, later, pausedState, picks, restUntil, runningState } from './fixtures.ts';
import { driving, type Given, type StoreFixture } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

export const clientHooksContract = (given: Given): void => {
  describe('clients that wait for their hook', () => {
    test('are listed by the time from which on their hook may run', async () => {
      const { store } = given();
      await given().campaign('sp4', picks(3, ['LS-1', 'LS-2', 'LS-3']), runningState());
      expect(await store.readHookAsks('sp4', 9, 9)).toEqual({ due: [], nextAt: null, count: 0 });
      await store.askHooks('sp4', [
        { client: 'pc-1', at: 30 },
        { client: 'pc-2', at: 10 },
        { client: 'pc-3', at: 20 },
      ]);
      expect(await store.readHookAsks('sp4', 20, 9)).toEqual({ due: ['pc-2', 'pc-3'], nextAt: 30, count: 3 });
      expect(await store.readHookAsks('sp4', 20, 1)).toMatchObject({ due: ['pc-2'] });
      // Asked again, a client has another time.
      await store.askHooks('sp4', [{ client: 'pc-2', at: 40 }]);
      expect(await store.readHookAsks('sp4', 30, 9)).toEqual({
        due: ['pc-3', 'pc-1'],
        nextAt: 40,
        count: 3,
      });
      await store.forgetHookAsks('sp4', ['pc-3', 'pc-1', 'pc-9']);
      expect(await store.readHookAsks('sp4', 99, 9)).toEqual({ due: ['pc-2'], nextAt: null, count: 1 });
      expect(await store.readHookAsks('sp5', 99, 9)).toMatchObject({ count: 0 });
    });

    /** Notes in the record of a resting client that its hook begins. */
    const begin = async (fixture: StoreFixture, more: Partial<CommitIdle> = {}) => {
      const { version, upgrade } = await fixture.stored(key);
      const counters = {};
      const audit = entry('sp4', 'pc-1', 'hook runs');
      return fixture.store.commitIdle({
        key,
        version,
        upgrade,
        place: 'stays',
        step: 'start',
        counters,
        audit,
        at,
        ...more,
      });
    };
    const resting = async (): Promise<StoreFixture> => {
      const fixture = given();
      await fixture.commit(
        await driving(fixture),
        deferred((await fixture.stored(key)).upgrade),
        restUntil(later),
      );
      return fixture;
    };

    test('begin no hook while the campaign is paused or everything is halted', async () => {
      const fixture = await resting();
      const { store } = fixture;
      const before = await fixture.stored(key);
      const halt = { by: 'kim', because: 'stop', at };
      await store.commitHalt(halt, (await store.readHalt()).version, entry('', null, 'halted'));
      expect(await begin(fixture)).toEqual({
        kind: 'held',
        because: 'campaign sp4 is held: everything is halted',
      });
      await store.commitHalt(null, (await store.readHalt()).version, entry('', null, 'resumed'));
      const record = await store.readCampaign('sp4');
      if (record === null) throw new Error('no campaign');
      const paused = { ...record.campaign, state: pausedState };
      await store.commitCampaign(paused, record.version, entry('sp4', null, 'paused'));
      expect(await begin(fixture)).toMatchObject({ kind: 'held' });
      expect(await fixture.stored(key)).toEqual(before);
      // What has begun is written at any time.
      expect(await begin(fixture, { step: undefined } as object)).toMatchObject({ kind: 'committed' });
    });

    test('keep what their command printed as evidence of the entry', async () => {
      const fixture = await resting();
      const output = { sha256: sha256('the desk says no'), text: 'the desk says no' };
      const audit = { ...entry('sp4', 'pc-1', 'hook ended'), evidence: output.sha256 };
      expect(await begin(fixture, { audit, evidence: [output] })).toMatchObject({ kind: 'committed' });
      expect(await fixture.store.readEvidence(output.sha256)).toBe(output.text);
      const [found] = await fixture.store.audit(1, { campaign: 'sp4', client: 'pc-1' });
      expect(found).toMatchObject({ evidence: output.sha256, because: 'hook ended' });
      const { upgrade } = await fixture.stored(key);
      expect(await fixture.store.counters('sp4')).toMatchObject(countersOf(upgrade));
    });
  });
};
