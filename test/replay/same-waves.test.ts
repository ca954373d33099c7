import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { replayAgain } from '../../orchestrator/replay/answer.ts';
import { courseLines } from '../../orchestrator/replay/course.ts';
import type { History, HistoryItem } from '../../orchestrator/replay/history.ts';
import { readHistory } from '../../orchestrator/replay/read-history.ts';
import { recordedCourse } from '../../orchestrator/replay/recorded-course.ts';
import { retrace } from '../../orchestrator/replay/retrace.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { plan, played } from '../audit/played-story.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { seededHistory } from './seeded-campaigns.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('a campaign whose decisions are made again from its audit', () => {
  let histories: readonly History[];

  beforeAll(async () => {
    histories = await Promise.all(seeds.map(seededHistory));
  });

  test('has the same openings, admissions and endings, byte for byte, on ten seeded campaigns', () => {
    const seen = { openings: 0, endings: 0, paused: 0, held: 0, soaks: 0, approved: 0 };
    for (const history of histories) {
      const { again } = replayAgain(history);
      expect(again).toMatchObject({ isSame: true, differences: [], admissions: 36 });
      expect(again.taken).toBeLessThan(3);
      const made = retrace(history).course;
      expect(courseLines(made).join('\n')).toBe(courseLines(recordedCourse(history, made)).join('\n'));
      seen.openings += again.openings;
      seen.endings += again.endings;
      const of = (words: RegExp) => entriesOf(history).filter(({ because }) => words.test(because)).length;
      seen.paused += of(/^the network is slow$/u);
      seen.held += of(/^logon server LS-1 is (?:held|released)/u);
      seen.soaks += of(/ soaks from /u);
      seen.approved += of(/^wave canary approved by |approved by approver/u);
    }
    // The campaigns were not all of one kind.
    for (const [what, times] of Object.entries(seen)) expect([what, times > 1]).toEqual([what, true]);
  });

  test('a client that ended otherwise than its looks say is a fault', () => {
    const [history] = histories;
    if (history === undefined) throw new Error('no history');
    const [client, record] = [...history.records][0] ?? [];
    if (client === undefined || record?.state.phase !== 'settled') throw new Error('no record');
    const forged = { ...record, state: { ...record.state, end: 'failed', cause: 'forged' } } as const;
    const records = new Map(history.records).set(client, forged);
    const { again } = replayAgain({ ...history, records });
    expect(again.isSame).toBe(false);
    expect(again.differences.join('\n')).toContain(`${client}: its record says failed (forged)`);
  });

  test('a wave that opens before its gate, and a client before its wave, are faults', () => {
    const [history] = histories;
    if (history === undefined) throw new Error('no history');
    const { items } = history;
    const opens = items.findIndex((item) => isEntry(item, /^wave early opens/u));
    const opening = items[opens];
    if (opening === undefined) throw new Error('the wave opens');
    const moved = [...items.slice(0, 3), opening, ...items.slice(3, opens), ...items.slice(opens + 1)];
    expect(replayAgain({ ...history, items: moved }).again.differences[0]).toContain('nothing opens a wave');
    const without = items.filter((item) => item !== opening);
    expect(replayAgain({ ...history, items: without }).again.differences[0]).toMatch(
      /^nothing admits pc-\d+ at .+: wave early is not open$/u,
    );
  });

  test('without the texts of its looks every step is taken as recorded, and the answer says how many', () => {
    const [history] = histories;
    if (history === undefined) throw new Error('no history');
    const { again } = replayAgain({ ...history, evidence: new Map() });
    expect(again.taken).toBeGreaterThan(100);
    expect(again.endings).toBe(36);
  });
});

test('clients that join and leave, edits and approvals: the files of the audit give the same waves', async () => {
  const seen = { openings: 0, members: 0, editions: 0 };
  await fc.assert(
    fc.asyncProperty(plan, async (asked) => {
      using sealing = await played(asked);
      const { store, archive } = sealing;
      const context = { ...contextOver(store, standingClock(0), keepingDispatcher([])), archive };
      const history = unwrapped(await readHistory(context, 'sp4'));
      const { again } = replayAgain({ ...history, items: history.items.map(withoutText) });
      expect(again).toMatchObject({ isSame: true, differences: [] });
      seen.openings += again.openings;
      const entries = entriesOf(history);
      seen.members += entries.filter(({ because }) => /joined|left/u.test(because)).length;
      seen.editions += entries.filter(({ to }) => to.startsWith('edition')).length;
    }),
    { seed: 20_261_129, numRuns: 5 },
  );
  for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true]);
});

/** The machines of these stories bring no text of a look: it is as if the text were lost. */
const withoutText = (item: HistoryItem): HistoryItem =>
  item.kind === 'entry' && item.entry.client !== null && item.entry.from === 'looking'
    ? { ...item, entry: { ...item.entry, evidence: 'not kept' } }
    : item;

const entriesOf = ({ items }: History): readonly KeptEntry[] =>
  items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : []));

const isEntry = (item: HistoryItem, words: RegExp): boolean =>
  item.kind === 'entry' && words.test(item.entry.because);
