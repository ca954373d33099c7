import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testRedis } from '../environment/redis.ts';
import { type CampaignLab, labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { fromMondayEvening, urlOf } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { scrape, type Scraped } from './scraped.ts';

export interface MetricsLab extends AsyncDisposable {
  readonly lab: CampaignLab;
  readonly worker: LabProcess;
  /** Where a process answers its metrics on a port of its own. */
  portedUrl(name: string): string;
  readonly orchestratorUrl: string;
}

export const labCampaign = `campaign: sp4
release: test-release
ticket: 'CHG0041177'
waves:
  - { name: canary, count: 4, gate: { settled: 100 %, failures: 100 %, minSample: 1 } }
  - { name: rest, rest: true, gate: { settled: 100 %, failures: 100 %, minSample: 1 } }
approvals: [{ wave: rest }]
`;

/** It asks a person before its second wave, so it cannot end while a test looks at it. */
export const question = 'sp4/wave/rest';

/** A campaign of 16 clients in real processes, whose metrics can be scraped. */
export async function openMetricsLab(): Promise<MetricsLab> {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-metrics-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const { url: redisUrl, prefix } = testRedis();
  const installation = { redisUrl, prefix, dataDir, clock: fromMondayEvening(20_000) };
  const lab = await openCampaignLab(installation, {
    files: await smallFiles(dataDir, labClients(16)),
    seed: 'metrics',
  });
  stack.use(lab);
  const worker = await lab.startWorker('worker', { SERVPACK_METRICS_LISTEN: '127.0.0.1:0' });
  const kept = stack.move();
  return {
    lab,
    worker,
    portedUrl: (name) => portOf(join(dataDir, 'logs', `${name}.log`)),
    orchestratorUrl: `${urlOf(lab.orchestrator)}/metrics`,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The log of a process says where it answers metrics. */
const portOf = (log: string): string =>
  /"url":"(http:\/\/[^"]+\/metrics)"/.exec(readFileSync(log, 'utf8'))?.[1] ?? 'no address in the log';

/** Scrapes again until the metrics say so. */
export async function scrapeUntil(
  url: string,
  what: string,
  isSo: (scraped: Scraped) => boolean,
): Promise<Scraped> {
  let last = await scrape(url);
  await until(what, async () => {
    last = await scrape(url);
    return isSo(last);
  });
  return last;
}
