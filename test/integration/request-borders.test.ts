import { expect, test } from 'vitest';
import { exchange } from '../hostile/wire.ts';
import { openListener } from './check-in-listener.ts';

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
