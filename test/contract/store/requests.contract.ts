import { describe, expect, test } from 'vitest';
import type { CommandRequest } from '../../../shared/domain/campaign/command-request.ts';
import type { AuditEntry } from '../../../shared/store/types.ts';
import type { Given } from './store-fixture.ts';

const abort: CommandRequest = {
  command: 'abort',
  subject: 'sp4',
  number: 1,
  by: 'anna (token a)',
  reason: 'wrong release',
  at: 1,
  until: 9,
  text: ['12 clients cancelled'],
  state: { is: 'asked' },
};
const entry = (because: string): AuditEntry => ({
  at: 1,
  campaign: 'sp4',
  client: null,
  who: 'anna (token a)',
  from: '',
  to: 'abort asked',
  because,
  evidence: null,
});

export const requestsContract = (given: Given): void => {
  describe('requests', () => {
    test('are written, changed and forgotten by compare-and-set, each change with its audit entry', async () => {
      const { store } = given();
      expect(await store.readRequest('sp4/abort')).toBeNull();
      expect(await store.commitRequest('sp4/abort', abort, 0, entry('asked'))).toBe(true);
      expect(await store.commitRequest('sp4/abort', abort, 0, entry('asked twice'))).toBe(false);
      const rejected: CommandRequest = { ...abort, state: { is: 'rejected', at: 2, because: 'no' } };
      expect(await store.commitRequest('sp4/abort', rejected, 1, entry('rejected'))).toBe(true);
      expect(await store.commitRequest('sp4/abort', abort, 1, entry('too late'))).toBe(false);
      const undo: CommandRequest = { ...abort, command: 'undo', client: 'pc-7' };
      expect(await store.commitRequest('sp4/undo/pc-7', undo, 0, entry('asked of a client'))).toBe(true);
      expect(await store.requests()).toEqual([
        { version: 2, request: rejected },
        { version: 1, request: undo },
      ]);
      expect(await store.commitRequest('sp4/abort', null, 1, null)).toBe(false);
      expect(await store.commitRequest('sp4/abort', null, 2, null)).toBe(true);
      expect(await store.readRequest('sp4/abort')).toBeNull();
      expect((await store.audit(10, {})).map(({ because }) => because)).toEqual([
        'asked of a client',
        'rejected',
        'asked',
      ]);
    });

    test('have numbers of their own, also after the one that had the highest is forgotten', async () => {
      const { store } = given();
      expect(await store.takeRequestNumber(0)).toBe(1);
      expect(await Promise.all([store.takeRequestNumber(0), store.takeRequestNumber(0)])).toEqual([2, 3]);
      expect(await store.takeRequestNumber(7)).toBe(8);
      expect(await store.takeRequestNumber(7)).toBe(9);
    });
  });
};
