import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CampaignPlan } from '../../orchestrator/background/results.ts';
import { auditLines, verifyLines } from '../../orchestrator/cli/render/audit.ts';
import { changedLines } from '../../orchestrator/cli/render/changed.ts';
import { doctorLines } from '../../orchestrator/cli/render/doctor.ts';
import { createdLines, planLines } from '../../orchestrator/cli/render/plan.ts';
import { rankingLines } from '../../orchestrator/cli/render/report.ts';
import { serverLines } from '../../orchestrator/cli/render/server.ts';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { surveyLines, surveyListLines } from '../../orchestrator/cli/render/survey.ts';
import { table } from '../../orchestrator/cli/render/table.ts';
import { piecesOf, widthOf } from '../../orchestrator/cli/render/text-width.ts';
import { canRedraw, plainView, type View } from '../../orchestrator/cli/render/view.ts';
import { whyLines } from '../../orchestrator/cli/render/why.ts';
import { folded, textOf } from '../../orchestrator/cli/render/wrap.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { findingsOf, type SurveyStatus } from '../../shared/domain/survey/survey.ts';
import { evening, hours } from '../domain/given.ts';
import { running, standing } from '../domain/given-campaign.ts';
import { onTerminal } from '../fixtures/on-terminal.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

/** 80 columns, with colours. */
const terminal: View = {
  width: 80,
  isTerminal: true,
  paint: (_style, text) => `\u001b[31m${text}\u001b[39m`,
};
const nameOf = (n: number): string => `a-name-of-sixty-three-characters-${n}`.padEnd(63, '-x');
const cause = 'the service did not respond to the start request in a timely fashion '.repeat(4).trim();
const hash = 'ab'.repeat(32);
const at = '2026-11-17T09:00:00Z';
const servers = Array.from({ length: 12 }, (_, n) => nameOf(n));

const status = (clients: number) =>
  campaignStatus(
    {
      ...standing({
        ...running(3),
        status: 'paused',
        pausedAt: evening,
        byGate: false,
        by: nameOf(1),
        because: cause,
      } as never),
      holds: servers.map((logonServer) => ({ logonServer, by: 'anna', because: cause, at: evening })),
    },
    clients === 0
      ? {}
      : {
          ...Object.fromEntries(
            servers.flatMap((server) =>
              ['deferred', 'failed', 'needsAttention', 'upgraded', 'active', 'waiting', 'skipped'].map(
                (bucket) => [`state|1|${server}|${bucket}`, clients],
              ),
            ),
          ),
          [`cause|1|${cause}`]: clients,
        },
    evening + hours(3),
  );

const plan: CampaignPlan = {
  campaign: nameOf(0),
  release: nameOf(1),
  releaseStaged: false,
  start: 'whenStaged',
  startAt: null,
  fleet: 12_000_000,
  selected: 12_000_000,
  selection: cause,
  excluded: [{ reason: cause, clients: 3, names: servers }],
  rules: [{ rule: 'ladder', says: cause }],
  servers: 1_000,
  siteWide: true,
  left: 2,
  notStaged: [],
  waves: servers.map((wave) => ({
    wave,
    clients: 1_000_000,
    logonServers: servers.map((logonServer) => ({ logonServer, clients: 1_000_000 })),
  })),
  logonServers: servers.map((logonServer) => ({ logonServer, clients: 12_000_000 })),
  warnings: [cause],
  forecast: null,
};

const survey: SurveyStatus = {
  ...findingsOf({ 'verdict|blocked': 9, movable: 5, structural: 4, inCampaign: 2, 'failure|unreachable': 3 }),
  survey: nameOf(0),
  status: 'running',
  by: `token default (says ${nameOf(1)})`,
  at,
  what: servers.join(', '),
  product: nameOf(2),
  release: nameOf(3),
  total: 1_000_000,
  looked: 9,
  endedBy: null,
  endedAt: null,
};
const blockers = servers.map((name) => ({
  blocker: `service ${name} (${name}.exe)`,
  alone: 1_000_000,
  blocks: 2,
  met: 3,
}));

