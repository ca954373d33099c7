import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { testRedis } from '../environment/redis.ts';
import { fromMondayEvening, type LabInstallation } from '../lab/installation.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';

/** Calls that begin something on a client. Looks, finishing steps and check-ins begin nothing. */
const beginning = new Set(['mark', 'runUpdate', 'restart', 'notify', 'stopService']);

/** Clients that may be at work at once. */
const slots = 8;
/** Long enough for many commits of a worker that goes on: one commit takes milliseconds. */
const quietMs = 1_500;

const folder = mkdtempSync(join(tmpdir(), 'servpack-pause-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a campaign that is paused, halted or aborted begins nothing new, and goes on when it is resumed', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const installation: LabInstallation = {
    redisUrl,
    prefix,
    dataDir: folder,
    clock: fromMondayEvening(1_000),
  };
  const files = await smallFiles(folder, labClients(400));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'pause' }));
  const { operator, control } = lab;
  await lab.startWorker();
  const begun = async (): Promise<number> =>
    (await control.truth()).clients
      .flatMap((client) => client.journal)
      .filter((entry) => beginning.has(entry.op)).length;

  /**
   * Sends the request. After its answer only commands that were committed before reach clients, at
   * most one for each slot, and then none. The bench measures how long the answer takes.
   */
  const stops = async (path: string, body: object): Promise<unknown> => {
    const answer = await operator.ask('POST', path, body);
    const atAnswer = await begun();
    for (let last = NaN, now = atAnswer; now !== last;) {
      last = now;
      await wait(quietMs);
      now = await begun();
      expect([path, Math.max(0, now - atAnswer - slots)]).toEqual([path, 0]);
    }
    return answer;
  };
  const status = async (): Promise<CampaignStatus> =>
    (await operator.ask('GET', '/v1/campaigns/sp4')) as CampaignStatus;

  // Few slots, so that another client is always ready to begin.
  await lab.begin(
    `campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\nstructural: atOnce\nbudgets: { active: ${slots}, perLogonServer: 4 }\n`,
  );
  await until('20 commands have begun', async () => (await begun()) > 20, 20);

  await stops('/v1/campaigns/sp4/pause', { reason: 'phones ring' });
  const atPause = await begun();
  await operator.ask('POST', '/v1/campaigns/sp4/resume');
  await until('the resumed campaign goes on', async () => (await begun()) > atPause, 20);

  await stops('/v1/halt', { reason: 'phones ring' });
  const halted = await begun();
  await operator.ask('POST', '/v1/unhalt');
  await until('the campaign goes on after the halt', async () => (await begun()) > halted, 20);

  const asked = performance.now();
  const aborted = await stops('/v1/campaigns/sp4/abort', { reason: 'wrong release' });
  // The abort cannot have taken longer than the request.
  expect((aborted as { stoppedInMs: number }).stoppedInMs).toBeLessThanOrEqual(
    Math.ceil(performance.now() - asked),
  );
  const over = await begun();
  await until('the aborted campaign has ended', async () => (await status()).endedAt !== null, 20);
  const { states, size, stillMarked } = await status();
  // Exactly the clients that settled as `still marked` are marked.
  const marked = (await control.truth()).clients.filter(({ setupPhase }) => setupPhase === 'upgrade').length;
  expect([await begun(), marked]).toEqual([over, stillMarked]);
  expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(size);
  expect([states.active, states.restarting, states.deferred, states.remedying]).toEqual([0, 0, 0, 0]);
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
