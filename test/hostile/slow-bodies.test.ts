import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { readExamples } from '../../orchestrator/http/contract/examples.ts';
import { describedBy } from '../api/described.ts';
import { documentNow } from '../api/document-now.ts';
import { textOf } from '../api/wrong-requests.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';

/** Stands for the five minutes of an orchestrator. */
const requestDeadlineMs = 2_000;

/** Sends a body that stops after some single bytes, and returns what is answered. */
async function drip(url: string, head: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answered = '';
  socket.on('data', (bytes) => (answered += bytes.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${head}Content-Length: 100000\r\n\r\n{"reason":"`);
  let left = 5;
  const timer = setInterval(() => (left -= 1) > 0 && socket.write('x'), 100);
  await closed;
  clearInterval(timer);
  return answered;
}

test('a body that comes byte by byte is answered with 408 by every route that takes one, and holds nobody up', async () => {
  const { routes } = describedBy(await documentNow());
  const examples = readExamples();
  await using orchestrator = await startRunning(undefined, undefined, { requestDeadlineMs });
  const posts = routes.filter(({ method }) => method === 'POST');
  const dripped = posts.map(async ({ path, operation }) => {
    const { path: names = {} } = examples[operation.operationId] ?? {};
    const named = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(textOf(names[name])),
    );
    const head = `POST ${named} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${orchestrator.token}\r\nContent-Type: application/json\r\nIf-Match: *\r\n`;
    const answer = await drip(orchestrator.url, head);
    return [path, /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1], /"code":"([\w.]+)"/.exec(answer)?.[1]];
  });
  const paused = await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
  expect([paused.status, paused.body.status]).toEqual([200, 'paused']);
  const answers = await Promise.all(dripped);
  expect(answers).toEqual(posts.map(({ path }) => [path, '408', 'input.late']));
  expect(answers.length).toBeGreaterThan(40);
  // None of them has done anything.
  const { items } = (await orchestrator.ask('GET', '/v1/audit?limit=1')).body;
  expect([items[0].to, items[0].because]).toEqual(['paused', 'the phones ring']);
});
