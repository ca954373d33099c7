import { describe, expect, test } from 'vitest';
import { readAtMost } from '../../orchestrator/lists/page.ts';
import type { Page } from '../../orchestrator/lists/page.ts';
import { pageClients } from '../../orchestrator/campaigns/page-clients.ts';
import type { ClientReport } from '../../orchestrator/views/report.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { stores, storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { at, campaignOf, entry, pick, runningState } from '../contract/store/fixtures.ts';
import { bring, changes, firstWave, rest, wide } from './admitted-clients.ts';

const path = '/v1/campaigns/sp4/clients';
const namesIn = ({ items }: Pick<Page<ClientReport>, 'items'>) => items.map(({ client }) => client);

/** Follows `rel="next"` from this address on, as a caller does. */
async function followed({ url, token }: SmallOrchestrator, query: string) {
  const pages: Page<ClientReport>[] = [];
  for (let next: string | null = `${path}?${query}`; next !== null;) {
    const asked: string = new URL(next, `${url}${path}`).href;
    const response = await fetch(asked, { headers: { authorization: `Bearer ${token}` } });
    const link = response.headers.get('link');
    pages.push((await response.json()) as Page<ClientReport>);
    next = /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1] ?? null;
    expect(next === null).toBe(pages.at(-1)?.next === null);
  }
  return { pages, names: pages.flatMap(namesIn) };
}

describe.each(storesAndShards)('pages of the clients of a campaign, on the %s store', (_name, open) => {
  const names = ['pc-0', 'pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6', 'pc-7', 'pc-8', 'srv-1'];

  test('have every client once, in the order of the names, with the number of all', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    for (const limit of [1, 3, 10, 1_000]) {
      const { pages, names: found } = await followed(orchestrator, `limit=${limit}`);
      expect(found).toEqual(names);
      expect(pages).toHaveLength(Math.ceil(names.length / limit));
      expect(new Set(pages.map(({ total, totalIs, read }) => [total, totalIs, read].join()))).toEqual(
        new Set(['10,exact,']),
      );
    }
    const prefixed = await followed(orchestrator, 'prefix=PC-&limit=4');
    expect(prefixed.names).toEqual(names.slice(0, 9));
    expect(prefixed.pages.map(({ total, totalIs }) => [total, totalIs])).toEqual([
      [4, 'atLeast'],
      [8, 'atLeast'],
      [9, 'exact'],
    ]);
  });

  test('are filtered, and count what the counters know', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    await bring(orchestrator.store, c, changes.deferred, rest);
    const page = async (query: string) => (await orchestrator.ask('GET', `${path}?${query}`)).body;
    const waiting = await page('state=waiting&limit=5');
    expect(waiting).toMatchObject({ total: 7, totalIs: 'exact', next: expect.any(String) });
    expect((await followed(orchestrator, 'state=waiting&limit=2')).names).toEqual(
      names.filter((name) => ![a, b, c].includes(name)),
    );
    expect(await page('state=failed')).toMatchObject({
      items: [{ client: a, cause: 'still unreachable after 30 tries' }],
      next: null,
      total: 1,
      totalIs: 'exact',
      read: 10,
    });
    expect(await page('wave=canary&state=deferred&limit=1')).toMatchObject({
      items: [{ client: b }],
      total: 2,
      totalIs: 'exact',
    });
    expect(await page('server=ls-mil')).toMatchObject({ total: 3, totalIs: 'exact' });
    expect(await page('cause=unreachable')).toMatchObject({ items: [{ client: a }], total: 1 });
    const byCause = await page('cause=pcmwin32&limit=1');
    expect(byCause).toMatchObject({ items: [{ client: b }], total: 1, totalIs: 'atLeast' });
    const second = await page(`cause=pcmwin32&limit=1&after=${byCause.next}`);
    expect(second).toMatchObject({ items: [{ client: c }], total: 2 });
    expect((await followed(orchestrator, 'cause=pcmwin32&limit=1')).pages.at(-1)).toMatchObject({
      total: 2,
      totalIs: 'exact',
      next: null,
    });
  });

  test('take no page of a million, and no place of another list', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const refused = async (query: string) => {
      const { status, body } = await orchestrator.ask('GET', `${path}?${query}`);
      return [status, body.detail] as const;
    };
    expect(await refused('limit=1000000')).toEqual([400, expect.stringContaining('querystring.limit')]);
    expect(await refused('limit=0')).toEqual([400, expect.stringContaining('querystring.limit')]);
    const { body } = await orchestrator.ask('GET', `${path}?limit=2`);
    expect(await refused(`state=waiting&after=${body.next}`)).toEqual([
      400,
      'after belongs to a list with another filter; begin without after, or keep the filter',
    ]);
    for (const after of ['x', 'WzFd', 'bnVsbA', '%00'])
      expect(await refused(`after=${after}`)).toEqual([
        400,
        'after must be the value of next of the page before',
      ]);
  });
});

test('lines of the clients come in the form that Accept likes best', async () => {
  await using orchestrator = await startRunning(await stores[1]?.[1](), wide);
  const { url, token } = orchestrator;
  const typeOf = async (accept: string, query = '') => {
    const headers = { authorization: `Bearer ${token}`, accept };
    const answer = await fetch(`${url}${path}${query}`, { headers });
    return [answer.headers.get('content-type')?.split(';')[0], (await answer.text()).split('\n').length];
  };
  expect(await typeOf('application/x-ndjson')).toEqual(['application/x-ndjson', 11]);
  expect(await typeOf('text/csv, application/json;q=0.5')).toEqual(['text/csv', 12]);
  expect(await typeOf('text/csv;q=0.5, application/json')).toEqual(['application/json', 1]);
  expect(await typeOf('*/*')).toEqual(['application/json', 1]);
  expect(await typeOf('text/csv;q=0')).toEqual(['application/problem+json', 1]);
  expect(await typeOf('*/*', '?format=csv')).toEqual(['text/csv', 12]);
});

test('a filter that passes over nearly all clients reads a bounded number of them for each page', async () => {
  const store = await stores[0]?.[1]();
  if (store === undefined) throw new Error('no store');
  const clients = Array.from({ length: readAtMost + 5_000 }, (_, n) =>
    pick(`pc-${100_000 + n}`, n === 4_321 || n === readAtMost + 500 ? 'LS-2' : 'LS-1'),
  );
  const context = contextOver(store, standingClock(at), keepingDispatcher([]));
  const campaign = { ...campaignOf('sp4', runningState()), waveSizes: [clients.length] };
  await store.createCampaign(campaign, clients, entry('sp4'));
  const page = async (after?: string) =>
    unwrapped(
      await pageClients(context, 'sp4', {
        server: 'LS-2',
        limit: 5,
        ...(after === undefined ? {} : { after }),
      }),
    );
  const first = await page();
  expect(namesIn(first)).toEqual(['pc-104321']);
  expect(first).toMatchObject({ read: readAtMost, total: 2, totalIs: 'exact', next: expect.any(String) });
  const second = await page(first.next ?? '');
  expect(namesIn(second)).toEqual([`pc-${100_000 + readAtMost + 500}`]);
  expect(second).toMatchObject({ read: 5_000, next: null });
});