const entry = {
  id: '1-0',
  shard: 0,
  block: null,
  at,
  campaign: nameOf(0),
  campaignHash: hash,
  client: nameOf(1),
  version: 7,
  who: `worker ${nameOf(2)}`,
  from: 'remedying',
  to: 'settled',
  because: cause,
  evidence: hash,
  beside: [hash],
  servpack: '0.1.0',
};
const torn = { file: `audit/${nameOf(0)}`, shard: 0, blocks: 1, entries: 2, tornAt: 3 };

const screens: Readonly<Record<string, (view: View) => readonly string[]>> = {
  'campaign status': (view) => statusLines(view, status(1_000_000)),
  'campaign status of no client': (view) => statusLines(view, status(0)),
  'campaign plan': (view) => planLines(view, plan),
  'campaign create': (view) => createdLines(view, plan),
  'campaign pause': (view) =>
    changedLines(view, {
      campaign: nameOf(0),
      status: 'paused',
      because: cause,
      held: servers,
      halted: null,
    }),
  'survey show': (view) => surveyLines(view, survey),
  'survey list': (view) => surveyListLines(view, [survey]),
  blockers: (view) => rankingLines(view, blockers),
  'release servers': (view) =>
    serverLines(view, {
      release: nameOf(0),
      hasCopies: true,
      servers: servers.map((logonServer) => ({
        logonServer,
        state: 'incomplete',
        filesOk: 1,
        filesInAll: 13,
        bytesOk: 1,
        bytesInAll: 2,
        waiting: 1_000_000,
        since: at,
        because: cause,
        evidence: hash,
        at,
      })) as never,
    }),
  doctor: (view) =>
    doctorLines(view, [{ state: 'broken', area: 'redis', says: cause, leadsTo: cause, todo: cause }]),
  'audit verify': (view) =>
    verifyLines(view, {
      files: [torn],
      chains: [
        {
          shard: 0,
          blocks: 31,
          entries: 2_071,
          last: { block: 31, head: hash, at },
          inRedis: { block: 31, head: hash },
        },
      ],
      faults: [{ file: torn.file, line: 12, block: 3, says: cause }],
      notes: [cause],
    }),
  'audit show': (view) =>
    auditLines(view, {
      client: nameOf(1),
      entries: [entry],
      evidence: { [hash]: JSON.stringify({ configuration: `${cause}\n${cause}`, bootId: nameOf(3) }) },
    }),
  'client why': (view) =>
    whyLines(view, {
      client: nameOf(0),
      campaign: nameOf(1),
      state: 'settled',
      end: 'needsAttention',
      because: cause,
      since: { at, inWords: '3 h ago' },
      blockers: [cause],
      evidence: hash,
      next: null,
      otherwise: cause,
      remarks: [cause, cause],
      actions: [`servpack campaign release ${nameOf(1)} --server ${nameOf(2)} --reason TEXT`],
      evidenceText: cause,
      others: [],
    }),
};

const wordsOf = (lines: readonly string[]): string =>
  stripVTControlCharacters(lines.join('')).replaceAll(/\s/g, '');

describe.each(Object.entries(screens))('`%s` on a terminal of 80 columns', (_name, lines) => {
  const shown = textOf(terminal, lines(terminal)).split('\n');

  test('has no line that is longer, and no name that is cut', () => {
    expect(shown.filter((line) => widthOf(line) > 80)).toEqual([]);
    const text = shown.join('\n');
    expect(text).not.toContain('…');
    const names = wordsOf(lines(plainView)).match(/a-name-of-sixty-three-characters-[-\dx]{30}/g) ?? [];
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });

  test('has whole lines in a pipe', () => {
    const text = textOf(plainView, lines(plainView));
    expect(text).toBe(`${lines(plainView).join('\n')}\n`);
  });
});

