import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { liveScreen } from '../../orchestrator/cli/render/live-screen.ts';
import { rankingLines, reportLines } from '../../orchestrator/cli/render/report.ts';
import { serverLines } from '../../orchestrator/cli/render/server.ts';
import { notStagedLines, statusLines } from '../../orchestrator/cli/render/status.ts';
import { notStagedInAll } from '../../orchestrator/views/campaign-words.ts';
import { statusLine } from '../../orchestrator/cli/render/status-line.ts';
import { GrowingTable } from '../../orchestrator/cli/render/table.ts';
import { wrapped } from '../../orchestrator/cli/render/wrap.ts';
import { plainView, safe, safeLines, type View, viewOf } from '../../orchestrator/cli/render/view.ts';
import { campaignReport } from '../../orchestrator/views/report.ts';
import { buckets } from '../../shared/domain/outcome/states.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { calm } from '../../orchestrator/views/surroundings.ts';
import { running, standing } from '../domain/given-campaign.ts';
import { evening, hours } from '../domain/given.ts';

/** A terminal of 80 columns; marks stand in place of colours. */
const terminal: View = { width: 80, isTerminal: true, paint: (_style, text) => `\u001b[1m${text}\u001b[22m` };

/** Every state in every wave, long names and large numbers: the widest status. */
const crowded = standing({
  ...running(3),
  status: 'paused',
  pausedAt: evening,
  by: 'gate',
  because: 'because '.repeat(30),
} as never);
/** Everything that the status of a campaign can show, except an abort. */
const shown = buckets.filter((bucket) => bucket !== 'cancelled');
const counters = Object.fromEntries(
  [0, 1, 2].flatMap((wave) =>
    shown.flatMap((bucket) =>
      ['LS-ROM', 'a-logon-server-with-a-very-long-name.branch.example'].map((server) => [
        `state|${wave}|${server}|${bucket}`,
        12_345,
      ]),
    ),
  ),
);
const troubles = {
  'cause|0|did not come back': 31,
  'deferred|service': 7,
  'deferrals|service': 70,
  'relocation|done': 9,
  willBlockAgain: 2,
};
const everything = { ...counters, ...troubles };

const holdOn = (logonServer: string) => ({ logonServer, by: 'anna', because: 'payroll', at: evening });
const withHolds = (count: number) => {
  const names = [
    'a-logon-server-with-a-very-long-name.branch.example',
    'LS-ROM',
    'a',
    'b',
    'c',
    'd',
    'e',
  ].slice(0, count);
  return campaignStatus(
    { ...standing(running(3)), holds: names.map(holdOn) },
    everything,
    evening + hours(3),
  );
};

describe('held logon servers on the screen', () => {
  test('stand in the head with who, since when, why and what goes on there, in 80 columns', () => {
    const lines = statusLines(terminal, withHolds(2)).map((line) => stripVTControlCharacters(line));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const from = lines.indexOf('LS-ROM held by anna since 2026-11-16T20:00:00Z: payroll');
    expect(lines.slice(from, from + 3)).toEqual([
      'LS-ROM held by anna since 2026-11-16T20:00:00Z: payroll',
      '  held: nothing new starts on 185,175 clients that have not finished; work on',
      '        111,105 clients is being completed',
    ]);
    expect(lines.join('\n')).toContain('servpack campaign release sp4 --server');
    expect(lines.join('\n')).not.toContain('on any client');
  });

  test('are named in one line, and counted where they are many', () => {
    expect(statusLine(withHolds(2))).toContain('LS-ROM held by anna: payroll');
    expect(statusLine(withHolds(7))).toContain(', 7 logon servers held');
    const lines = statusLines(plainView, withHolds(7));
    expect(lines).toContain('and 2 more logon servers held; --json has all');
    expect(lines).toContain('c held by anna since 2026-11-16T20:00:00Z: payroll');
    expect(lines).not.toContain('d held by anna since 2026-11-16T20:00:00Z: payroll');
  });
});

