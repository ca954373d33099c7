import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../../shared/domain/campaign/schedule.ts';
import type { AuditEntry } from '../../../shared/store/types.ts';
import type { Given } from './store-fixture.ts';

const weekly: Schedule = {
  schedule: 'weekly',
  file: 'weekly.yaml',
  text: 'campaign: weekly\n',
  hash: 'hash-of-the-file',
  recurrence: { kind: 'cron', cron: '0 22 * * 2', zone: 'Europe/Berlin' },
  missed: 'run',
  createdAt: 1,
  createdBy: 'anna',
  decidedTo: 1,
  past: [],
};
const entry = (because: string): AuditEntry => ({
  at: 1,
  campaign: '',
  client: null,
  who: 'anna',
  from: '',
  to: 'scheduled',
  because,
  evidence: null,
});

export const schedulesContract = (given: Given): void => {
  describe('schedules', () => {
    test('are written, changed and removed by compare-and-set, each change with its audit entry', async () => {
      const { store } = given();
      expect(await store.readSchedule('weekly')).toBeNull();
      expect(await store.commitSchedule('weekly', weekly, 0, entry('created'))).toBe(true);
      expect(await store.commitSchedule('weekly', weekly, 0, entry('created twice'))).toBe(false);
      expect(await store.readSchedule('weekly')).toEqual({ version: 1, schedule: weekly });
      const moved = { ...weekly, decidedTo: 2, open: { at: 2, campaign: 'weekly-1970-01-01', by: 'x' } };
      expect(await store.commitSchedule('weekly', moved, 1, entry('moved'))).toBe(true);
      expect(await store.commitSchedule('weekly', weekly, 1, entry('too late'))).toBe(false);
      const daily = { ...weekly, schedule: 'daily' };
      expect(await store.commitSchedule('daily', daily, 0, entry('created'))).toBe(true);
      expect(await store.schedules()).toEqual([
        { version: 1, schedule: daily },
        { version: 2, schedule: moved },
      ]);
      expect(await store.commitSchedule('weekly', null, 1, entry('too late'))).toBe(false);
      expect(await store.commitSchedule('weekly', null, 2, entry('removed'))).toBe(true);
      expect(await store.readSchedule('weekly')).toBeNull();
      expect((await store.audit(10, {})).map(({ because }) => because)).toEqual([
        'removed',
        'created',
        'moved',
        'created',
      ]);
    });
  });
};
