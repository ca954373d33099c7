import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayStart, withStarts } from '../../../orchestrator/domain/speed.ts';
import type { StartsIn } from '../../../shared/domain/campaign/speed.ts';
import { at, pausedState, pick, picks, runningState } from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const servers = ['LS-1', 'LS-2', 'LS-3'];

export function speedContract(given: Given): void {
  describe('starts a minute', () => {
    it('admits waiting clients only as fast as the pace, however many processes ask', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp4', picks(9, servers), runningState());
      const admit = async (now: number, from = 0) =>
        store.admit('sp4', picks(9, servers).slice(from), now, undefined, { perMinute: 6 });
      const rounds = await Promise.all([admit(at), admit(at), admit(at)]);
      expect(rounds.flat()).toHaveLength(1);
      expect(await store.recentStarts('sp4')).toEqual([{ second: at / 1000, starts: 1 }]);
      expect(await admit(at + 10_000, 1)).toHaveLength(1);
      expect(await admit(at + 19_999, 2)).toHaveLength(0);
      const [newest] = await store.audit(1);
      expect(newest?.because).toBe(
        'admitted: a slot is free, and fewer than 6 clients started in the last minute',
      );
    });

    it('gives the start of a client back that was not admitted', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp4', picks(2), runningState(), { active: 1, perLogonServer: 1 });
      expect(await store.admit('sp4', picks(2), at, undefined, { perMinute: 60 })).toHaveLength(1);
      expect(await store.recentStarts('sp4')).toEqual([{ second: at / 1000, starts: 1 }]);
    });

    it('lets a parked client go on at once: it has started before', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(2), runningState());
      await fixture.store.admit('sp4', [pick('pc-1')], at, undefined, { perMinute: 1 });
      await fixture.change('sp4', pausedState);
      expect((await fixture.begin({ campaign: 'sp4', client: 'pc-1' })).kind).toBe('parked');
      await fixture.change('sp4', runningState());
      const both = [{ client: 'pc-1', logonServer: 'LS-1' }, pick('pc-2')];
      const admitted = await fixture.store.admit('sp4', both, at, undefined, { perMinute: 1 });
      expect(admitted.map(({ key }) => key.client)).toEqual(['pc-1']);
    });

    it('keeps nothing of a campaign without a pace', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp4', picks(2), runningState());
      await store.admit('sp4', picks(2), at);
      expect(await store.recentStarts('sp4')).toEqual([]);
    });

    it('decides as the domain does', async () => {
      const fixture = given();
      const { store } = fixture;
      const all = picks(200, servers);
      await fixture.campaign('sp4', all, runningState());
      const rounds = fc.sample(
        fc.record({
          afterMs: fc.integer({ min: 0, max: 20_000 }),
          perMinute: fc.integer({ min: 1, max: 40 }),
        }),
        { numRuns: 25, seed: 15 },
      );
      let [log, now, next]: [readonly StartsIn[], number, number] = [[], at, 0];
      for (const { afterMs, perMinute } of rounds) {
        now += afterMs;
        const wanted = all.slice(next, next + 12);
        const expected = Math.min(wanted.length, mayStart(log, perMinute, now));
        expect(await store.admit('sp4', wanted, now, undefined, { perMinute })).toHaveLength(expected);
        log = withStarts(log, expected, now);
        next += expected;
      }
      expect(next).toBeGreaterThan(20);
    });
  });
}