describe('a table', () => {
  const right = { align: 'right' as const };
  const columns = [{ head: 'logon server' }, { head: 'clients', ...right }, { head: 'failed', ...right }];
  const rowOf = (name: string, clients: string) => [{ text: name }, { text: clients }, { text: '7' }];

  test('aligns numbers below names of any script', () => {
    const lines = table(plainView, columns, [
      rowOf('LS-ROM', '1'),
      rowOf('東京', '1,000,000'),
      rowOf('Zu\u0308rich', '12'),
      rowOf('Köln', '0'),
    ]);
    expect(new Set(lines.map(widthOf)).size).toBe(1);
    expect(lines[2]).toBe('東京          1,000,000       7');
  });

  test('shows a name that has no room above its row, and keeps the columns', () => {
    const narrow: View = { ...plainView, width: 40 };
    const lines = table(narrow, columns, [
      rowOf('LS-ROM', '1,000'),
      rowOf(nameOf(1).slice(0, 39), '1,000,000'),
    ]);
    expect(lines).toEqual([
      'logon server              clients failed',
      'LS-ROM                      1,000      7',
      nameOf(1).slice(0, 39),
      '                        1,000,000      7',
    ]);
  });

  test('goes on below with the columns that have no room, and their names', () => {
    const many = Array.from({ length: 30 }, (_, n) => ({ head: `wave-${n}`, ...right }));
    const lines = table(
      terminal,
      [{ head: 'logon server' }, ...many],
      [[{ text: 'LS-ROM' }, ...many.map((_, n) => ({ text: String(n) }))]],
    );
    expect(lines.filter((line) => line.startsWith('LS-ROM')).length).toBeGreaterThan(1);
    for (const { head } of many) expect(lines.join('\n')).toContain(head);
  });
});

describe('a finished line', () => {
  const narrow: View = { ...terminal, width: 26 };

  test('is broken at its spaces, with the rest indented, and keeps its colours whole', () => {
    expect(folded(narrow, [`  ${terminal.paint('red', 'one two three')} four five six seven`])).toEqual([
      '  \u001b[31mone two three\u001b[39m four five',
      '      six seven',
    ]);
    const long = terminal.paint('red', 'x'.repeat(40));
    expect(piecesOf(long, 30)).toEqual([`\u001b[31m${'x'.repeat(30)}`, `${'x'.repeat(10)}\u001b[39m`]);
  });
});

describe('the commands on a terminal', () => {
  let orchestrator: SmallOrchestrator;
  beforeAll(async () => {
    orchestrator = await startRunning();
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: cause });
  });
  afterAll(() => orchestrator[Symbol.asyncDispose]());

  const commands = [
    'campaign status sp4',
    'campaign clients sp4',
    'campaign watch sp4 --until-paused',
    'campaign report sp4',
    'audit show pc-1',
    'client show pc-1',
    'client why pc-1',
    'doctor --sample 0',
    'client why no-such-client-with-a-name-that-fills-most-of-one-line-of-80-columns',
  ];

  test.each(commands)(
    '`%s` sends a dumb one no control sequence, and no line over 80 columns',
    async (args) => {
      const text = await onTerminal(orchestrator, args, { env: { TERM: 'dumb' } });
      expect(text.length).toBeGreaterThan(20);
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F\u009B]/);
      expect(text.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
    },
  );

  test('a watched campaign is redrawn only where the cursor can be moved', async () => {
    const args = 'campaign watch sp4 --until-paused';
    expect(await onTerminal(orchestrator, args)).toContain('\u001b[?25l');
    const lines = await onTerminal(orchestrator, args, { env: { TERM: 'dumb' } });
    expect(lines).toMatch(/^2026-11-17T09:00:00Z sp4 paused by /);
    expect([canRedraw({}, {}), canRedraw({ isTTY: true }, { TERM: 'dumb' })]).toEqual([false, false]);
    const plain = await onTerminal(orchestrator, args, { env: { NO_COLOR: '1' } });
    expect(plain).toMatch(/^2026-11-17T09:00:00Z sp4 paused by /);
    expect(plain).not.toContain('\u001b');
    expect(canRedraw({ isTTY: true }, { TERM: 'xterm', NO_COLOR: '' })).toBe(true);
  });

  test('NO_COLOR leaves the colours out', async () => {
    const text = await onTerminal(orchestrator, 'campaign status sp4', { env: { NO_COLOR: '1' } });
    expect(text).not.toContain('\u001b');
    expect(await onTerminal(orchestrator, 'campaign status sp4')).toContain('\u001b[');
  });

  test('a pipe gets whole lines', async () => {
    const { stdout } = await runHosted(orchestrator, ['campaign', 'status', 'sp4']);
    expect(stdout.split('\n').some((line) => line.endsWith(cause))).toBe(true);
  });
});
