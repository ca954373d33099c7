import { expect, test } from 'vitest';
import { calendarWarnings } from '../../orchestrator/domain/calendar-warnings.ts';
import type {
  CampaignBlackout,
  CampaignCalendar,
  CampaignDefinition,
  Client,
  Where,
} from '../../shared/domain/campaign/definition.ts';
import { campaign } from './given-campaign.ts';

/** Friday, 18:00 UTC. */
const now = Date.UTC(2026, 10, 27, 18);

const client = (name: string, labels: readonly string[] = []): Client => ({
  client: name,
  host: name,
  logonServer: 'LS-1',
  zone: 'UTC',
  role: 'workstation',
  labels,
});
const clients = [client('pc-1'), client('pc-2', ['office'])];

const blackout = (to: string, more: Partial<CampaignBlackout> = {}): CampaignCalendar => ({
  blackouts: [{ from: '2026-01-01T00:00', to, reason: 'year end', ...more }],
});
const inOffice: Where = [{ key: 'office', is: 'there' }];

function warned(calendar: CampaignCalendar | undefined, changes: Partial<CampaignDefinition> = {}) {
  const { calendar: _, ...definition } = campaign.definition;
  const with_ = calendar === undefined ? {} : { calendar };
  return calendarWarnings({ ...definition, ...with_, ...changes }, clients, now);
}

const endingAt = (at: number, does: 'finish' | 'force'): Partial<CampaignDefinition> => ({
  policy: { ...campaign.definition.policy, window: null, end: { at, does } },
});

test('a blackout over every client is named, with the first time after it', () => {
  expect(warned(blackout('2030-01-01T00:00'))).toEqual([
    '2 clients have no opening before 2030-01-01T00:00:00Z, because of a blackout (year end): pc-1, pc-2',
  ]);
  expect(warned(blackout('2026-11-28T00:00'))).toEqual([
    '2 clients have no opening before 2026-11-28T00:00:00Z, because of a blackout (year end): pc-1, pc-2',
  ]);
  expect(warned(blackout('2026-11-27T18:00'))).toEqual([]);
});

test('the first time counts from the start of the campaign', () => {
  const startAt = Date.UTC(2026, 11, 1);
  expect(warned(blackout('2026-11-28T00:00'), { startAt })).toEqual([]);
  expect(warned(blackout('2026-12-02T00:00'), { startAt })).toHaveLength(1);
});

test('a blackout of some clients is named only when it is long', () => {
  const where = inOffice;
  expect(warned(blackout('2026-12-20T00:00', { where }))).toEqual([]);
  expect(warned(blackout('2036-12-20T00:00', { where }))).toEqual([
    '1 client has no opening before 2036-12-20T00:00:00Z, because of a blackout (year end): pc-2',
  ]);
});

test('clients on which nothing can begin before the end of the campaign are named', () => {
  const saturday = { days: [6], from: 6 * 60, to: 12 * 60 };
  const early = endingAt(Date.UTC(2026, 10, 28), 'finish');
  const says =
    '2 clients have no opening before the campaign ends at 2026-11-28T00:00:00Z (pc-1, pc-2): nothing can begin there';
  expect(warned({ windows: [saturday] }, early)).toEqual([says]);
  expect(warned(blackout('2026-12-20T00:00'), early)).toEqual([says]);
  const { policy } = early;
  if (policy === undefined) throw new Error('no policy');
  expect(warned(undefined, { policy: { ...policy, window: saturday } })).toEqual([says]);
  expect(warned({ windows: [saturday] }, endingAt(Date.UTC(2026, 10, 29), 'finish'))).toEqual([]);
  // A deadline opens the window by force.
  expect(warned({ windows: [saturday] }, endingAt(Date.UTC(2026, 10, 28), 'force'))).toEqual([]);
});
