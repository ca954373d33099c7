import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { figures } from '../../orchestrator/metrics/figures.ts';
import { openProcessFigures } from '../../orchestrator/metrics/process-figures.ts';
import { openFigures } from '../../workers/metrics/figures.ts';
import { until } from '../fixtures/until.ts';
import { urlOf } from '../lab/installation.ts';
import { readAlerts, readDashboard } from './deployed.ts';
import { labCampaign, type MetricsLab, openMetricsLab, question, scrapeUntil } from './metrics-lab.ts';
import { metricNamesIn } from './names.ts';
import { scrape } from './scraped.ts';

let open: MetricsLab;

beforeAll(async () => {
  open = await openMetricsLab();
  await open.lab.begin(labCampaign);
});
afterAll(() => open[Symbol.asyncDispose]());

const isSettled = { name: 'servpack_campaign_settled_ratio', labels: { campaign: 'sp4' } };

test('while a campaign runs, its clients are counted by wave and state, and it is named with its release and ticket', async () => {
  const during = await scrapeUntil(
    open.orchestratorUrl,
    'a client has settled',
    ({ sum }) => (sum(isSettled.name, isSettled.labels) ?? 0) > 0,
  );
  expect(during.sum('servpack_campaign_clients', { campaign: 'sp4' })).toBe(16);
  expect(during.sum('servpack_campaign_clients', { campaign: 'sp4', wave: 'canary' })).toBe(4);
  expect(during.series.find(({ name }) => name === 'servpack_campaign_info')?.labels).toEqual({
    campaign: 'sp4',
    release: 'test-release',
    status: 'running',
    ticket: 'CHG0041177',
  });
  expect(during.sum('servpack_workers_alive')).toBe(1);
  expect(during.sum('servpack_leader')).toBe(1);
  expect(during.sum('servpack_records_read')).toBe(1);
});

