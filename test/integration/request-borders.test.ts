import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openListener } from './check-in-listener.ts';

/** Sends these bytes on one connection, and returns everything that comes back until its end. */
async function exchange(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answers = '';
  socket.on('data', (bytes) => (answers += bytes.toString()));
  socket.on('error', () => undefined);
  socket.write(request.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return answers;
}

/** OWASP ASVS 5.0.0, V4.2.1; RFC 9112, 6.1: such a message ought to be handled as an error. */
test.each([
  ['a length beside chunks', 'Content-Length: 5\nTransfer-Encoding: chunked'],
  ['two lengths', 'Content-Length: 5\nContent-Length: 0'],
  ['an encoding that ends in another one', 'Transfer-Encoding: chunked, identity'],
  ['a chunked encoding in disguise', 'Transfer-Encoding : chunked'],
])('no request hides behind one with %s', async (_what, borders) => {
  const listener = await openListener();
  const { orchestrator, url } = listener;
  const before = await orchestrator.store.audit(50);
  const asked = [
    [orchestrator.url, '/v1/halt', orchestrator.token],
    [url, '/checkin/pc-1', await listener.tokenOf('pc-1')],
  ] as const;
  for (const [to, path, token] of asked) {
    const head = `POST ${path} HTTP/1.1\nHost: x\nAuthorization: Bearer ${token}\n`;
    const hidden = `${head}Content-Type: application/json\nContent-Length: 14\nConnection: close\n\n{"reason":"x"}`;
    const answers = await exchange(to, `${head}${borders}\n\n0\n\n${hidden}`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  }
  expect(await orchestrator.store.audit(50)).toEqual(before);
});
