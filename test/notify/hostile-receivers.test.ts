import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { send } from '../../orchestrator/notify/forms/send.ts';
import { post } from '../../orchestrator/notify/post.ts';
import { gateNotice, secret, secretFile } from './notice-fixture.ts';
import { openReceiver } from './receiver.ts';

/** A receiver that does with a connection what it likes, until the end of the scope. */
async function openSocketServer(serve: (socket: Socket) => void) {
  const closed = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => closed.resolve());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`),
    /** The sender has closed the connection; known only to a receiver that writes. */
    closed: closed.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Writes this again and again, as long as the connection takes it. */
function pour(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.on('close', () => clearInterval(timer));
}

const to = (url: URL, more: object = {}) => ({
  url,
  headers: {},
  body: '{}',
  isPrivateAllowed: true,
  ...more,
});

describe('a receiver', () => {
  test('that sends its headers byte by byte is given up when its time is over', async () => {
    await using receiver = await openSocketServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      pour(socket, 'a', 5);
    });
    expect(await post(to(receiver.url, { answerMs: 200 }))).toEqual({
      kind: 'failed',
      because: 'it does not answer within 0.2 s',
    });
    await receiver.closed;
  });

  test('that takes nothing of the body is given up when its time is over', async () => {
    await using receiver = await openSocketServer((socket) => socket.pause());
    const body = 'x'.repeat(16 * 1024 * 1024);
    expect(await post(to(receiver.url, { body, answerMs: 200 }))).toMatchObject({ kind: 'failed' });
  });

  test('that answers with an endless body has taken the message, and its body is not read', async () => {
    await using receiver = await openSocketServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      pour(socket, `10000\r\n${'x'.repeat(0x1_00_00)}\r\n`, 1);
    });
    expect(await post(to(receiver.url))).toEqual({ kind: 'delivered', because: 'it answers 200' });
    await receiver.closed;
  });

  test('that answers with endless headers has not taken it', async () => {
    await using receiver = await openSocketServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, `x: ${'x'.repeat(8_000)}\r\n`, 1);
    });
    expect(await post(to(receiver.url))).toMatchObject({
      kind: 'failed',
      because: expect.stringContaining('it cannot be reached') as string,
    });
    await receiver.closed;
  });

  test('tells a message that somebody has kept and sends again by its time, and one that is sent again by its id', async () => {
    await using receiver = await openReceiver();
    const file = secretFile(secret);
    const webhook = {
      form: 'webhook',
      url: { url: receiver.url },
      secret: { file },
      isPrivateAllowed: true,
    } as const;
    const sentAt = (now: number) =>
      send({ env: {}, hooks: null, now: () => now }, webhook, gateNotice('msg_7'));
    await sentAt(Date.now() - 10 * 60_000);
    await sentAt(Date.now());
    const [old, again] = receiver.got.map(({ body, headers }) => ({
      body,
      headers: headers as Record<string, string>,
    }));
    if (old === undefined || again === undefined) throw new Error('a message is missing');
    expect(() => new Webhook(secret).verify(old.body, old.headers)).toThrow('too old');
    // With another time the signature does not fit.
    const newer = { ...old.headers, 'webhook-timestamp': again.headers['webhook-timestamp'] ?? '' };
    expect(() => new Webhook(secret).verify(old.body, newer)).toThrow('signature');
    expect(new Webhook(secret).verify(again.body, again.headers)).toBeDefined();
    expect(again.headers['webhook-id']).toBe(old.headers['webhook-id']);
  });
});
