import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FleetTruth } from '../lab/fleet/truth.ts';
import {
  answerFor,
  clientHookProgram,
  type ClientHookMark,
  readClientHookMarks,
} from '../lab/chaos/control/client-hook-program.ts';
import { clientHookFaults, heldByHook } from '../lab/chaos/verdict/client-hooks.ts';
import type { RawRecord } from '../lab/chaos/walk.ts';
import type { Entry } from '../lab/operator.ts';
import { begins, entry, whats } from './given-history.ts';

/** The verdict on hooks of clients: a good history has no fault, and each bad one has its own. */

const client = 'pc-1';
const of = (second: number, because: string, move: Partial<Entry> = {}): Entry =>
  entry(second, { client, campaign: 'side', from: 'deferred', to: 'deferred', because, ...move });
const runs = of(2, 'hook before-client runs');
const goes = of(3, 'hook before-client: mark-client ended with exit code 0', { to: 'looking' });
const settled = of(6, 'it has the release', { from: 'looking', to: 'settled' });
const after = [
  of(7, 'hook after-client runs', { from: 'settled', to: 'settled' }),
  of(8, 'hook after-client: mark-client ended with exit code 0', { from: 'settled', to: 'settled' }),
];
const mark = (phase: 'before' | 'after', run = 1): ClientHookMark => ({
  real: phase === 'before' ? 2_500 : 7_500,
  campaign: 'side',
  client,
  attempt: 1,
  phase,
  run,
});
const record = (end: string): RawRecord =>
  ({
    client,
    campaign: 'side',
    upgrade: { attempt: 1, state: { phase: 'settled', end } },
  }) as unknown as RawRecord;
const good = {
  campaign: 'side',
  moments: ['before', 'after'],
  marks: [mark('before'), mark('after')],
  answerFor,
  story: [begins(1, client), runs, goes, settled, ...after],
  records: [record('upgraded')],
  journal: [{ op: 'mark', beganAt: 4_000 }],
  mayForget: () => false,
} as const;

function faults(change: object): string {
  const { story, journal, ...given } = { ...good, ...change };
  const truth = { clients: [{ client, journal }] } as unknown as FleetTruth;
  return whats(clientHookFaults({ ...given, truth, stories: new Map([[client, story]]) })).join('; ');
}

const stopped = of(3, 'hook before-client said stop: mark-client ended with exit code 1', { to: 'settled' });
const lost = of(3, 'hook before-client: its outcome is not known: process a; it is not run again by itself', {
  to: 'settled',
});

describe('the verdict on hooks of clients', () => {
  test('finds none in a good history, also of runs that were lost, asked again, or said stop', () => {
    expect(faults({})).toBe('');
    const unknown = {
      story: [begins(1, client), runs, lost, ...after],
      records: [record('needsAttention')],
      journal: [],
    };
    expect(faults(unknown)).toBe('');
    expect(faults({ ...unknown, marks: good.marks.slice(1) })).toBe('');
    expect([...heldByHook(new Map([[client, unknown.story]]))]).toEqual([client]);
    expect([...heldByHook(new Map([[client, good.story]]))]).toEqual([]);
    const cancelled = {
      story: [begins(1, client), runs, of(3, 'campaign side was aborted', { to: 'settled' })],
      moments: ['before'],
      marks: [],
      records: [record('cancelled')],
      journal: [],
    };
    expect(faults(cancelled)).toBe('');
    const late = of(4, 'hook before-client: mark-client ended with exit code 1', {
      from: 'settled',
      to: 'settled',
    });
    const answeredLate = {
      ...cancelled,
      story: [...cancelled.story, late],
      marks: [mark('before')],
      answerFor: () => 'stop',
    };
    expect(faults(answeredLate)).toBe('');
    const waits = of(2, 'hook before-client: mark-client ended with exit code 75: it is asked again');
    const again = {
      answerFor: ({ run, phase }: ClientHookMark) => (phase === 'before' && run === 1 ? 'wait' : 'go'),
      story: [
        begins(1, client),
        runs,
        waits,
        of(2, 'hook before-client runs, for the 2. time'),
        goes,
        settled,
      ].concat(after),
      marks: [...good.marks, mark('before', 2)],
    };
    expect(faults(again)).toBe('');
  });
  test.for([
    ['a program that ran twice', { marks: [...good.marks, mark('before')] }, 'ran its program 2 times'],
    ['a program that never ran', { marks: good.marks.slice(1) }, 'never ran its program'],
    ['a run of no entry', { marks: [...good.marks, mark('after', 2)] }, 'run 2 is in no entry'],
    [
      'a client that never began',
      { marks: [...good.marks, { ...mark('before'), client: 'pc-2' }] },
      'its hook ran, and it has not begun',
    ],
    [
      'a run after one that said go',
      { story: [begins(1, client), runs, goes, runs, goes, settled, ...after] },
      'begins after one that says go',
    ],
    ['an end without a run', { story: [begins(1, client), goes, settled, ...after] }, 'an end without a run'],
    ['a run that never ended', { story: good.story.slice(0, -1) }, 'run 1 has not ended'],
    [
      'no hook after the client',
      { story: good.story.slice(0, 4), marks: [mark('before')] },
      'has ended, and',
    ],
    ['another answer than that of the program', { answerFor: () => 'stop' }, 'says go, must say stop'],
    [
      'a change before the answer',
      { journal: [{ op: 'mark', beganAt: 2_000 }] },
      'mark came before its hook had said go',
    ],
    [
      'a change although the answer is not known',
      { story: [begins(1, client), runs, lost, ...after], records: [record('needsAttention')] },
      'mark came before',
    ],
    [
      'a client that goes on after a stop',
      {
        answerFor: ({ phase }: ClientHookMark) => (phase === 'before' ? 'stop' : 'go'),
        story: [begins(1, client), runs, { ...stopped, to: 'looking' }, settled, ...after],
        journal: [],
      },
      'its hook is "stop", and it is upgraded',
    ],
  ] as const)('finds %s', ([, change, what]) => {
    expect(faults(change)).toContain(what);
  });
});

describe('the program of the hooks of clients', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-client-hook-'));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  const file = join(dataDir, 'hooks', 'mark-client');
  mkdirSync(join(dataDir, 'hooks'));
  writeFileSync(file, clientHookProgram);
  chmodSync(file, 0o755);

  const codes = { go: 0, wait: 75, stop: 1 } as const;
  function codeOf(input: string): number {
    try {
      execFileSync(file, { cwd: join(dataDir, 'hooks'), input });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  }

  test('answers what the verdict expects, and notes each run', () => {
    const causes = ['pc-0007', 'pc-0013', 'pc-0015', 'pc-0344-1'].flatMap((id) =>
      (['before', 'after'] as const).flatMap((phase) =>
        [1, 2].map((run) => ({ campaign: 'side', client: id, attempt: 1, phase, run })),
      ),
    );
    const others = [{ campaign: 'doomed', client: 'pc-0001', attempt: 1, phase: 'before', run: 1 }] as const;
    const all = [...causes, ...others];
    for (const { campaign, client: id, attempt, phase, run } of all) {
      const given = { id, host: null, logonServer: 'LS-1', labels: [] };
      const input = { campaign, release: 'r', hook: 'x', phase, client: given, attempt, at: '1', run };
      expect(codeOf(`${JSON.stringify(input)}\n`), `${id} ${phase} ${run}`).toBe(
        codes[answerFor({ campaign, client: id, phase, run })],
      );
    }
    expect(codeOf('')).toBe(1);
    expect(readClientHookMarks(dataDir).map(({ real: _real, ...cause }) => cause)).toEqual(all);
  });
});
