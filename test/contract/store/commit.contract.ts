import { withMemory } from '../../../shared/domain/upgrade/state.ts';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../shared/domain/remediation/procedure.ts';
import {
  anyShard,
  at,
  deferred,
  driven,
  entry,
  later,
  marking,
  message,
  parked,
  pausedState,
  picks,
  restarting,
  restUntil,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given, driving } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

export function commitContract(given: Given): void {
  describe('commit', () => {
    it('writes the upgrade, the counters, the audit entry and the evidence, and keeps driving', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const next = marking(begun.stored.upgrade);
      const outcome = await fixture.commit(begun, next, driven, {
        step: 'start',
        counters: { 'state|0|LS-1|active': -1, 'state|0|LS-1|remedying': 1, 'seen|x': 2 },
        audit: entry('sp4', 'pc-1', 'nothing is in the way'),
        evidence: [
          { sha256: 'sha-1', text: 'look 1' },
          { sha256: 'sha-2', text: 'look 2' },
        ],
      });
      expect(outcome).toEqual({ kind: 'committed', version: 2, next: null, handed: null });
      expect(await fixture.stored(key)).toEqual({ ...begun.stored, version: 2, upgrade: next });
      expect(await fixture.store.counters('sp4')).toEqual({
        'state|0|LS-1|remedying': 1,
        'held|active|LS-1': 1,
        'seen|x': 2,
      });
      expect((await fixture.store.audit(1))[0]).toEqual(entry('sp4', 'pc-1', 'nothing is in the way'));
      expect(await fixture.store.readEvidence('sha-2')).toBe('look 2');
      const again = { evidence: [{ sha256: 'sha-2', text: 'something else' }] };
      await fixture.commit({ ...begun, stored: await fixture.stored(key) }, next, driven, again);
      expect(await fixture.store.readEvidence('sha-2')).toBe('look 2');
    });

    it('writes no audit entry when it has none', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const before = await fixture.store.audit(99);
      await fixture.commit(begun, begun.stored.upgrade, driven);
      expect(await fixture.store.audit(99)).toEqual(before);
    });

    it('keeps names and texts exactly, whatever characters they hold', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const text = 'quote " backslash \\ line\nbreak \u0000 null, é, 𝄞, {"json":true}, __proto__';
      const next = withMemory(begun.stored.upgrade, { learned: { seen: [text], servicePath: text } });
      await fixture.commit(begun, next, driven, {
        audit: entry('sp4', 'pc-1', text),
        counters: { [`seen|${text}`]: 1 },
      });
      expect((await fixture.stored(key)).upgrade).toEqual(next);
      expect((await fixture.store.audit(1))[0]?.because).toBe(text);
      expect((await fixture.store.counters('sp4'))[`seen|${text}`]).toBe(1);
    });

    it('makes a resting upgrade due at its time under the next activation, and gives back lease and slots', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const outcome = await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      const next = { key, shard: anyShard, activation: 2, queue: 'upgrades', dueAt: later };
      expect(outcome).toEqual({ kind: 'committed', version: 2, next, handed: null });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'due',
        dueAt: later,
        activation: 2,
        holdsSlots: false,
        lease: null,
        version: 2,
      });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      expect(await fixture.store.claimOf('pc-1')).toBe('sp4');
    });

    it('lets a resting upgrade keep its slots', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, restarting(begun.stored.upgrade), restUntil(later, true));
      expect(await fixture.stored(key)).toMatchObject({
        index: 'due',
        holdsSlots: true,
        finishing: true,
        lease: null,
      });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });

    it('puts the next activation into the queue that its state asks for', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const journal: Journal = {
        procedure: 'relocation',
        direction: 'forward',
        step: 'stop',
        service: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
        preImage: null,
        failures: 0,
        ending: null,
        turnedAt: null,
      };
      const upgrade = {
        ...begun.stored.upgrade,
        state: { phase: 'remedying', journal, retryAt: null, blockers: [] },
      } as const;
      const outcome = await fixture.commit(begun, upgrade, restUntil(at, true));
      expect(outcome).toMatchObject({ next: { queue: 'remediations' } });
      expect(await fixture.stored(key)).toMatchObject({ queue: 'remediations', finishing: true });
    });

    it('parks an upgrade without slots and lease, under the same activation', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.change('sp4', pausedState);
      const outcome = await fixture.commit(begun, begun.stored.upgrade, parked);
      expect(outcome).toEqual({ kind: 'committed', version: 2, next: null, handed: null });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'parked',
        dueAt: null,
        activation: 1,
        holdsSlots: false,
        lease: null,
      });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
    });

    it('takes a settled upgrade out of every index, and gives back slots and claim', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const outcome = await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(outcome).toEqual({ kind: 'committed', version: 2, next: null, handed: null });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'settled',
        dueAt: null,
        holdsSlots: false,
        lease: null,
      });
      expect(await fixture.store.claimOf('pc-1')).toBeNull();
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      expect(await fixture.store.sweep(later, 0, 9)).toEqual([]);
      expect(await fixture.store.counters('sp4')).toEqual({ 'state|0|LS-1|upgraded': 1 });
    });

    it('charges a client that has roamed to the logon server where it was seen last', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      const roamed = { ...begun.stored.upgrade, logonServer: 'LS-2' };
      await fixture.commit(begun, roamed, driven);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-2': 1 } });
      const stored = await fixture.stored(key);
      await fixture.commit({ ...begun, stored }, settled(roamed), settledPlace);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
    });
  });

  describe('commit with messages in the inbox', () => {
    const second = { type: 'CheckedIn', transcript: null } as const;

    it.each([
      ['rests', restUntil(later)],
      ['parks', parked],
      ['settles', settledPlace],
    ])(
      'returns the whole inbox and writes nothing when the upgrade %s past an unread message',
      async (_, place) => {
        const fixture = given();
        const begun = await driving(fixture);
        await fixture.store.deliver('pc-1', message, at);
        await fixture.store.deliver('pc-1', second, at);
        const outcome = await fixture.commit(begun, deferred(begun.stored.upgrade), place, { consumed: 1 });
        expect(outcome).toEqual({ kind: 'inbox', messages: [message, second] });
        expect(await fixture.stored(key)).toEqual({ ...begun.stored, inbox: [message, second] });
      },
    );

    it('lets an upgrade rest when every message is consumed', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.store.deliver('pc-1', message, at);
      expect(
        await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later), { consumed: 1 }),
      ).toMatchObject({
        kind: 'committed',
      });
      expect((await fixture.stored(key)).inbox).toEqual([]);
    });

    it('lets a driver go on past a message, and removes only what it has consumed', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.store.deliver('pc-1', message, at);
      await fixture.store.deliver('pc-1', second, at);
      await fixture.commit(begun, marking(begun.stored.upgrade), driven, { consumed: 1 });
      expect((await fixture.stored(key)).inbox).toEqual([second]);
    });

    it('follows a begin that has returned the earlier messages', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.store.deliver('pc-1', message, at);
      expect((await fixture.begun(key)).stored.inbox).toEqual([message]);
    });
  });
}