describe('the status of a campaign on a terminal', () => {
  const lines = statusLines(terminal, campaignStatus(crowded, everything, evening + hours(3)));

  test('fits into 80 columns', () => {
    for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(80);
  });

  test('aligns every row of a table', () => {
    const table = lines.slice(lines.findIndex((line) => stripVTControlCharacters(line).startsWith('wave')));
    const rows = table.slice(0, 4).map((line) => stripVTControlCharacters(line));
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  test('counts clients that failed, are deferred, and were relocated', () => {
    const text = stripVTControlCharacters(lines.join('\n'));
    expect(text).toContain('deferred now: 7 blocked by a service\nretries so far: 70 blocked by a service\n');
    expect(text).toContain('9 services relocated, 2 clients will be blocked again at the next');
    expect(text).toContain('31 failures: did not come back');
  });

  test('says since when the campaign is paused, and shows that time apart from the time of its start', () => {
    const plain = statusLines(plainView, campaignStatus(crowded, everything, evening + hours(3)));
    expect(plain[0]).toMatch(/ {2}paused, started \S+ h ago$/);
    expect(plain[2]).toMatch(/^paused by gate since 2026-11-16T20:00:00Z: because /);
  });

  test('says what the leader fails at, on the screen and in a pipe', () => {
    const failure = { campaign: 'sp4', round: 'campaigns', because: 'counters are gone', since: evening };
    const failing = campaignStatus(standing(running(1)), {}, evening, { ...calm, failures: [failure] });
    expect(statusLines(plainView, failing)).toContain(
      'THE LEADER FAILS at this campaign since 2026-11-16T20:00:00Z: counters are gone',
    );
    expect(statusLine(failing)).toContain('the leader fails: counters are gone');
  });

  test('leaves out states without clients', () => {
    const status = campaignStatus(standing(running(1)), { 'state|0|LS|upgraded': 3 }, evening);
    const head = statusLines(plainView, status).find((line) => line.startsWith('wave '));
    expect(head?.split(/\s+/)).toEqual(['wave', 'clients', 'upgraded']);
  });
});

describe('logon servers without a copy of the release', () => {
  const servers = Array.from({ length: 41 }, (_, n) => ({
    logonServer: `LS-${n}`,
    filesOk: 14,
    filesInAll: 22,
    waiting: 312,
    because: 'appres32.dll is missing, and 7 more',
  }));

  test('are counted with their waiting clients, the first five by name', () => {
    const lines = notStagedLines(plainView, servers, 'sms-sp4');
    expect(lines[0]).toBe('LS-0 14/22 files: 312 clients wait: appres32.dll is missing, and 7 more');
    expect(lines).toHaveLength(6);
    expect(lines[5]).toBe('and 36 more: servpack release servers sms-sp4');
    expect(notStagedInAll(servers)).toBe('41 logon servers not staged: 12,792 clients wait');
    expect(notStagedLines(plainView, [], 'sms-sp4')).toEqual([]);
  });

  test('are listed in a table with the reason', () => {
    const given = { path: '/mnt/LS-PUN', checkedAt: null };
    const lines = serverLines(plainView, {
      release: 'sms-sp4',
      hasCopies: true,
      servers: [
        {
          ...given,
          logonServer: 'LS-MIL',
          state: 'verified',
          filesOk: 22,
          filesInAll: 22,
          waiting: 0,
          since: null,
          because: '',
        },
        {
          ...given,
          logonServer: 'LS-PUN',
          state: 'incomplete',
          filesOk: 14,
          filesInAll: 22,
          waiting: 312,
          since: null,
          because: 'x',
        },
      ],
    });
    expect(lines.map((line) => line.split(/ {2,}/).filter((part) => part !== ''))).toEqual([
      ['logon server', 'copy', 'files', 'clients wait', 'since', 'reason'],
      ['LS-MIL', 'verified', '22/22', '0'],
      ['LS-PUN', 'incomplete', '14/22', '312', 'x'],
    ]);
    const none = { release: 'sms-sp4', hasCopies: false, servers: [] };
    expect(serverLines(plainView, none)).toEqual([
      'The release file of sms-sp4 lists no copies: all logon servers share the staged tree.',
    ]);
  });
});

describe('the ranking of blockers', () => {
  test('says which blocker to fix and how many clients this frees', () => {
    const lines = rankingLines(plainView, [
      { blocker: 'service pcm (pcmsvc32.exe)', alone: 11_930, blocks: 14_002, met: 15_000 },
      { blocker: 'program pcmwin32.exe', alone: 0, blocks: 80, met: 80 },
    ]);
    expect(lines).toEqual([
      'blocker                     freed if fixed  blocked now  ever blocked',
      'service pcm (pcmsvc32.exe)          11,930       14,002        15,000',
      'program pcmwin32.exe                     ·           80            80',
      'Fix service pcm (pcmsvc32.exe) to free 11,930 clients.',
    ]);
  });
});

describe('the report of a campaign', () => {
  const reported = (reasonOf: (n: number) => string) => {
    const upgrades = Array.from({ length: 25 }, (_, i) => ({
      kind: 'waiting' as const,
      client: `pc-${String(i).padStart(2, '0')}`,
      wave: 0,
      logonServer: 'LS',
    }));
    const { clients, ...rest } = campaignReport(standing(running(1)), {}, upgrades, evening);
    const failed = clients.map((client, n) => ({ ...client, end: 'failed' as const, reason: reasonOf(n) }));
    return reportLines(plainView, { ...rest, clients: failed });
  };

  test('says an equal reason once, with the clients that it holds for', () => {
    const lines = reported((n) => (n === 7 ? 'no disk' : 'did not come back'));
    expect(lines).toContain('pc-07       failed           no disk');
    expect(lines.filter((line) => line.includes('did not come back'))).toEqual([
      '24 clients  failed           did not come back (pc-00, pc-01, pc-02, pc-03, pc-04, pc-05, pc-06, pc-08, pc-09, pc-10, pc-11, pc-12 and 12 more)',
    ]);
  });

  test('lists twenty reasons', () => {
    const lines = reported((n) => `reason ${n}`);
    expect(lines.filter((line) => line.startsWith('pc-'))).toHaveLength(20);
    expect(lines).toContain('and 5 clients for other reasons');
  });
});

describe('a long sentence', () => {
  test('is wrapped below its head, and keeps every word, also one that is longer than the line', () => {
    const narrow: View = { ...plainView, width: 40 };
    const path = 'C:\\MS\\SMS\\BIN\\A-VERY-LONG-NAME-OF-A-FILE.EXE';
    const lines = wrapped(narrow, '  because  ', `it is held by ${path} since noon`);
    expect(lines[0]).toBe('  because  it is held by');
    expect(lines.slice(1).every((line) => /^ {11}\S/.test(line) && line.length <= 40)).toBe(true);
    expect(lines.map((line) => line.slice(11)).join('')).toContain(path);
  });

  test('starts at the left margin below a head that leaves no room beside it', () => {
    const narrow: View = { ...plainView, width: 64 };
    const head = 'paused by token default (says anna) since 2026-11-22T21:10:00Z: ';
    expect(wrapped(narrow, head, 'phones ring everywhere')).toEqual([
      'paused by token default (says anna) since 2026-11-22T21:10:00Z:',
      '    phones ring everywhere',
    ]);
  });
});

describe('a terminal that does not say how wide it is', () => {
  test('has 80 columns', () => {
    const stream = { isTTY: true, columns: 0, hasColors: () => false };
    expect(viewOf(stream as unknown as NodeJS.WriteStream).width).toBe(80);
  });
});

describe('a pipe', () => {
  const pipe = { isTTY: false };
  test('has lines of any length, unless COLUMNS says how wide they are', () => {
    const widths = ['', '0', '19', '1e2', '100', '20'].map((COLUMNS) => viewOf(pipe, { COLUMNS }).width);
    expect(widths).toEqual([Infinity, Infinity, Infinity, Infinity, 100, 20]);
    expect(viewOf({ isTTY: true, columns: 60 }, { COLUMNS: '100' }).width).toBe(60);
  });

  test('gets the rows of a long list aligned with those before them', () => {
    const growing = new GrowingTable(plainView, [{ head: 'client' }, { head: 'wave' }, { head: 'why' }]);
    const row = (...texts: readonly string[]) => texts.map((text) => ({ text }));
    expect(growing.lines([row('pc-1', 'canary', 'phones ring')])).toEqual([
      'client  wave    why',
      'pc-1    canary  phones ring',
    ]);
    expect(growing.lines([row('pc-2', 'rest', ''), row('a-longer-name', 'rest', 'x')])).toEqual([
      'pc-2           rest',
      'a-longer-name  rest    x',
    ]);
    expect(growing.lines([row('pc-3', 'rest', 'y')])).toEqual(['pc-3           rest    y']);
  });
});

describe('a text of a client', () => {
  test('is printed without its control characters', () => {
    expect(safe('a\u001b[2Jb\rc\u202ed')).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd');
    expect(safeLines('one\r\ntwo\u0007')).toEqual(['one', 'two\uFFFD']);
  });
});

describe('the live screen', () => {
  function fakeTerminal(rows: number) {
    const written: string[] = [];
    const listeners: (() => void)[] = [];
    const screen = {
      rows,
      columns: 80,
      write: (text: string) => written.push(text) > 0,
      on: (_event: string, listener: () => void) => void listeners.push(listener),
      off: (_event: string, listener: () => void) => void listeners.splice(listeners.indexOf(listener), 1),
    };
    return { written, listeners, stream: screen as unknown as NodeJS.WriteStream };
  }

  test('draws each frame over the last one, with one write', () => {
    const { written, stream } = fakeTerminal(24);
    const screen = liveScreen(stream);
    screen.draw(['one', 'two', 'three']);
    screen.draw(['ONE']);
    expect(written).toHaveLength(2);
    expect(written[0]).toContain('one\u001b[K\ntwo\u001b[K\nthree\u001b[K\n');
    expect(written[1]).toContain('\u001b[3A\rONE\u001b[K\n\u001b[J');
  });

  test('never draws more than the window has rows', () => {
    const { written, stream } = fakeTerminal(5);
    liveScreen(stream).draw(Array.from({ length: 40 }, (_, i) => `line ${i}`));
    expect(written[0]?.split('\n').length).toBe(5);
    expect(written[0]).toContain('37 more lines');
  });

  test('keeps the foot in a small window, and scrolls to what the window leaves out', () => {
    const { written, stream } = fakeTerminal(8);
    const screen = liveScreen(stream);
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}.`);
    const drawn = (): string => {
      screen.draw(lines, ['', 'clock']);
      return written.at(-1) ?? '';
    };
    expect(drawn()).toMatch(/line 0\.[^]*line 3\.[^]*16 more lines[^]*clock/);
    screen.scroll({ lines: 1 });
    expect(drawn()).toMatch(/line 1\.[^]*line 4\.[^]*1 above, 15 more lines[^]*clock/);
    screen.scroll({ lines: Number.MAX_SAFE_INTEGER });
    expect(drawn()).toMatch(/line 16\.[^]*line 19\.[^]*16 above[^]*clock/);
    screen.scroll({ lines: -1 });
    expect(drawn()).toContain('line 15.');
    screen.scroll({ pages: -9 });
    expect(drawn()).toContain('line 0.');
    for (const frame of written) expect(frame.split('\n').length).toBeLessThanOrEqual(8);
  });

  test('shows the cursor again once, and ignores later changes of the size', () => {
    const { written, listeners, stream } = fakeTerminal(24);
    const screen = liveScreen(stream);
    screen.draw(['one']);
    expect([written[0]?.includes('\u001b[?25l'), listeners.length]).toEqual([true, 1]);
    screen.close();
    screen.close();
    expect(written.filter((text) => text.includes('\u001b[?25h'))).toHaveLength(1);
    expect(listeners).toEqual([]);
  });
});
