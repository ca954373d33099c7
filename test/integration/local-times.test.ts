import { describe, expect, test } from 'vitest';
import { localTimes } from '../../orchestrator/cli/render/local-times.ts';
import { onTerminal } from '../fixtures/on-terminal.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { campaignYaml, startRunning } from '../fixtures/small-orchestrator.ts';

const winter = Date.parse('2026-11-17T01:14:00Z');

describe('times on the screen', () => {
  test('are those of the zone, which is named once', () => {
    const times = localTimes('Europe/Rome', winter);
    expect(times.in({ at: '2026-11-17T01:14:00Z', because: ['since 2026-11-17T01:14:05.123Z: x'] })).toEqual({
      at: '2026-11-17 02:14:00',
      because: ['since 2026-11-17 02:14:05: x'],
    });
    expect(times.zoneLines()).toEqual(['', 'Times: Europe/Rome (UTC+01:00)']);
  });

  test('show their own offset when it is not the one of now, also in the hour that autumn repeats', () => {
    const times = localTimes('Europe/Rome', winter);
    expect(times.in('2026-10-25T00:30:00Z then 2026-10-25T01:30:00Z')).toBe(
      '2026-10-25 02:30:00 +02:00 then 2026-10-25 02:30:00',
    );
  });

  test('change nothing else: evidence, impossible moments, a value without times', () => {
    const times = localTimes('Asia/Kolkata', winter);
    const value = { evidenceText: 'at 2026-11-17T01:14:00Z', n: 5, none: null, odd: '2026-99-17T01:14:00Z' };
    expect([times.in(value), times.zoneLines()]).toEqual([value, []]);
  });

  test('a terminal shows its own zone; a pipe and JSON keep UTC', async () => {
    await using orchestrator = await startRunning();
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' });
    const status = 'campaign status sp4';
    const text = await onTerminal(orchestrator, status, { columns: 200, env: { TZ: 'Asia/Kolkata' } });
    expect(text).toMatch(/paused by .* since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: /);
    expect(text.match(/Asia\/(?:Kolkata|Calcutta) \(UTC\+05:30\)/g)).toHaveLength(1);
    const piped = await runCliAt(orchestrator, status.split(' '), { env: { TZ: 'Asia/Kolkata' } });
    expect(piped.stdout).toMatch(/paused by .* since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: /);
    const json = await runCliAt(orchestrator, [...status.split(' '), '--json'], {
      env: { TZ: 'Asia/Kolkata' },
    });
    expect(JSON.parse(json.stdout)).toMatchObject({ paused: { at: expect.stringMatching(/Z$/) as string } });
  });

  test.each(['status', 'report', 'watch --until-paused'])(
    'the %s of an edited campaign says on a terminal when it was changed',
    async (command) => {
      await using orchestrator = await startRunning();
      const edit = { file: 'c.yaml', text: campaignYaml('sp4', 'ticket: CHG-7\n'), reason: 'a ticket' };
      expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/edit', edit)).status).toBe(200);
      await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' });
      const [name = '', ...options] = command.split(' ');
      const line = ['campaign', name, 'sp4', ...options].join(' ');
      const text = await onTerminal(orchestrator, line, { columns: 200, env: { TZ: 'Asia/Kolkata' } });
      expect(text).toMatch(/edition 1: changed by .* \(a ticket\): ticket/);
    },
  );
});
