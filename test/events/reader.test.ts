import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { followEvents, readEvents, type ServerEvent } from '../../orchestrator/http/events/reader.ts';
import { until } from '../fixtures/until.ts';

/** Reads this text, cut into pieces of this size. */
async function readText(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.slice(at * size, (at + 1) * size),
  );
  const events: ServerEvent[] = [];
  let signs = 0;
  const reading = {
    id: null as string | null,
    onSign: () => void (signs += 1),
    onEvent: (event: ServerEvent) => void events.push(event),
  };
  await readEvents(ReadableStream.from(pieces), reading);
  return { events, id: reading.id, signs, pieces: pieces.length };
}

describe('the reader of a stream', () => {
  const text =
    'retry: 3000\n: servpack\n\nid: 1-0\nevent: head\ndata: {"name":"Köln: 1"}\n\n: beat\nid: 2-0\n\ndata: a\ndata:b\n\nid: 9-0\nevent: head\ndata: cut off';

  test.each([1, 2, 3, 7, 1_000])('reads it in pieces of %i bytes', async (size) => {
    const { events, id, signs, pieces } = await readText(text, size);
    expect(events).toEqual([
      { event: 'head', data: '{"name":"Köln: 1"}' },
      { event: 'message', data: 'a\nb' },
    ]);
    // What was cut off was not read, nor its id.
    expect(id).toBe('2-0');
    expect(signs).toBeLessThanOrEqual(pieces);
  });

  test('takes line ends of Windows', async () => {
    expect((await readText(text.replaceAll('\n', '\r\n'), 1_000)).events).toHaveLength(2);
  });
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers each request with the next of these, and the last one again. */
async function serverOf(answers: readonly Answer[]) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request.headers['last-event-id'] as string | undefined);
    answer?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    asked,
    open: (lastEventId: string | null, signal: AbortSignal) =>
      fetch(url, { signal, headers: lastEventId === null ? {} : { 'last-event-id': lastEventId } }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const stream = (text: string, then: 'end' | 'break' | 'stay'): Answer => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'break') response.destroy();
    });
  };
};
const refuse =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end('{}');
  };
const event = (id: string): string => `id: ${id}\nevent: head\ndata: ${id}\n\n`;

describe('a reader that follows', () => {
  /** Follows until there are so many events, and returns what was seen. */
  async function followed(answers: readonly Answer[], count: number, silentMs = 60_000) {
    await using server = await serverOf(answers);
    const seen: string[] = [];
    const waits: number[] = [];
    const stop = new AbortController();
    const ended = followEvents({
      open: server.open,
      from: '0-0',
      signal: stop.signal,
      silentMs,
      waitMs: [4, 32],
      onEvent: ({ data }) => seen.push(data),
      onLive: () => seen.push('live'),
      onLost: (ms) => {
        seen.push('lost');
        waits.push(ms);
      },
    });
    await until('the events', () => seen.filter((each) => /\d/.test(each)).length >= count);
    stop.abort();
    await ended;
    return { seen, waits, asked: server.asked };
  }

  test('goes on after the last id when the server ends the stream, breaks it off or is silent', async () => {
    const after: Readonly<Record<string, Answer>> = {
      '0-0': stream(event('1-0'), 'end'),
      '1-0': stream(event('2-0'), 'break'),
      '2-0': stream(event('3-0'), 'stay'),
      '3-0': stream(event('4-0'), 'stay'),
    };
    const byId: Answer = (response, request) =>
      after[String(request.headers['last-event-id'])]?.(response, request);
    const { seen, asked } = await followed([byId], 4, 500);
    expect(seen.filter((each) => /\d/.test(each))).toEqual(['1-0', '2-0', '3-0', '4-0']);
    // On a slow machine the silence may come before the first byte: then it is asked once more.
    expect([...new Set(asked)]).toEqual(['0-0', '1-0', '2-0', '3-0']);
    expect(seen.filter((each) => each === 'lost').length).toBeGreaterThanOrEqual(3);
  });

  test('waits longer each time up to a bound, and never less than the server asks for', async () => {
    const away = Array.from({ length: 6 }, () => refuse(503));
    const { waits } = await followed(
      [...away, refuse(429, { 'retry-after': '1' }), stream(event('1-0'), 'stay')],
      1,
    );
    expect(waits).toHaveLength(7);
    waits.slice(0, 6).forEach((ms, at) => {
      const usual = Math.min(32, 4 * 2 ** (at + 1));
      expect(ms).toBeGreaterThanOrEqual(usual * 0.75);
      expect(ms).toBeLessThanOrEqual(usual * 1.25);
    });
    expect(waits[6]).toBeGreaterThanOrEqual(1_000);
  });

  test('comes back when nothing answered', async () => {
    const cut: Answer = (response) => void response.destroy();
    const { seen } = await followed([cut, cut, stream(event('1-0'), 'stay')], 1);
    expect(seen).toEqual(['lost', 'lost', 'live', '1-0']);
  });

  test.each([400, 401, 403, 404])(
    'ends with a refusal of %i, which waiting does not change',
    async (status) => {
      await using server = await serverOf([refuse(status)]);
      const refusal = await followEvents({
        open: server.open,
        from: null,
        signal: new AbortController().signal,
        onEvent: () => undefined,
        onLive: () => undefined,
        onLost: () => undefined,
      });
      expect(refusal?.status).toBe(status);
      expect(server.asked).toEqual([undefined]);
    },
  );
});
