import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { headOf } from '../../orchestrator/http/events/conflate.ts';
import { EventStream } from '../../orchestrator/http/events/stream.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import type { Store } from '../../shared/store/store.ts';
import { running, standing } from '../domain/given-campaign.ts';
import { evening } from '../domain/given.ts';
import { type EventReader, followFor, openEvents } from '../fixtures/event-reader.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { note } from './notes.ts';

/** A stream whose reader is a bare socket. */
async function oneStream(mayStillRead: () => Promise<boolean> = async () => true) {
  let response: ServerResponse | undefined;
  const server = createServer((_request, given) => {
    given.writeHead(200);
    response = given;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('the request', () => response !== undefined);
  const topics = { heads: true, feed: false, campaigns: new Set<string>() };
  // A stream writes what it is given, and reads nothing.
  const seen = undefined as never;
  const reader = { topics, reach: '', seen, sees: () => true, mayStillRead };
  const raw = response as ServerResponse;
  return {
    stream: new EventStream(raw, reader, null, 0),
    raw,
    socket,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const block = Buffer.alloc(64 * 1024, 'x');

describe('a reader that reads nothing', () => {
  test('costs no more memory than its share, and gets afterwards which campaigns have changed', async () => {
    await using one = await oneStream();
    const { stream, raw, socket } = one;
    socket.pause();
    let sent = 0;
    await until('the reader is behind', () => {
      for (let at = 0; at < 16; at += 1) stream.send(block, [`${(sent += 1)}-0`], ['sp4']);
      return stream.missed !== null;
    });
    const unsent = raw.writableLength;
    expect(unsent).toBeLessThan(2 * 256 * 1024);
    const known = stream.position;
    for (let at = 0; at < 1_000; at += 1) stream.send(block, ['9-9'], [`c${at % 3}`]);
    expect(raw.writableLength).toBeLessThanOrEqual(unsent);
    expect(stream.position).toEqual(known);
    expect(stream.hasCaughtUp).toBe(false);
    socket.resume();
    await until('it has read the rest', () => stream.hasCaughtUp);
    expect([...(stream.missed ?? [])].toSorted()).toEqual(['c0', 'c1', 'c2', 'sp4']);
  });

  test('is cut off after 15 s without a byte taken, and not before', async () => {
    await using one = await oneStream();
    const { stream, raw, socket } = one;
    socket.pause();
    await until('the reader is behind', () => {
      stream.send(block, ['1-0'], []);
      return stream.missed !== null;
    });
    stream.check(1_000);
    stream.check(15_999);
    expect(raw.destroyed).toBe(false);
    stream.check(16_000);
    expect(raw.destroyed).toBe(true);
  });

  test('that reads all, however slowly, is not cut off', async () => {
    await using one = await oneStream();
    const { stream, raw } = one;
    for (let second = 1; second < 60; second += 1) {
      stream.send(block, [`${second}-0`], []);
      await until('it is read', () => raw.writableLength === 0);
      stream.check(second * 20_000);
    }
    expect(raw.destroyed).toBe(false);
  });
});

describe('the right to read', () => {
  test('is asked at each check, one question at a time, and a stream ends when it is gone', async () => {
    const questions: PromiseWithResolvers<boolean>[] = [];
    await using one = await oneStream(() => {
      const question = Promise.withResolvers<boolean>();
      questions.push(question);
      return question.promise;
    });
    one.stream.check(1_000);
    one.stream.check(2_000);
    expect(questions).toHaveLength(1);
    questions[0]?.resolve(true);
    await until('the next one is asked', () => {
      one.stream.check(3_000);
      return questions.length === 2;
    });
    expect(one.stream.isOpen).toBe(true);
    questions[1]?.resolve(false);
    await until('it has ended', () => !one.stream.isOpen);
  });

  test('is kept while nobody can say it', async () => {
    let asked = 0;
    await using one = await oneStream(() => Promise.reject(new Error(`Redis is away ${(asked += 1)}`)));
    await until('it was asked again', () => {
      one.stream.check(1_000);
      return asked === 2;
    });
    expect(one.stream.isOpen).toBe(true);
  });
});

test('a head has at most 4 kB, and names what it leaves out', () => {
  const servers = Object.fromEntries(
    Array.from({ length: 400 }, (_, at) => [`state|0|LS-${at}|upgraded`, 10] as const),
  );
  const causes = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [`cause|0|${'a long cause '.repeat(10)}${at}`, 1] as const),
  );
  const small = JSON.parse(headOf(campaignStatus(standing(running(1)), {}, evening)));
  expect([small.leftOut, small.status.waves.length > 0]).toEqual([[], true]);
  for (const counters of [servers, causes, { ...servers, ...causes }]) {
    const text = headOf(campaignStatus(standing(running(1)), counters, evening));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    const { leftOut, status } = JSON.parse(text);
    expect(leftOut.length).toBeGreaterThan(0);
    expect(leftOut.filter((name: string) => name in status)).toEqual([]);
    expect(status).toMatchObject({ campaign: 'sp4', status: 'running', states: expect.any(Object) });
  }
});

describe('readers of one orchestrator', () => {
  /** A store that counts how often a campaign is read. */
  function countingStore(): { store: Store; reads: () => number; calls: () => number } {
    let [reads, calls] = [0, 0];
    const store = new Proxy(createMemoryStore(Date.now), {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') return value;
        if (name !== 'nextChanges' && name !== 'shards') calls += 1;
        if (name === 'counters') reads += 1;
        return value;
      },
    });
    return { store, reads: () => reads, calls: () => calls };
  }

  test('share one reading of a campaign, and none is made while nobody listens', async () => {
    const { store, reads, calls } = countingStore();
    await using orchestrator = await startRunning(store);
    await using _following = await followFor(orchestrator.events, store);
    const before = orchestrator.events.position();
    await note(store, 'sp4', 'nobody listens');
    const atRest = calls();
    await until('the hub knows where the audit stands', () => orchestrator.events.position() !== before);
    expect(calls()).toBe(atRest);
    const readers = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        openEvents(orchestrator, at % 2 === 0 ? 'heads' : 'campaign:sp4'),
      ),
    );
    await until('all know where they stand', () => readers.every((reader) => reader.lastId() !== ''));
    const first = reads();
    await note(store, 'sp4', 'everybody listens');
    await until('all have its state', () =>
      readers.every(({ events }) => events.some(({ event }) => event === 'head')),
    );
    expect(reads() - first).toBeLessThanOrEqual(2);
    readers.forEach((reader) => reader.close());
  });

  test('are 1,000 at most: a further one is asked to come later, and none is cut off for it', async () => {
    await using orchestrator = await startRunning();
    await using _following = await followFor(orchestrator.events, orchestrator.store);
    const readers: EventReader[] = [];
    for (let at = 0; at < 1_000; at += 1) readers.push(await openEvents(orchestrator, 'heads'));
    const further = await openEvents(orchestrator, 'heads');
    expect([further.status, further.headers['retry-after']]).toEqual([503, '30']);
    await note(orchestrator.store, 'sp4', 'for everybody');
    await until('all have its state', () =>
      readers.every(({ events }) => events.some(({ event }) => event === 'head')),
    );
    expect(readers.filter((reader) => reader.isEnded())).toEqual([]);
    readers[0]?.close();
    await until('there is room again', () => orchestrator.events.size === 999);
    const late = await openEvents(orchestrator, 'heads');
    expect(late.status).toBe(200);
    [...readers, late].forEach((reader) => reader.close());
  });
});