test('an open stream of events is counted, and how late its events come', async () => {
  const { operator, orchestrator } = open.lab;
  const stop = new AbortController();
  const token = readFileSync(join(open.lab.installation.dataDir, 'token'), 'utf8').trim();
  const stream = await fetch(`${urlOf(orchestrator)}/v1/events?topics=heads,feed`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const reading = stream.body?.getReader();
  await operator.ask('POST', '/v1/campaigns/sp4/hold', { logonServers: ['LS-0'], reason: 'payroll' });
  const counted = await scrapeUntil(
    open.orchestratorUrl,
    'an event was sent',
    ({ sum }) => (sum('servpack_sse_events_total') ?? 0) > 0,
  );
  expect(counted.sum('servpack_sse_connections')).toBe(1);
  expect(counted.sum('servpack_event_lag_seconds_count')).toBeGreaterThan(0);
  await operator.ask('POST', '/v1/campaigns/sp4/release', { logonServers: ['LS-0'] });
  await reading?.cancel();
  stop.abort();
});

test('a pause is on the next scrape, and how long it took is measured', async () => {
  await open.lab.operator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
  const paused = await scrapeUntil(
    open.orchestratorUrl,
    'the campaign is paused',
    ({ sum }) => sum('servpack_campaign_info', { status: 'paused' }) === 1,
  );
  // The hold of the test before, and the pause.
  expect(paused.sum('servpack_pause_latency_seconds_count')).toBe(2);
  expect(paused.sum('servpack_campaign_paused_by_gate', { campaign: 'sp4' })).toBe(0);
  expect(paused.sum('servpack_campaign_begins', { campaign: 'sp4' })).toBe(0);
  await open.lab.operator.ask('POST', '/v1/campaigns/sp4/resume', { reason: 'it is quiet' });
});

test('what the workers have counted is what the campaign ends with, and no series names a client', async () => {
  const { operator } = open.lab;
  const asked = await scrapeUntil(
    open.orchestratorUrl,
    'a question waits for a person',
    ({ sum }) => sum('servpack_approvals_open') === 1,
  );
  expect(asked.sum('servpack_campaign_gate_open', { wave: 'canary' })).toBe(0);
  await operator.ask('POST', '/v1/approvals', { id: question, answer: 'approved' });
  const status = () =>
    operator.ask('GET', '/v1/campaigns/sp4') as Promise<{ status: string; states: Record<string, number> }>;
  await until('the campaign has ended', async () => (await status()).status === 'ended');
  const { states } = await status();
  const worker = await scrape(open.portedUrl('worker'));
  for (const end of ['upgraded', 'failed', 'needsAttention'])
    expect([end, worker.sum('servpack_upgrades_settled_total', { campaign: 'sp4', end }) ?? 0]).toEqual([
      end,
      states[end],
    ]);
  // Each client is in its first attempt. The campaign takes minutes of its own time.
  expect(worker.sum('servpack_upgrade_duration_seconds_count')).toBe(
    worker.sum('servpack_upgrades_settled_total'),
  );
  expect(worker.sum('servpack_upgrade_duration_seconds_sum', { end: 'upgraded' })).toBeGreaterThan(0);
  expect(worker.sum('servpack_upgrade_duration_seconds_bucket', { end: 'upgraded', le: '+Inf' })).toBe(
    states['upgraded'],
  );
  expect(worker.sum('servpack_looks_total', { outcome: 'answered' })).toBeGreaterThan(0);
  expect(worker.sum('servpack_look_duration_seconds_count')).toBe(worker.sum('servpack_looks_total'));
  expect(worker.sum('servpack_call_duration_seconds_count', { command: 'mark' })).toBeGreaterThan(0);
  expect(worker.sum('servpack_leases_taken_total')).toBeGreaterThanOrEqual(16);
  expect(worker.sum('servpack_commit_duration_seconds_count')).toBeGreaterThan(
    worker.sum('servpack_leases_taken_total') ?? Infinity,
  );
  const orchestrator = await scrapeUntil(
    open.orchestratorUrl,
    'an ended campaign has no series',
    ({ sum }) => sum('servpack_campaign_info') === undefined,
  );
  for (const { text } of [worker, orchestrator]) expect(text).not.toMatch(/pc-\d/);
});

test('every metric that the code declares is on a scrape', async () => {
  await open.lab.operator.createCampaign(labCampaign.replace('sp4', 'sp5'));
  const orchestrator = await scrapeUntil(
    open.orchestratorUrl,
    'the new campaign is there',
    ({ sum }) => sum('servpack_campaign_info', { campaign: 'sp5' }) === 1,
  );
  const worker = await scrape(open.portedUrl('worker'));
  const declared = (registry: ReturnType<typeof openFigures>['registry']): readonly string[] =>
    registry.getMetricsAsArray().map(({ name }) => name);
  const missing = (wanted: readonly string[], names: ReadonlySet<string>) =>
    wanted.filter((name) => !names.has(name));
  expect(missing(declared(openFigures().registry), worker.names)).toEqual([]);
  expect(missing(declared(openProcessFigures(() => true).registry), orchestrator.names)).toEqual([]);
  // These four have series only while there is something to say.
  const sometimes = ['forecast_end', 'end_timestamp', 'next_expiry', 'not_ok', 'gate_open'];
  const always = Object.keys(figures).filter((name) => !sometimes.some((part) => name.includes(part)));
  expect(always.length).toBeGreaterThan(15);
  expect(
    missing(
      always.map((name) => `servpack_${name}`),
      orchestrator.names,
    ),
  ).toEqual([]);
  // The page of the metrics names each of them, and no other.
  const page = metricNamesIn(
    readFileSync(join(import.meta.dirname, '../../docs/operations/metrics.md'), 'utf8'),
  );
  const known = new Set([
    ...worker.names,
    ...orchestrator.names,
    ...Object.keys(figures).map((name) => `servpack_${name}`),
  ]);
  expect(page.filter((name) => !known.has(name))).toEqual([]);
  const ofServpack = [...known].filter(
    (name) => name.startsWith('servpack_') && !/_(?:bucket|sum|count)$/.test(name),
  );
  expect(missing(ofServpack, new Set(page))).toEqual([]);
  // What alerts and dashboard ask for is answered.
  const { panels, annotations } = readDashboard();
  const asked = [
    ...readAlerts().map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...annotations.list.map(({ expr }) => expr),
  ].flatMap(metricNamesIn);
  expect(missing(asked, known)).toEqual([]);
  for (const name of ['bullmq_job_count', 'nodejs_eventloop_lag_seconds', 'process_resident_memory_bytes'])
    expect(orchestrator.names).toContain(name);
});

test('an orchestrator that stands by answers the same records', async () => {
  const standby = await open.lab.startOrchestrator('standby', { SERVPACK_METRICS_LISTEN: '127.0.0.1:0' });
  const scraped = await scrapeUntil(
    open.portedUrl('standby'),
    'the standby reads the records',
    ({ sum }) => sum('servpack_campaign_info', { campaign: 'sp5' }) === 1,
  );
  expect(scraped.sum('servpack_leader')).toBe(0);
  // With a port of their own the metrics are not beside the API.
  expect((await fetch(`${urlOf(standby)}/metrics`)).status).toBe(404);
});
