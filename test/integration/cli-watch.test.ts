import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../twin/memory-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { campaign } from '../domain/given-campaign.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { now, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';

interface Moment {
  readonly state: CampaignState;
  readonly counters: Counters;
}

const begun = { startedAt: now - 3_600_000, openWaves: 3, accepted: [0, 0, 0] };
const half: Moment = {
  state: { status: 'running', ...begun },
  counters: { 'state|0|LS-ROM|upgraded': 10, 'state|1|LS-ROM|upgraded': 190, 'state|2|LS-ROM|deferred': 200 },
};
const paused: Moment = {
  ...half,
  state: { status: 'paused', pausedAt: now, byGate: false, by: 'anna', because: 'phones ring', ...begun },
};
const ended = (failed: number): Moment => ({
  state: { status: 'ended', endedAt: now, ...begun },
  counters: {
    'state|0|LS-ROM|upgraded': 400 - failed,
    ...(failed > 0 ? { 'state|1|LS-ROM|failed': failed, 'cause|1|did not come back': failed } : {}),
  },
});

/** A campaign that has the next of these states at each reading, and stays in the last one. */
function storyOf(moments: readonly Moment[]): Store {
  let read = -1;
  const at = (): Moment => moments[Math.min(Math.max(read, 0), moments.length - 1)] as Moment;
  return {
    ...createMemoryStore(Date.now),
    readCampaign: async (): Promise<CampaignRecord> => {
      read += 1;
      return { version: 1, campaign: { ...campaign, state: at().state } };
    },
    counters: async () => at().counters,
  };
}

const watch = ['campaign', 'watch', 'sp4', '--every', '1s'];

describe('campaign watch in a pipe', () => {
  test('prints a line for each change, and ends with 0 when no client failed', async () => {
    await using orchestrator = await startSmallOrchestrator(storyOf([half, half, paused, ended(0)]));
    expect(await runCliAt(orchestrator, watch)).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '2026-11-17T09:00:00Z sp4 running: 200 of 400 finished, 200 upgraded, 0 in progress, 200 deferred, wave rest',
        '2026-11-17T09:00:00Z sp4 paused by anna: phones ring: 200 of 400 finished, 200 upgraded, 0 in progress, 200 deferred, wave rest',
        '2026-11-17T09:00:00Z sp4 ended: 400 of 400 finished, 400 upgraded, 0 in progress, 0 deferred, wave rest',
        '',
      ].join('\n'),
    });
  });

  test('ends with 1 when a client failed', async () => {
    await using orchestrator = await startSmallOrchestrator(storyOf([ended(3)]));
    const { code, stdout } = await runCliAt(orchestrator, watch);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('400 of 400 finished, 397 upgraded, 3 failed'),
    ]);
  });

  test('ends with 1 at a pause when --until-paused is given', async () => {
    await using orchestrator = await startSmallOrchestrator(storyOf([half, paused, ended(0)]));
    const { code, stdout } = await runCliAt(orchestrator, [...watch, '--until-paused']);
    expect([code, stdout.trim().split('\n').at(-1)]).toEqual([
      1,
      expect.stringContaining('sp4 paused by anna: phones ring'),
    ]);
  });

  test('prints one status per line with --json', async () => {
    await using orchestrator = await startSmallOrchestrator(storyOf([half, half, ended(1)]));
    const { code, stdout } = await runCliAt(orchestrator, [...watch, '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { schemaVersion: 1; status: string; states: { failed: number } });
    expect([
      code,
      lines.map(({ schemaVersion, status, states }) => [schemaVersion, status, states.failed]),
    ]).toEqual([
      1,
      [
        [1, 'running', 0],
        [1, 'ended', 1],
      ],
    ]);
  });

  test('ends with 4 for an unknown campaign', async () => {
    await using orchestrator = await startSmallOrchestrator();
    expect(await runCliAt(orchestrator, watch)).toEqual({
      code: 4,
      stdout: '',
      stderr: 'servpack: there is no campaign named sp4\n',
    });
  });
});
