import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { buildApi } from '../../orchestrator/http/api.ts';
import { operations } from '../../orchestrator/http/contract/operations.ts';
import { openMetrics } from '../../orchestrator/metrics/open-metrics.ts';
import { buckets } from '../../shared/domain/outcome/states.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { readMetrics } from './scraped.ts';

const now = Date.UTC(2026, 10, 17, 9);
const waves = 12;
const servers = 1_000;

/**
 * The counters of a campaign of a million clients, as the scripts of the store would have left
 * them: a scrape reads heads and counters, and no client.
 */
function counters(): Record<string, number> {
  const found: Record<string, number> = {};
  const each = Math.ceil(1_000_000 / (waves * servers * 2));
  for (let server = 0; server < servers; server += 1) {
    found[`downloading|LS-${server}`] = 3;
    for (let wave = 0; wave < waves; wave += 1) {
      found[`state|${wave}|LS-${server}|upgraded`] = each;
      found[`state|${wave}|LS-${server}|waiting`] = each;
    }
  }
  for (let n = 0; n < 400; n += 1) {
    found[`seen|program app-${n}.exe`] = 500 - n;
    found[`blocked|program app-${n}.exe`] = 500 - n;
  }
  found['blocked|service "one"\nDROP{} + program app-1.exe'] = 7;
  return found;
}

async function manyCampaigns(store: Store, url: string, prefix: string): Promise<void> {
  await openCampaign(store, { clients: [workstation('pc-1')], at: now });
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('the campaign is gone');
  const { campaign } = record;
  const [wave] = campaign.definition.waves;
  if (wave === undefined) throw new Error('the campaign has no wave');
  const redis = new Redis(url);
  const audit = { at: now, client: null, who: 'test', from: '', to: '', because: 'test', evidence: null };
  for (let n = 0; n < 60; n += 1) {
    const name = `c-${n}`;
    const definition = {
      ...campaign.definition,
      campaign: name,
      waves: Array.from({ length: waves }, (_, at) => ({ ...wave, name: `wave-${at}` })),
    };
    const state = { ...campaign.state, openWaves: waves, accepted: Array.from({ length: waves }, () => 0) };
    const more = {
      ...campaign,
      definition,
      state,
      createdAt: now + n,
      waveSizes: Array.from({ length: waves }, () => 83_334),
    };
    unwrapped(await store.createCampaign(more, [], { ...audit, campaign: name }));
    if (n === 59) await redis.hset(keysOf(prefix, 0).of('counters', name), counters());
  }
  redis.disconnect();
}

test('a million clients in sixty campaigns have at most 5,000 series, and no client is named', async () => {
  const { url, prefix } = testRedis();
  const store = unwrapped(await openRedisStore({ url, prefix }));
  const clock = standingClock(now);
  const metrics = openMetrics({
    source: { store, clock },
    place: { url, prefix, shards: 1 },
    config: { listen: null, servers: 200 },
    isApiLocal: true,
    leads: () => true,
  });
  const log = pino({ level: 'silent' });
  const api = buildApi(
    { ...contextOver(store, clock, keepingDispatcher([])), metrics },
    { token: 'x'.repeat(32), log },
  );
  try {
    await manyCampaigns(store, url, prefix);
    for (const route of Object.keys(operations)) {
      const [method = '', path = ''] = route.split(' ');
      for (const authorization of ['', `Bearer ${'x'.repeat(32)}`])
        await api.inject({
          method: method as 'GET',
          url: path.replaceAll(/:\w+/g, 'pc-1'),
          headers: { authorization },
        });
    }
    let scraped = readMetrics('');
    await until('the records are read', async () => {
      scraped = readMetrics((await api.inject({ method: 'GET', url: '/metrics' })).body);
      return scraped.sum('servpack_records_read') === 1;
    });
    expect(scraped.sum('servpack_records_read')).toBe(1);
    expect(scraped.series.length).toBeGreaterThan(2_000);
    expect(scraped.series.length).toBeLessThanOrEqual(5_000);
    expect(scraped.series.filter(({ name }) => name === 'servpack_campaign_info')).toHaveLength(50);
    // The campaign with a million clients is among them, and has all of them.
    const clients = scraped.sum('servpack_campaign_clients', { campaign: 'c-59' }) ?? 0;
    expect(clients).toBeGreaterThanOrEqual(1_000_000);
    const ofStates = buckets.map((state) =>
      scraped.sum('servpack_campaign_clients', { campaign: 'c-59', state }),
    );
    expect(ofStates.every((count) => count !== undefined)).toBe(true);
    expect(scraped.series.filter(({ name }) => name === 'servpack_logon_server_downloads')).toHaveLength(201);
    expect(scraped.sum('servpack_logon_server_downloads')).toBe(3 * servers);
    expect(scraped.series.filter(({ name }) => name === 'servpack_blocker_clients')).toHaveLength(21);
    expect(scraped.text).not.toContain('pc-1');
    // A route by its pattern, not by the path that a caller writes.
    expect(scraped.sum('servpack_http_requests_total', { route: '/v1/clients/:client' })).toBeGreaterThan(0);
  } finally {
    await api.close();
    await metrics.close();
    await store.close();
  }
});

