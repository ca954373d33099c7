import { describe, expect, it } from 'vitest';
import {
  at,
  deferred,
  driven,
  entry,
  later,
  marking,
  message,
  noLease,
  pausedState,
  restUntil,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given, type StoreFixture, driving } from './store-fixture.ts';
import type { Commit, CommitOutcome } from '../../../shared/store/upgrade-store.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

const takenOver = { kind: 'stale', because: 'another driver has taken over, or the lease was taken away' };

export function commitRefusedContract(given: Given): void {
  describe('commit is stale and writes nothing', () => {
    async function expectNothingWritten(
      fixture: StoreFixture,
      attempt: () => Promise<CommitOutcome>,
      because: string,
    ): Promise<void> {
      const before = [
        await fixture.store.readUpgrade(key),
        await fixture.store.counters('sp4'),
        await fixture.store.audit(99),
      ];
      expect(await attempt()).toEqual({ kind: 'stale', because });
      const after = [
        await fixture.store.readUpgrade(key),
        await fixture.store.counters('sp4'),
        await fixture.store.audit(99),
      ];
      expect(after).toEqual(before);
      expect(await fixture.store.readEvidence('sha-1')).toBeNull();
    }

    const full: Partial<Commit> = {
      audit: entry('sp4'),
      evidence: [{ sha256: 'sha-1', text: 'x' }],
      counters: { 'seen|x': 1 },
    };

    it('for an upgrade that does not exist', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const attempt = () =>
        fixture.commit(begun, begun.stored.upgrade, driven, {
          ...full,
          key: { campaign: 'sp4', client: 'pc-7' },
        });
      await expectNothingWritten(fixture, attempt, 'campaign sp4 has no upgrade of client pc-7');
    });

    it.each([
      ['an older counter', { counter: 0, owner: 'driver' }],
      ['another owner with the same counter', { counter: 1, owner: 'other' }],
    ])('under %s', async (_, fence) => {
      const fixture = given();
      const begun = await driving(fixture);
      await expectNothingWritten(
        fixture,
        () => fixture.commit(begun, begun.stored.upgrade, driven, { ...full, fence }),
        takenOver.because,
      );
    });

    it('for a driver whose upgrade rests already', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      await expectNothingWritten(
        fixture,
        () => fixture.commit(begun, begun.stored.upgrade, driven, full),
        takenOver.because,
      );
    });

    it('for another version', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, begun.stored.upgrade, driven);
      const attempt = () => fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, full);
      await expectNothingWritten(fixture, attempt, 'version 1 is not the present one, 2');
    });

    it('but not merely because the lease has ended, when no other driver has taken it', async () => {
      const fixture = given();
      const begun = await driving(fixture, noLease);
      expect(await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later))).toMatchObject({
        kind: 'committed',
      });
    });

    it('when the sweep has taken the ended lease away', async () => {
      const fixture = given();
      const begun = await driving(fixture, noLease);
      await fixture.store.sweep(at, 0, 9);
      await expectNothingWritten(
        fixture,
        () => fixture.commit(begun, begun.stored.upgrade, driven, full),
        takenOver.because,
      );
    });
  });

  describe('commit is held while the campaign does not run', () => {
    it('for a step that would begin something, and writes nothing', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.change('sp4', pausedState);
      const outcome = await fixture.commit(begun, marking(begun.stored.upgrade), driven, { step: 'start' });
      expect(outcome).toEqual({ kind: 'held', because: 'campaign sp4 is paused' });
      expect(await fixture.stored(key)).toEqual(begun.stored);
    });

    it('but not for a step that finishes', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.change('sp4', pausedState);
      expect(
        await fixture.commit(begun, marking(begun.stored.upgrade), driven, { step: 'finish' }),
      ).toMatchObject({ version: 2 });
    });

    it('but is stale first, and held before the inbox counts', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.change('sp4', pausedState);
      await fixture.store.deliver('pc-1', message, at);
      const rest = restUntil(later);
      expect(
        await fixture.commit(begun, begun.stored.upgrade, rest, { step: 'start', version: 7 }),
      ).toMatchObject({ kind: 'stale' });
      expect(await fixture.commit(begun, begun.stored.upgrade, rest, { step: 'start' })).toMatchObject({
        kind: 'held',
      });
      expect(await fixture.commit(begun, begun.stored.upgrade, rest)).toMatchObject({ kind: 'inbox' });
    });
  });
}
