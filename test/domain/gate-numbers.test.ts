import { describe, expect, test } from 'vitest';
import { stateRows } from '../../orchestrator/charts/waves.ts';
import { statesInWords } from '../../orchestrator/charts/states-bar.ts';
import { statusLine } from '../../orchestrator/cli/render/status-line.ts';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { markdownOf } from '../../orchestrator/report/markdown.ts';
import { reportDocument } from '../../orchestrator/report/sections.ts';
import { waveText } from '../../orchestrator/views/approval-text.ts';
import { progressOf } from '../../orchestrator/views/why-no-end.ts';
import { whyNotOpen } from '../../orchestrator/views/why-waiting.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { finishedIn, type States } from '../../shared/domain/outcome/states.ts';
import { sampleReport } from '../report/sample-report.ts';
import { evening } from './given.ts';
import { running, standing } from './given-campaign.ts';

/** Ten clients of the first wave by state; what its gate says of them is the same everywhere. */
const cases: readonly [name: string, states: Partial<States>, gate: string][] = [
  ['one was already current', { upgraded: 3, alreadyCurrent: 1, waiting: 6 }, '4 of 10 finished; '],
  // Its mark was taken back: its end stays.
  ['one was unmarked', { upgraded: 3, failed: 1, deferred: 6 }, '4 of 10 finished; '],
  // A retry takes it out of the finished ones.
  ['one is tried again', { upgraded: 3, active: 1, waiting: 6 }, '3 of 10 finished; '],
  ['one was cancelled', { upgraded: 3, cancelled: 1, waiting: 6 }, '3 of 10 finished and 1 cancelled; '],
  ['one was skipped', { upgraded: 3, skipped: 1, waiting: 6 }, '4 of 10 finished; 3 were tried, and '],
  ['one is a server', { upgraded: 1, excluded: 2, waiting: 7 }, '3 of 10 finished; 1 was tried, and '],
];

describe.each(cases)('of a wave of which %s', (_name, found, gate) => {
  const campaign = { ...standing(running(1)), waveSizes: [10, 0, 0] };
  const counters: Counters = Object.fromEntries(
    Object.entries(found).map(([state, count]) => [`state|0|LS-ROM|${state}`, count]),
  );
  const status = campaignStatus(campaign, counters, evening);
  const [wave] = status.waves;
  const finished = /^(\d+) of/.exec(gate)?.[1] ?? '';

  test('the gate says how many are finished, and how many of them it counts', () => {
    expect(wave?.gate).toContain(`waiting: ${gate}`);
  });

  test('every screen, the report and a question say the same number', async () => {
    if (wave === undefined) throw new Error('no wave');
    // The page counts by this, beside the words of the gate.
    expect(String(finishedIn(wave.states))).toBe(finished);
    const share = `${finished} of 10`;
    expect(statusLine(status)).toContain(`${share} finished`);
    const screen = statusLines(plainView, status).join('\n');
    expect(screen).toContain(`\n${share} clients finished`);
    expect(screen).toContain(`canary: waiting: ${gate}`);
    expect(whyNotOpen({ campaign, counters, now: evening }, 1)).toContain(`canary waiting: ${gate}`);
    expect(String(progressOf(campaign, counters).finished)).toBe(finished);
    const said = gate.slice(0, gate.indexOf(';'));
    const clients = { count: 0, names: [] };
    expect(waveText(campaign, counters, 'early', clients)[1]).toContain(`wave canary before it: ${said}, `);
    expect(statesInWords(wave.states)).toContain(`finished: ${share} clients`);
    const rows = { title: 'Waves', each: 'wave', rows: [{ name: 'canary', states: wave.states }] };
    expect(String(stateRows({ id: 'w', width: 800 }, rows))).toContain(`${share}, `);
    const data = await sampleReport({ size: 10, isRunning: true });
    const { waves, states, size } = status;
    const document = reportDocument({ ...data, report: { ...data.report, waves, states, size } });
    const markdown = [...markdownOf(document)].join('');
    expect(markdown).toContain(`| canary | 10 | ${finished} (${finished}0 %) | waiting: ${gate}`);
  });
});
