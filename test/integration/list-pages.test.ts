import { describe, expect, test } from 'vitest';
import { pageAudit } from '../../orchestrator/audit/page-audit.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startRunning,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { at, clientOf } from '../contract/store/fixtures.ts';

/** All pages of a list by its links. */
async function followed<Item>({ url, token }: SmallOrchestrator, path: string, field: string) {
  const items: Item[] = [];
  const sizes: number[] = [];
  for (let next: string | null = path; next !== null;) {
    const response: Response = await fetch(new URL(next, `${url}${path}`), {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as Record<string, Item[]>;
    expect([path, response.status]).toEqual([path, 200]);
    items.push(...(body[field] ?? []));
    sizes.push(body[field]?.length ?? 0);
    next = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
  }
  return { items, sizes };
}

describe.each(storesAndShards)('lists in pages, on the %s store', (_name, open) => {
  test('the fleet, by name, with its numbers, while clients come and go', async () => {
    await using orchestrator = await startRunning(await open());
    const names = async (query: string) =>
      (await followed<{ client: string }>(orchestrator, `/v1/fleet?${query}`, 'clients')).items.map(
        ({ client }) => client,
      );
    const get = async (query: string) => (await orchestrator.ask('GET', `/v1/fleet?${query}`)).body;
    const all = ['pc-0', 'pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6', 'pc-7', 'pc-8', 'srv-1'];
    expect(await names('limit=3')).toEqual(all);
    expect(await names('limit=2&label=shop')).toEqual(['pc-5', 'pc-6', 'pc-7', 'pc-8']);
    expect(await get('limit=2&logonServer=ls-mil')).toMatchObject({ found: 3, foundIs: 'exact' });
    expect(await get('limit=1&label=shop')).toMatchObject({ found: 1, foundIs: 'atLeast', read: 10 });
    expect(await get('limit=0')).toMatchObject({ total: 10, servers: 1, clients: [], next: null });
    // A small change of a fleet whose order is known, and one that changes no name.
    const changed = `${fleetCsv.split('\n')[0]}\nPC-10,NT-10,LS-ROM,Europe/Rome,workstation,office\nsrv-2,NT-S2,LS-MIL,Europe/Rome,server,office\npc-1,NT-1,LS-MIL,Europe/Rome,workstation,office\n`;
    const file = { file: 'fleet.csv', text: changed };
    expect((await orchestrator.ask('POST', '/v1/fleet', file)).body).toMatchObject({ added: 2, changed: 1 });
    expect(await names('limit=4')).toEqual(['pc-0', 'pc-1', 'PC-10', ...all.slice(2), 'srv-2']);
    expect(await get('limit=1')).toMatchObject({ total: 12, servers: 2, found: 12 });
    await orchestrator.store.importFleet(
      Array.from({ length: 10_500 }, (_, n) => clientOf(`x-${100_000 + n}`, { role: 'server' })),
    );
    expect(await get('limit=1')).toMatchObject({ total: 10_512, servers: 10_502, found: 10_512 });
    expect((await names('limit=1000&prefix=X-')).length).toBe(10_500);
    expect((await orchestrator.ask('GET', '/v1/fleet?limit=1000000')).status).toBe(400);
  });

  test('clients that are removed leave the list', async () => {
    await using orchestrator = await startRunning(
      await open(),
      campaignYaml('sp4', 'select: { clients: [pc-1] }\n'),
    );
    const get = async () => (await orchestrator.ask('GET', '/v1/fleet?limit=1000')).body;
    expect((await get()).clients).toHaveLength(10);
    const removed = { clients: ['pc-8', 'srv-1'], reason: 'scrapped' };
    expect((await orchestrator.ask('POST', '/v1/fleet/remove', removed)).status).toBe(200);
    const after = await get();
    expect(after).toMatchObject({ total: 8, servers: 0, found: 8 });
    expect(after.clients.map(({ client }: { client: string }) => client).at(-1)).toBe('pc-7');
  });

  test('the audit, the newest first, each entry once, by campaign, client and person', async () => {
    const store = await open();
    const context = contextOver(store, standingClock(at), keepingDispatcher([]));
    await using orchestrator = await startRunning(store);
    for (const status of ['pause', 'resume', 'pause'])
      await orchestrator.ask(
        'POST',
        `/v1/campaigns/sp4/${status}`,
        { reason: status },
        { 'x-servpack-user': 'kim' },
      );
    await orchestrator.ask('POST', '/v1/clients/pc-1/skip', { reason: 'scrapped' });
    const whole = await followed<{ id: string; shard: number; at: string }>(
      orchestrator,
      '/v1/audit?limit=1000',
      'items',
    );
    const ids = whole.items.map(({ id, shard }) => `${id} ${shard}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(7);
    const exported = await fetch(`${orchestrator.url}/v1/audit/export`, {
      headers: { authorization: `Bearer ${orchestrator.token}` },
    });
    expect((await exported.text()).trim().split('\n')).toHaveLength(ids.length);
    const byOne = await followed<{ id: string; shard: number }>(orchestrator, '/v1/audit?limit=3', 'items');
    expect(byOne.items.map(({ id, shard }) => `${id} ${shard}`)).toEqual(ids);
    const mine = await followed<{ to: string; who: string }>(
      orchestrator,
      '/v1/audit?who=KIM&limit=1',
      'items',
    );
    expect(mine.items.map(({ to }) => to)).toEqual(['paused', 'running', 'paused']);
    expect(mine.items[0]?.who).toContain('kim');
    const ofClient = await followed<{ client: string }>(
      orchestrator,
      '/v1/audit?client=PC-1&limit=5',
      'items',
    );
    expect(new Set(ofClient.items.map(({ client }) => client))).toEqual(new Set(['pc-1']));
    expect(unwrapped(await pageAudit(context, { campaign: 'none', limit: 5 }))).toMatchObject({
      items: [],
      next: null,
      total: 0,
      totalIs: 'exact',
    });
  });
});

test('short lists have pages, too, and the command line reads all of them', async () => {
  await using orchestrator = await startRunning(await storesAndShards[1]?.[1]());
  for (let n = 0; n < 4; n += 1)
    await orchestrator.ask('POST', '/v1/campaigns', {
      file: 'c.yaml',
      text: campaignYaml(`late-${n}`, 'startAt: 2027-01-01 22:00 UTC\nselect: { clients: [pc-1] }\n'),
    });
  const names = async (limit: number) => {
    const { items, sizes } = await followed<{ campaign: string }>(
      orchestrator,
      `/v1/campaigns?limit=${limit}`,
      'campaigns',
    );
    return [items.map(({ campaign }) => campaign).sort(), sizes] as const;
  };
  const all = ['late-0', 'late-1', 'late-2', 'late-3', 'sp4'];
  expect(await names(2)).toEqual([all, [2, 2, 1]]);
  expect(await names(5)).toEqual([all, [5]]);
  for (const [path, field] of [
    ['/v1/releases', 'releases'],
    ['/v1/surveys', 'surveys'],
    ['/v1/schedules', 'schedules'],
    ['/v1/archive', 'campaigns'],
  ] as const) {
    const { body } = await orchestrator.ask('GET', `${path}?limit=1`);
    expect([path, Array.isArray(body[field]), body.next, body.totalIs]).toEqual([path, true, null, 'exact']);
    expect((await orchestrator.ask('GET', `${path}?after=x`)).status).toBe(400);
  }
  const listed = await runHosted(orchestrator, ['campaign', 'list', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject({ campaigns: expect.any(Array), schemaVersion: 1 });
  expect(Object.keys(JSON.parse(listed.stdout) as object).sort()).toEqual([
    'campaigns',
    'halted',
    'schemaVersion',
  ]);
});
