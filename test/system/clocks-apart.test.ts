import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { testRedis } from '../environment/redis.ts';
import { urlOf } from '../lab/installation.ts';
import { type Entry, Operator } from '../lab/operator.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-clocks-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The settings of a process whose clock is ahead by so much. */
const aheadBy = (ms: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${join(import.meta.dirname, '../lab/shifted-date.ts')}`,
  SHIFTED_DATE_MS: String(ms),
});

const deferralMs = 2_000;
const deferral = `{ first: ${deferralMs / 1_000}s, factor: 1, jitter: 0 }`;

/** A campaign for one client, which answers no look. */
const campaignFor = (campaign: string, client: string, window: string): string =>
  [
    `campaign: ${campaign}`,
    'release: test-release',
    `select: { clients: [${client}] }`,
    'waves: [{ name: all, rest: true }]',
    `deferrals: { unreachable: ${deferral}, couldNotLook: ${deferral} }`,
    ...(window === '' ? [] : [`window: { between: "${window}" }`]),
    '',
  ].join('\n');

/** Hours of the day in UTC, so many minutes from now: the shortest that a window may be. */
function windowFrom(minutes: number): string {
  const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const from = Date.now() + minutes * minuteMs;
  return `${timeOf(from)}-${timeOf(from + 61 * minuteMs)}`;
}

/** Real time, by the clock of Redis, at which Redis stored an entry. */
const storedAt = ({ id }: Entry): number => Number.parseInt(id, 10);

const verified = async (operator: Operator) =>
  (await operator.ask('GET', '/v1/audit/verify')) as {
    readonly chains: readonly { readonly entries: number }[];
    readonly faults: readonly unknown[];
  };

test('a campaign keeps its times while the clocks of orchestrator and workers are an hour wrong', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const installation = { redisUrl, prefix, dataDir: folder, settings: aheadBy(hourMs) };
  const files = await smallFiles(folder, labClients(3));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'clocks' }));
  const { operator, control } = lab;
  const entriesOf = async (client: string): Promise<readonly Entry[]> =>
    (await operator.exportAudit()).filter((entry) => entry.client === client);
  const deferralsOf = async (client: string): Promise<number> =>
    (await entriesOf(client)).filter(({ to }) => to === 'deferred').length;
  await control.fault({ kind: 'cutBefore' });
  await lab.begin(campaignFor('always', 'pc-0', ''));
  // The clock of the orchestrator says that the first of these windows is over.
  await lab.begin(campaignFor('open', 'pc-1', windowFrom(-20)));
  await lab.begin(campaignFor('closed', 'pc-2', windowFrom(45)));

  const ahead = await lab.startWorker('ahead', aheadBy(hourMs));
  await until('a worker that is ahead ends a deferral', async () => (await deferralsOf('pc-0')) >= 2);
  await ahead.stop();
  await lab.startWorker('behind', aheadBy(-hourMs));
  await until('a worker that is behind ends a deferral', async () => (await deferralsOf('pc-0')) >= 4);

  const entries = await entriesOf('pc-0');
  for (const [at, entry] of entries.entries()) {
    expect(storedAt(entry) - entry.at).toBeGreaterThanOrEqual(-10);
    expect(storedAt(entry) - entry.at).toBeLessThan(hourMs / 2);
    const before = entries[at - 1];
    if (entry.from !== 'deferred' || before === undefined) continue;
    expect(before.to).toBe('deferred');
    expect(storedAt(entry)).toBeGreaterThanOrEqual(before.at + deferralMs);
    expect(entry.at - before.at).toBeLessThan(hourMs / 2);
  }
  expect(await deferralsOf('pc-1')).toBeGreaterThan(0);
  expect(await entriesOf('pc-2')).toEqual([]);
  const { checks } = (await operator.ask('GET', '/v1/doctor')) as {
    checks: readonly { readonly area: string; readonly state: string; readonly says: string }[];
  };
  const of = (area: string) => checks.filter((check) => check.area === area);
  expect(of('clocks').map(({ says }) => says)).toEqual([
    expect.stringMatching(/^the clock of this machine and that of Redis at \S+ are 60 min apart$/),
    expect.stringMatching(/^the clocks of worker \S+ and Redis are 60 min apart$/),
  ]);
  // Seconds old, although the clock of this orchestrator says an hour.
  expect(of('audit').filter(({ state }) => state !== 'ok')).toEqual([]);

  // For an orchestrator that is behind, the audit of the last hour has not come yet.
  const behind = new Operator(urlOf(await lab.startOrchestrator('behind', aheadBy(-hourMs))), folder);
  await until('entries are sealed', async () => (await verified(behind)).chains.length > 0);
  expect((await verified(behind)).faults).toEqual([]);
});
