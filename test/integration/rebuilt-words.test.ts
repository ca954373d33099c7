import { expect, test } from 'vitest';
import { rebuiltLines } from '../../orchestrator/cli/commands/rebuild.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { gapOf } from '../../orchestrator/audit/rebuild/summary.ts';
import type { FoundBlock } from '../../orchestrator/audit/format/verify-file.ts';

const block: FoundBlock = {
  block: 7,
  shard: 0,
  previous: '',
  first: '1-0',
  last: '9-0',
  count: 9,
  head: '',
  header: '',
  file: 'audit.jsonl',
  line: 1,
  lastAt: Date.parse('2026-11-16T20:14:03Z'),
  coversAll: true,
  hasTree: true,
};

const linesFor = (
  settled: number,
  lookedAt: number,
  waiting: number,
  serverLimits = 1,
  requests = 1,
): readonly string[] => {
  const counts = { settled, lookedAt, waiting };
  const chain = { shard: 0, blocks: 7, entries: 9, last: block };
  const clients = settled + lookedAt + waiting;
  return rebuiltLines(plainView, {
    isWritten: true,
    clients,
    releases: 1,
    campaigns: [{ campaign: 'sp4', status: 'paused', clients, ...counts, unknownHooks: ['before-wave-b'] }],
    serverLimits,
    requests,
    schedules: ['weekly'],
    halt: null,
    ends: [],
    gap: gapOf([chain], new Map([['sp4', counts]])),
    notRestored: ['surveys'],
    notes: [],
  });
};

const end = 'the audit ends at block 7 of shard 0, 2026-11-16T20:14:03Z; what happened after is not in it';
const start = 'Start the orchestrator and the workers, then resume each paused campaign.';
const hook =
  'hook before-wave-b of campaign sp4: what its command has done is not known; run it again with ' +
  '"servpack campaign hook retry sp4 before-wave-b --reason TEXT", or go on without it: "servpack campaign hook accept"';
const schedule = 'schedule weekly: paused until you run: servpack schedule resume weekly';

test('a rebuild says one of each thing in the singular', () => {
  expect(linesFor(1, 1, 1)).toEqual([
    '3 clients of the fleet, 1 release, 1 limit of logon servers, 1 command that waits for another person: restored',
    'campaign sp4, which is paused: 1 client finished, 1 waiting, 1 in progress: a look comes before anything is done there',
    hook,
    schedule,
    `${end}: 1 upgrade may have gone on, and 1 waiting client may have been begun`,
    'not restored: surveys',
    start,
  ]);
  expect(linesFor(1, 0, 0, 0, 0).slice(0, 2)).toEqual([
    '1 client of the fleet, 1 release: restored',
    'campaign sp4, which is paused: 1 client finished, 0 waiting, 0 in progress',
  ]);
});

test('a rebuild says several of each thing in the plural', () => {
  const lines = linesFor(1_200, 37, 4_100, 2, 3);
  expect(lines[0]).toContain('2 limits of logon servers, 3 commands that wait for another person: restored');
  expect(lines[1]).toContain('1,200 clients finished, 4,100 waiting, 37 in progress: a look comes');
  expect(lines[4]).toBe(
    `${end}: 37 upgrades may have gone on, and of 4,100 waiting clients some may have been begun`,
  );
});
