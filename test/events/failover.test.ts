import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followEvents, type ServerEvent } from '../../orchestrator/http/events/reader.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { testRedis } from '../environment/redis.ts';
import { followFor } from '../fixtures/event-reader.ts';
import { startRunning, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { openSwitchboard } from '../fixtures/switchboard.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { noteMany } from './notes.ts';

/** Two orchestrators over the same records, each with connections of its own. */
async function twoOrchestrators() {
  const place = testRedis();
  const first = await startRunning(unwrapped(await openRedisStore(place)));
  const second = await startSmallOrchestrator(unwrapped(await openRedisStore(place)));
  const follows = [await followFor(first.events, first.store), await followFor(second.events, second.store)];
  const board = await openSwitchboard();
  board.point(first.url);
  return {
    first,
    second,
    board,
    [Symbol.asyncDispose]: async () => {
      for (const each of [...follows, board, first, second]) await each[Symbol.asyncDispose]();
    },
  };
}

test('a reader that loses its orchestrator goes on with another one, with no entry missing or twice', async () => {
  await using both = await twoOrchestrators();
  const { first, second, board } = both;
  const received: { event: string; data: { count?: number; countIs?: string } }[] = [];
  const seen: string[] = [];
  const stop = new AbortController();
  const counted = (): number =>
    received.reduce((sum, { event, data }) => sum + (event === 'entry' ? 1 : (data.count ?? 0)), 0);
  const position = (await first.ask('GET', '/v1/campaigns/sp4')).body.position as string;
  const following = followEvents({
    open: (id, signal) =>
      fetch(`${board.url}/v1/events?topics=campaign:sp4`, {
        signal,
        headers: { authorization: `Bearer ${first.token}`, ...(id === null ? {} : { 'last-event-id': id }) },
      }),
    from: position,
    signal: stop.signal,
    waitMs: [50, 200],
    onEvent: ({ event, data }: ServerEvent) => {
      if (event === 'head') seen.push(event);
      else received.push({ event, data: JSON.parse(data) });
    },
    onLive: () => seen.push('live'),
    onLost: () => seen.push('lost'),
  });
  // Entries come all the time, while the orchestrator is there, while none is, and with the other.
  await noteMany(first.store, 'sp4', 0, 60);
  await until('the first ones', () => counted() >= 60);
  await noteMany(first.store, 'sp4', 60, 30);
  board.point(null);
  await until('the loss is noticed', () => seen.includes('lost'));
  await noteMany(second.store, 'sp4', 90, 60);
  board.point(second.url);
  await noteMany(second.store, 'sp4', 150, 30);
  await until('all of them', () => counted() >= 180);
  board.point(first.url);
  await noteMany(second.store, 'sp4', 180, 20);
  await until('all of them again', () => counted() >= 200);
  stop.abort();
  expect(await following).toBeNull();
  expect(counted()).toBe(200);
  expect(received.filter(({ data }) => data.countIs === 'atLeast')).toEqual([]);
  expect(new Set(received.map(({ event }) => event))).toEqual(new Set(['entry', 'entries']));
  expect(seen).toContain('head');
});

const main = join(import.meta.dirname, '../../orchestrator/cli/main.ts');

test('campaign watch shows what is pushed, says when nothing comes, and goes on with another orchestrator', async () => {
  await using both = await twoOrchestrators();
  const { first, second, board } = both;
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [main, 'campaign', 'watch', 'sp4', '--until-paused'], {
    env: { PATH, NODE_COMPILE_CACHE, SERVPACK_URL: board.url, SERVPACK_DATA: first.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await until('it follows', () => first.events.size === 1);
  expect(out).toMatch(/ sp4 running: /);
  board.point(null);
  await until('it says that nothing answers', () => out.includes('the orchestrator does not answer'));
  board.point(second.url);
  await until('it follows the other one', () => second.events.size === 1);
  const closed = once(child, 'close');
  await first.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
  const [code] = await closed;
  expect([code, errors]).toEqual([1, '']);
  expect(out.trim().split('\n').at(-1)).toMatch(/ sp4 paused by .*: the phones ring/);
});

test('campaign watch reads again and again where the orchestrator does not push, and says so', async () => {
  await using orchestrator = await startRunning();
  const child = spawn(process.execPath, [main, 'campaign', 'watch', 'sp4', '--until-paused'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SERVPACK_URL: orchestrator.url,
      SERVPACK_DATA: orchestrator.folder,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await until('it says so', () => errors !== '');
  expect(errors).toBe('servpack: this orchestrator does not push changes: the campaign is read every 2 s\n');
  const closed = once(child, 'close');
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
  expect((await closed)[0]).toBe(1);
});
