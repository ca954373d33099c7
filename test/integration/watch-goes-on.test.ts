import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { watchCampaign } from '../../orchestrator/cli/client/watch-campaign.ts';
import type { WatchScreen } from '../../orchestrator/cli/client/watch-screen.ts';
import { listenForKeys, type Scroll } from '../../orchestrator/cli/client/watch-keys.ts';
import { watchScreenOn } from '../../orchestrator/cli/client/watch-screens.ts';
import { campaignStatus, type CampaignStatus } from '../../orchestrator/views/status.ts';
import type { Refusal } from '../../orchestrator/refusal.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { running, standing } from '../domain/given-campaign.ts';
import { evening } from '../domain/given.ts';

const runs = campaignStatus(standing(running(1)), {}, evening);
const over: CampaignStatus = { ...runs, status: 'ended' };
const away = (code: string): Result<CampaignStatus, Refusal> => err(fault(code, 'nothing'));

type Answer = Result<CampaignStatus, Refusal> | 'silence';

/** Watches these answers, one a reading, and returns what the screen showed and how it ended. */
async function watched(answers: readonly Answer[], signal = new AbortController().signal) {
  const seen: string[] = [];
  const screen: WatchScreen = {
    show: ({ status }) => seen.push(status),
    lost: () => seen.push('lost'),
    close: () => seen.push('closed'),
  };
  let at = 0;
  const read = async (): Promise<Result<CampaignStatus, Refusal>> => {
    const answer = answers[at++] ?? ok(over);
    return answer === 'silence' ? new Promise(() => undefined) : answer;
  };
  const limits = { everyMs: 1, untilPaused: false, patienceMs: 0, answerMs: 20 };
  return { end: await watchCampaign({ read, screen, signal, ...limits }), seen };
}

describe('a watch', () => {
  test('goes on while the orchestrator is away, whatever answers in its place, and comes back', async () => {
    const between = [away('unreachable'), away('unreachable.stranger'), away('internal'), away('store.away')];
    const { end, seen } = await watched([ok(runs), ...between, ok(runs), ok(over)]);
    expect(end).toMatchObject({ ok: true, value: { status: 'ended' } });
    expect(seen).toEqual(['running', 'lost', 'lost', 'lost', 'lost', 'running', 'ended', 'closed']);
  });

  test('goes on when an answer never comes', async () => {
    const { seen } = await watched([ok(runs), 'silence', ok(over)]);
    expect(seen).toEqual(['running', 'lost', 'ended', 'closed']);
  });

  test('ends when the campaign is not there, and when nothing has ever answered', async () => {
    expect((await watched([ok(runs), away('campaign.unknown')])).seen).toEqual(['running', 'closed']);
    expect((await watched([away('unreachable.stranger')])).end.ok).toBe(false);
    expect((await watched([away('unreachable'), away('unreachable')])).end.ok).toBe(false);
  });

  test('ends at once when the person quits during a silence', async () => {
    const { end, seen } = await watched(['silence'], AbortSignal.abort());
    expect([end.ok, seen]).toEqual([false, ['closed']]);
  });
});

/** A terminal with colours, and what was drawn on it last. */
function terminal() {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 100,
    rows: 40,
    hasColors: () => true,
  });
  const last = (): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { stream: stream as unknown as NodeJS.WriteStream, last };
}

describe('the live screen', () => {
  const zone = Temporal.Now.timeZoneId();
  const local = (at: number): string =>
    Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(zone)
      .toPlainTime()
      .toString({ smallestUnit: 'second' });

  test('has a clock, says in red since when it is stale, and takes that back', () => {
    const { stream, last } = terminal();
    let now = evening;
    const screen = watchScreenOn(stream, true, () => now);
    screen.show(runs);
    expect(stripVTControlCharacters(last())).toContain(`${local(evening)} ${zone}  q quit  ? help`);
    now += 90_000;
    screen.lost(fault('unreachable', 'nothing'));
    const text = last();
    expect(text).toContain(`\u001b[31mstale since ${local(evening)}: `);
    expect(stripVTControlCharacters(text)).toContain(`${local(now)} ${zone}`);
    expect(stripVTControlCharacters(text)).toContain('campaign sp4');
    screen.show(runs);
    expect(last()).not.toContain('stale');
  });

  test('says before the first answer that nothing answers, without a time', () => {
    const { stream, last } = terminal();
    watchScreenOn(stream, false).lost(fault('unreachable', 'nothing'));
    expect(stripVTControlCharacters(last())).toMatch(/the orchestrator does not answer; trying again/);
  });

  test('takes q, Ctrl-C and ?, and gives the keyboard back', () => {
    const { stream, last } = terminal();
    const screen = watchScreenOn(stream, true);
    const modes: boolean[] = [];
    const keyboard = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (on: boolean) => modes.push(on),
    });
    const left: string[] = [];
    const scrolls: Scroll[] = [];
    const release = listenForKeys(keyboard as unknown as NodeJS.ReadStream, {
      quit: () => left.push('quit'),
      interrupt: () => left.push('interrupt'),
      help: () => screen.toggleHelp(),
      scroll: (by) => scrolls.push(by),
    });
    keyboard.emit('data', '?x');
    expect(stripVTControlCharacters(last())).toContain(
      'q  stop watching, with exit code 0; the campaign goes on',
    );
    keyboard.emit('data', '?');
    expect(stripVTControlCharacters(last())).not.toContain('stop watching');
    keyboard.emit('data', '\u001b[B\u001b[6~\u001bOA');
    expect(scrolls).toEqual([{ lines: 1 }, { pages: 1 }, { lines: -1 }]);
    keyboard.emit('data', 'q\u0003');
    release();
    keyboard.emit('data', 'q');
    expect([left, modes]).toEqual([
      ['quit', 'interrupt'],
      [true, false],
    ]);
  });
});
