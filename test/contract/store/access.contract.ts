import { describe, expect, it } from 'vitest';
import type { StoredSession, StoredToken } from '../../../shared/store/access-store.ts';
import { at, entry } from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const token = (name: string, more: Partial<StoredToken> = {}): StoredToken => ({
  name,
  id: `id-${name}`,
  sha256: 'a'.repeat(64),
  role: 'operator',
  person: 'anna',
  campaigns: ['pune-*'],
  sites: [],
  createdAt: at,
  createdBy: 'contract',
  expiresAt: null,
  ...more,
});

const session = (id: string, more: Partial<StoredSession> = {}): StoredSession => ({
  id,
  sha256: 'b'.repeat(64),
  proof: { kind: 'token', id: 'id-night' },
  startedAt: at,
  endsAt: at + 1_000,
  from: '127.0.0.1',
  ...more,
});

export function accessContract(given: Given): void {
  describe('tokens of the API', () => {
    it('are kept until they are removed, each with an audit entry', async () => {
      const { store } = given();
      expect(await store.addToken(token('night'), entry('', null, 'made'))).toBe(true);
      expect(await store.addToken(token('Night'), entry('', null, 'made again'))).toBe(false);
      await store.noteUse('id-night', at + 5);
      const { tokens, uses } = await store.readAccess();
      expect(tokens).toEqual([token('night')]);
      expect(uses).toEqual(new Map([['id-night', at + 5]]));
      const named = { name: 'NIGHT', id: 'id-night' };
      expect(await store.removeToken({ ...named, id: 'id-other' }, entry('', null, 'not'))).toBe(false);
      expect(await store.removeToken(named, entry('', null, 'revoked'))).toBe(true);
      expect(await store.removeToken(named, entry('', null, 'revoked again'))).toBe(false);
      expect(await store.readAccess()).toMatchObject({ tokens: [], uses: new Map() });
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['revoked', 'made']);
    });

    it('raise the version with every change, and with nothing else', async () => {
      const { store } = given();
      const versions = [await store.accessVersion()];
      const then = async (): Promise<unknown> => versions.push(await store.accessVersion());
      await store.addToken(token('night'), entry(''));
      await then();
      await store.addToken(token('night'), entry(''));
      await store.noteUse('id-night', at);
      await then();
      await store.addSession(session('s-1'));
      await then();
      await store.removeSession('s-1', null);
      await then();
      await store.removeSession('s-1', null);
      await store.removeToken({ name: 'night', id: 'id-night' }, entry(''));
      await then();
      expect(versions.map((each) => each - (versions[0] ?? 0))).toEqual([0, 1, 1, 2, 3, 4]);
      expect((await store.readAccess()).version).toBe(versions.at(-1));
    });
  });

  describe('sessions', () => {
    it('are kept until they are ended, and leave when they are over', async () => {
      const { store } = given();
      await store.addSession(session('s-1'));
      await store.noteUse('s-1', at + 1);
      await store.addSession(session('s-2', { startedAt: at + 500, endsAt: at + 1_500 }));
      const { sessions } = await store.readAccess();
      expect(sessions.map(({ id }) => id).toSorted()).toEqual(['s-1', 's-2']);
      await store.addSession(session('s-3', { startedAt: at + 1_000, endsAt: at + 9_000 }));
      const later = await store.readAccess();
      expect(later.sessions.map(({ id }) => id).toSorted()).toEqual(['s-2', 's-3']);
      expect(later.uses).toEqual(new Map());
      expect(await store.removeSession('s-2', entry('', null, 'ended'))).toBe(true);
      expect(await store.removeSession('s-2', entry('', null, 'ended'))).toBe(false);
      expect(await store.removeSession('s-3', null)).toBe(true);
      expect((await store.audit(9)).map(({ because }) => because)).toEqual(['ended']);
    });
  });

  describe('a session that is written again', () => {
    it('stays ended if it ended in between', async () => {
      const { store } = given();
      await store.addSession(session('s-1'));
      const before = await store.accessVersion();
      const checked = { ...session('s-1'), provider: { checkedAt: at + 5, refresh: null } };
      expect(await store.replaceSession(checked)).toBe(true);
      expect((await store.readAccess()).sessions).toEqual([checked]);
      expect(await store.accessVersion()).toBe(before + 1);
      await store.removeSession('s-1', null);
      expect(await store.replaceSession(checked)).toBe(false);
      expect((await store.readAccess()).sessions).toEqual([]);
    });
  });

  describe('a link to sign in', () => {
    it('is taken once', async () => {
      const { store } = given();
      await store.keepLink('c'.repeat(64), 'whose it is', 60_000);
      expect(await store.takeLink('c'.repeat(64))).toBe('whose it is');
      expect(await store.takeLink('c'.repeat(64))).toBeNull();
      expect(await store.takeLink('d'.repeat(64))).toBeNull();
    });
  });
}
