import { describe, expect, test } from 'vitest';
import { rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import { endedWell } from '../../orchestrator/views/ended-well.ts';
import { campaignReport } from '../../orchestrator/views/report.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { newUpgrade, type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { campaign, countersOfAll, running, standing } from './given-campaign.ts';
import {
  after,
  blockedByPcm,
  blockedByProgram,
  evening,
  hours,
  look,
  minutes,
  rules,
  upToDate,
} from './given.ts';

const inMilan = { logonServer: 'LS-MIL' };
const current = after(rules, newUpgrade('pc-1', 0, 'LS-ROM'), [[evening, look(upToDate)]]);
const blocked = (client: string, wave = 0): Upgrade =>
  after(rules, newUpgrade(client, wave, 'LS-MIL'), [[evening, look(blockedByPcm, inMilan)]]);
const server = after(rules, newUpgrade('srv-1', 1, 'LS-MIL'), [[evening, look({ role: 'server' }, inMilan)]]);
const lost = ((): Upgrade => {
  const failure = { kind: 'unreachable', message: 'no answer' } as const;
  const tries = [0, 1, 2, 3, 4, 5, 6].flatMap((day) => [
    [evening + hours(24 * day), { type: 'Activated' }] as const,
    [evening + hours(24 * day), { type: 'LookFailed', failure }] as const,
  ]);
  return after(rules, newUpgrade('pc-9', 1, 'LS-ROM'), tries);
})();

describe('the status of a campaign', () => {
  test('counts clients by wave, by logon server and in all', () => {
    const counters = {
      ...countersOfAll([current, blocked('pc-2'), server, lost]),
      'state|0|LS-ROM|waiting': 8,
    };
    const status = campaignStatus(standing(running(2)), counters, evening + minutes(10));
    expect(status).toMatchObject({ status: 'running', size: 400, settled: 3, tookMs: minutes(10) });
    expect(status.states).toMatchObject({
      waiting: 8,
      deferred: 1,
      alreadyCurrent: 1,
      excluded: 1,
      failed: 1,
    });
    expect(status.waves[0]).toMatchObject({ wave: 'canary', size: 10, isOpen: true });
    expect(status.waves[0]?.states).toMatchObject({ waiting: 8, deferred: 1, alreadyCurrent: 1, failed: 0 });
    expect(status.logonServers).toMatchObject([
      { logonServer: 'LS-MIL', size: 2, states: { deferred: 1, excluded: 1 } },
      { logonServer: 'LS-ROM', size: 10, states: { waiting: 8, alreadyCurrent: 1, failed: 1 } },
    ]);
  });

  test('separates present deferrals from all deferrals ever, and ranks the causes of failures', () => {
    const status = campaignStatus(standing(running(2)), countersOfAll([lost, blocked('pc-2')]), evening);
    expect(status.deferrals).toEqual([
      { class: 'unreachable', now: 0, inAll: 6 },
      { class: 'service', now: 1, inAll: 1 },
    ]);
    expect(status.causes).toEqual([{ cause: 'still unreachable after 6 tries', count: 1 }]);
  });

  test.each([
    [
      'created',
      standing({ status: 'created' }),
      ['opens when the campaign is started', 'after wave canary', 'after wave early'],
    ],
    [
      'waiting',
      standing({ status: 'waitingForRelease' }),
      ['opens when release sms-sp4 is staged', 'after wave canary', 'after wave early'],
    ],
    [
      'running',
      standing(running(1)),
      [
        'waiting: 2 of 10 finished; needs 10 before it decides',
        'not open yet: after wave canary',
        'not open yet: after wave early',
      ],
    ],
  ])('says what the gates of a %s campaign wait for', (_name, given, words) => {
    const counters = { 'state|0|LS-ROM|upgraded': 2, 'state|0|LS-ROM|waiting': 8 };
    expect(campaignStatus(given, counters, evening).waves.map(({ gate }) => gate)).toEqual(words);
  });

  test('says which gate has opened, which one paused the campaign, and who paused it', () => {
    const because = 'wave early: 20 failures in 60 clients that were tried, limit 10 %';
    const paused = standing({
      ...running(2),
      status: 'paused',
      pausedAt: evening,
      byGate: true,
      by: 'gate',
      because,
    } as never);
    const counters = {
      'state|0|LS-ROM|upgraded': 10,
      'state|1|LS-ROM|upgraded': 40,
      'state|1|LS-ROM|failed': 20,
    };
    const status = campaignStatus(paused, counters, evening);
    expect(status.paused).toEqual({
      by: 'gate',
      because,
      at: '2026-11-16T20:00:00Z',
      byGate: true,
      missed: null,
    });
    expect(status.waves.map(({ gate }) => gate)).toEqual([
      'passed: 10 upgraded',
      `stopped: ${because}`,
      'not open yet: after wave early',
    ]);
  });

  test('counts an ended campaign as good only without a failure, and stops its clock', () => {
    const ended = standing({ ...running(3), status: 'ended', endedAt: evening + hours(2) } as never);
    const well = campaignStatus(ended, countersOfAll([current, server]), evening + hours(50));
    expect([well.tookMs, endedWell(well)]).toEqual([hours(2), true]);
    expect(endedWell(campaignStatus(ended, countersOfAll([current, lost]), evening))).toBe(false);
    expect(endedWell(campaignStatus(standing(running(3)), countersOfAll([current]), evening))).toBe(false);
  });
});

describe('the ranking of blockers', () => {
  const pcm = 'service sms_package_command_manager_nt (pcmsvc32.exe)';
  const both = after(rules, newUpgrade('pc-3', 0, 'LS-ROM'), [
    [
      evening,
      look(blockedByPcm, {
        users: blockedByProgram.users ?? [],
        processes: [...(blockedByPcm.processes ?? []), ...(blockedByProgram.processes ?? [])],
      }),
    ],
  ]);

  test('puts first what frees most clients alone, and counts clients that have other blockers too', () => {
    expect(rankBlockers(countersOfAll([blocked('pc-1'), blocked('pc-2'), both]))).toEqual([
      { blocker: pcm, alone: 2, blocks: 3, met: 3 },
      { blocker: 'program pcmwin32.exe', alone: 0, blocks: 1, met: 1 },
    ]);
  });

  test('keeps blockers that are gone, and drops counters that are back at zero', () => {
    const gone = after(rules, blocked('pc-1'), [
      [evening + hours(1), { type: 'Activated' }],
      [evening + hours(1), look(upToDate)],
    ]);
    expect(rankBlockers({ ...countersOfAll([gone]), 'seen|file a.dll': 0, 'blocked|file a.dll': 0 })).toEqual(
      [{ blocker: pcm, alone: 0, blocks: 0, met: 1 }],
    );
  });

  test('is empty without blockers', () => {
    expect(rankBlockers(countersOfAll([current]))).toEqual([]);
  });
});

describe('the report of a campaign', () => {
  const reported = [
    ...[lost, current, blocked('pc-2')].map((upgrade) => ({ kind: 'admitted' as const, upgrade })),
    { kind: 'waiting' as const, client: 'pc-0', wave: 0, logonServer: 'LS-ROM' },
  ];
  const report = campaignReport(campaign, countersOfAll([lost, current, blocked('pc-2')]), reported, evening);

  test('lists every client once, by wave and then by name', () => {
    expect(report.clients.map(({ wave, client, state }) => [wave, client, state])).toEqual([
      ['canary', 'pc-0', 'waiting'],
      ['canary', 'pc-1', 'settled'],
      ['canary', 'pc-2', 'deferred'],
      ['early', 'pc-9', 'settled'],
    ]);
  });

  test('says how a settled client ended, why, when, and by which evidence', () => {
    expect(report.clients[1]).toEqual({
      client: 'pc-1',
      wave: 'canary',
      logonServer: 'LS-ROM',
      attempt: 1,
      state: 'settled',
      end: 'alreadyCurrent',
      cause: 'already current',
      reason: expect.stringContaining('every file has the hash of the release'),
      settledAt: '2026-11-16T20:00:00Z',
      blockers: [],
      evidence: 'sha-of-the-look',
      relocation: 'none',
      servicePath: null,
      willBlockAgain: false,
      deferrals: {},
      waitsFor: null,
      since: '2026-11-16T20:00:00Z',
      next: null,
      tries: null,
      held: null,
      stillMarked: false,
      unmarked: null,
    });
  });

  test('gives the countable cause and the whole reason of a failed client', () => {
    expect(report.clients[3]).toMatchObject({
      end: 'failed',
      cause: 'still unreachable after 6 tries',
      reason: 'gave up after 6 tries: no answer',
      deferrals: { unreachable: 6 },
    });
  });

  test('says what a blocked client waits for, and nothing unknown of a waiting one', () => {
    expect(report.clients[2]).toMatchObject({ end: null, settledAt: null, deferrals: { service: 1 } });
    expect(report.clients[2]?.blockers[0]).toContain('runs from C:\\MS\\SMS\\BIN');
    expect(report.clients[0]).toMatchObject({ end: null, reason: null, evidence: null });
  });

  test('says where a relocated service runs now, and what will block again', () => {
    const moved = withMemory(current, {
      learned: { relocation: 'done', servicePath: 'C:\\SMS_PCM\\pcmsvc32.exe', willBlockAgain: true },
    });
    const { clients, relocations, willBlockAgain } = campaignReport(
      campaign,
      countersOfAll([moved]),
      [{ kind: 'admitted', upgrade: moved }],
      evening,
    );
    expect(clients[0]).toMatchObject({
      relocation: 'done',
      servicePath: 'C:\\SMS_PCM\\pcmsvc32.exe',
      willBlockAgain: true,
    });
    expect([relocations, willBlockAgain]).toEqual([{ done: 1, undone: 0 }, 1]);
  });
});
