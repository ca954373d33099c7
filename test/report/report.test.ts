import { describe, expect, it } from 'vitest';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { htmlOf } from '../../orchestrator/report/html.ts';
import { markdownOf } from '../../orchestrator/report/markdown.ts';
import { nextStepOf } from '../../orchestrator/report/next-step.ts';
import { plannedCourse } from '../../orchestrator/report/planned-course.ts';
import { reportDocument } from '../../orchestrator/report/sections.ts';
import { listedAtMost, tallyOf } from '../../orchestrator/report/tally.ts';
import { TimeHistogram } from '../../orchestrator/report/time-histogram.ts';
import { verdictOf } from '../../orchestrator/report/verdict.ts';
import { EqualReasons, namesInWords } from '../../orchestrator/views/equal-reasons.ts';
import { sampleClients, sampleReport } from './sample-report.ts';

const hostile = '<img src=x onerror=alert(1)>|=cmd|`rm`\n# a';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe('the report of a campaign', () => {
  it('has the numbers of its data', async () => {
    const data = await sampleReport({ size: 489 });
    const { states, size } = data.report;
    const document = reportDocument(data);
    expect(document.figures.map(({ value }) => Number(value))).toEqual([
      states.upgraded + states.alreadyCurrent,
      states.failed + states.needsAttention,
      states.excluded + states.skipped,
      data.report.relocations.done,
    ]);
    const tables = document.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => ('table' in block ? [block.table] : [])),
    );
    const named = (caption: string) => tables.find((table) => table.caption === caption)?.rows ?? [];
    const sum = (caption: string): number => named(caption).reduce((all, [count]) => all + Number(count), 0);
    expect(sum('Exceptions')).toBe(states.failed + states.needsAttention);
    expect(sum('Left out')).toBe(states.excluded + states.skipped);
    expect(named(`All ${size} clients with end and evidence`)).toHaveLength(size);
    expect(named('Steps of the campaign')).toHaveLength(data.steps.length);
  });

  it('takes every text for text, in HTML and in Markdown', async () => {
    const document = reportDocument(await sampleReport({ size: 60, hostile }));
    const html = [...htmlOf(document)].join('');
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/<script|javascript:|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;|=cmd|`rm`');
    const markdown = [...markdownOf(document)].join('');
    const lines = markdown.split('\n').filter((line) => !line.startsWith('    '));
    expect(lines.join('\n')).not.toMatch(/<|(?<!\\)`/);
    expect(lines.join('\n')).toContain('&#60;img src=x onerror=alert(1)&#62;\\|=cmd\\|\\`rm\\` \\# a');
    // One title; each row of a table has as many cells as its head.
    expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(1);
    for (const [at, line] of lines.entries()) {
      if (!/^\|(?: --- \|)+$/.test(line)) continue;
      const cells = (text = ''): number => text.split(/(?<!\\)\|/).length;
      const below = lines.slice(at + 1).findIndex((text) => !text.startsWith('|'));
      const rows = lines.slice(at - 1, at + 1 + below);
      expect(new Set(rows.map(cells)).size).toBe(1);
    }
  });

  it('names no client where there are too many, and says how they are listed', async () => {
    const clients = sampleClients({ size: listedAtMost + 1 });
    const tallied = await tallyOf(each(clients), ['canary', 'early', 'rest']);
    expect(tallied.clients).toBeNull();
    expect(tallied.finished.at(-1)?.finished).toBe(listedAtMost + 1);
    const data = { ...(await sampleReport({ size: 60 })), tallied };
    const file = { file: 'sms-sp4.html.clients.csv', sha256: 'ab'.repeat(32) };
    const html = [...htmlOf(reportDocument({ ...data, list: file }))].join('');
    expect(html).toContain('servpack campaign clients sms-sp4 --csv lists them');
    expect(html).toContain(`${file.file}, SHA-256 ${file.sha256}`);
  });

  it.each([
    ['ended', 3, null, '3 clients WILL still install sms-1.2-sp4', ''],
    ['aborted', 0, 4, '4 clients WILL still install', 'begun on them is completed first, and their marks'],
    [
      'aborted',
      1,
      5,
      '5 clients WILL still install',
      'on 4 of them is completed first, and the marks of the other 1',
    ],
    ['aborted', 0, 1, '1 client WILL still install', 'on it is completed first, and its mark'],
  ] as const)(
    'says of an %s campaign with %s marked clients who will install, as the status does',
    async (status, stillMarked, inAll, number, when) => {
      const data = await sampleReport({ size: 60 });
      const aborted =
        inAll === null
          ? null
          : { by: 'anna', because: 'x', at: data.report.at, stillMarked: inAll, finishing: inAll };
      const command = 'servpack campaign unmark sms-sp4 --reason TEXT';
      const actions = stillMarked > 0 ? [command] : [];
      const report = { ...data.report, status, stillMarked, aborted, actions };
      const document = reportDocument({ ...data, report });
      expect(document.verdict.says).toContain(number);
      expect(document.figures).toContainEqual({
        value: String(inAll ?? stillMarked),
        label: 'will still install',
        tone: 'bad',
      });
      expect(document.sections[0]?.title).toBe('Still marked');
      const [line] = statusLines(plainView, report).filter((each) => each.startsWith('marked: '));
      for (const text of [[...htmlOf(document)].join(''), [...markdownOf(document)].join(''), line]) {
        expect(text).toContain(number);
        expect(text).toContain(when);
        expect(text?.includes(command)).toBe(stillMarked > 0);
      }
    },
  );

  it('has each caption once in Markdown', async () => {
    const lines = [...markdownOf(reportDocument(await sampleReport({ size: 489 })))].join('').split('\n');
    expect(lines.filter((line) => /^(?:## )?Exceptions$/.test(line))).toEqual(['## Exceptions']);
  });

  it('says nothing of marks where no client is marked', async () => {
    const data = await sampleReport({ size: 60 });
    expect([...htmlOf(reportDocument(data))].join('')).not.toMatch(/still install|Still marked/);
    expect(statusLines(plainView, data.report).join()).not.toContain('marked: ');
  });

  it('keeps little of any number of clients', () => {
    const times = new TimeHistogram();
    for (let n = 0; n < 300_000; n += 1) times.add(n * 7_777);
    const points = times.points();
    expect(points.length).toBeLessThan(4_097);
    expect(points.at(-1)).toEqual({ at: 299_999 * 7_777, finished: 300_000 });
    expect(points.every(({ finished }, at) => finished > (points[at - 1]?.finished ?? 0))).toBe(true);

    const reasons = new EqualReasons();
    for (let n = 0; n < 50_000; n += 1)
      reasons.add({ client: `pc-${n}`, end: 'failed', reason: `reason ${n % 1_000}`, cause: null });
    const ranked = reasons.ranked();
    expect(ranked.length).toBe(201);
    expect(ranked.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
    expect(ranked[0]?.reason).toBe('for other reasons');
  });

  it.each([
    ['ended', 'Done, with exceptions', 'mixed'],
    ['running', 'Running', 'open'],
    ['created', 'Not started', 'open'],
  ] as const)('judges a campaign that is %s', async (status, word, tone) => {
    const { report } = await sampleReport({ size: 489 });
    expect(verdictOf({ ...report, status })).toMatchObject({ word, tone });
  });

  it('is done where nobody failed, and says of which clients', async () => {
    const { report } = await sampleReport({ size: 489 });
    const states = { ...report.states, failed: 0, needsAttention: 0 };
    const size = report.size - report.states.failed - report.states.needsAttention;
    const verdict = verdictOf({ ...report, states, size });
    expect(verdict.tone).toBe('good');
    expect(verdict.says).toBe('467 of 467 clients in scope have the release (100 %).');
  });

  it('says who is meant', () => {
    expect(namesInWords({ clients: ['pc-1'], count: 1 })).toBe('pc-1');
    expect(namesInWords({ clients: ['pc-1', 'pc-2'], count: 48 })).toBe('pc-1, pc-2 and 46 more');
    expect(nextStepOf({ reason: 'still unreachable after 6 tries' })).toContain('reachable');
    expect(nextStepOf({ reason: 'anything' })).toBe('Read the reason with its evidence');
  });

  it('draws the plan wave by wave', () => {
    const at = (hours: number): string => new Date(hours * 3_600_000).toISOString();
    const wave = (name: string, opens: number, ends: number) => ({
      wave: name,
      opens: { planned: at(opens), actual: null },
      ends: { p50: at(ends), p90: at(ends), actual: null },
      laterMs: null,
      causes: [],
      restMs: null,
    });
    const planned = { waves: [wave('a', 0, 2), wave('b', 4, 6)] };
    const sizes = [
      { wave: 'a', size: 10 },
      { wave: 'b', size: 30 },
    ];
    const course = plannedCourse(planned as never, sizes, 0);
    expect(course.map(({ at: time, finished }) => [time / 3_600_000, finished])).toEqual([
      [0, 0],
      [2, 10],
      [4, 10],
      [6, 40],
    ]);
    expect(plannedCourse(undefined, sizes, 0)).toEqual([]);
  });
});
