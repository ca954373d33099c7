import { expect, test } from 'vitest';
import { actionsFor } from '../../orchestrator/views/actions.ts';

const paused = (byGate: boolean) => ({
  campaign: 'sp4',
  release: 'sms-sp4',
  status: 'paused' as const,
  paused: { by: byGate ? 'gate' : 'anna', because: 'x', at: '2026-11-16T20:00:00Z', byGate, missed: null },
  removal: null,
  halted: null,
  withdrawn: null,
  holds: [],
  failures: [],
  notStaged: [],
  states: { failed: 1, needsAttention: 2 },
  stillMarked: 0,
});

test('after a gate has paused the campaign, what failed comes before accepting it', () => {
  expect(actionsFor(paused(true))).toEqual([
    'servpack campaign clients sp4 --state attention',
    'servpack campaign clients sp4 --state failed',
    'servpack campaign retry sp4 --failed',
    'servpack blockers --campaign sp4',
    'servpack campaign resume sp4   # you accept the failures so far',
    'servpack campaign abort sp4 --reason TEXT',
  ]);
});

test('after a person has paused the campaign, the way on comes first', () => {
  expect(actionsFor(paused(false))[0]).toBe(
    'servpack campaign resume sp4   # anybody but anna adds --override',
  );
});