test('names that are meant to break a scrape are text in it', async () => {
  const { url, prefix } = testRedis();
  const store = unwrapped(await openRedisStore({ url, prefix }));
  const metrics = openMetrics({
    source: { store, clock: standingClock(now) },
    place: { url, prefix, shards: 1 },
    config: { listen: null, servers: 0 },
    isApiLocal: true,
    leads: () => false,
  });
  try {
    await openCampaign(store, { clients: [workstation('pc-1')], at: now });
    const redis = new Redis(url);
    const hostile = [
      'a"} 1\nservpack_halted 1',
      'back\\slash',
      'bell\u0007 \u202e',
      'x'.repeat(5_000),
      '\ud800',
    ];
    const counts = Object.fromEntries(
      hostile.flatMap((name) => [
        [`seen|${name}`, 2],
        [`blocked|${name}`, 2],
      ]),
    );
    await redis.hset(keysOf(prefix, 0).of('counters', 'sp4'), counts);
    redis.disconnect();
    let scraped = readMetrics('');
    await until('the records are read', async () => {
      scraped = readMetrics(await metrics.text());
      return scraped.sum('servpack_records_read') === 1;
    });
    expect(scraped.sum('servpack_halted')).toBe(0);
    const named = scraped.series.flatMap(({ name, labels }) =>
      name === 'servpack_blocker_clients' ? [labels['blocker'] ?? ''] : [],
    );
    expect(named).toHaveLength(hostile.length + 1);
    expect(named.every((name) => name.length <= 120 && !/[\p{Cc}\u202e]/u.test(name))).toBe(true);
  } finally {
    await metrics.close();
    await store.close();
  }
});

test('while Redis is away a scrape says so, and what the process counts is there', async () => {
  const { url, prefix } = testRedis();
  const store = unwrapped(await openRedisStore({ url, prefix }));
  const metrics = openMetrics({
    source: { store, clock: standingClock(now) },
    // No Redis listens there.
    place: { url: 'redis://127.0.0.1:1', prefix, shards: 1 },
    config: { listen: null, servers: 0 },
    isApiLocal: true,
    leads: () => false,
  });
  await store.close();
  try {
    metrics.figures.authFailures.inc({ reason: 'not known' });
    const scraped = readMetrics(await metrics.text());
    expect(scraped.sum('servpack_records_read')).toBe(0);
    expect(scraped.sum('servpack_workers_alive')).toBeUndefined();
    expect(scraped.sum('bullmq_job_count')).toBeUndefined();
    expect(scraped.sum('servpack_auth_failures_total')).toBe(1);
  } finally {
    await metrics.close();
  }
});
