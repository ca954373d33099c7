import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openMetricsListener } from '../../shared/metrics/listener.ts';
import { parseMetricsListen } from '../../shared/metrics/settings.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const log = pino({ level: 'silent' });
const text = async () => '# TYPE a gauge\na 1\n';

describe('SERVPACK_METRICS_LISTEN', () => {
  test.each([
    ['9300', { host: '127.0.0.1', port: 9300, to: 9300 }],
    ['10.0.0.1:9300', { host: '10.0.0.1', port: 9300, to: 9300 }],
    ['[::1]:9300-9309', { host: '::1', port: 9300, to: 9309 }],
    ['9300-9309', { host: '127.0.0.1', port: 9300, to: 9309 }],
    ['off', 'off'],
  ])('%s is understood', (setting, means) => expect(parseMetricsListen(setting)).toEqual(means));

  test.each([
    '',
    'on',
    '99999',
    '9309-9300',
    '1-60000',
    ':9300',
    '[10.0.0.1]:9300',
    'a b:9300',
    'http://x:1',
  ])('"%s" is refused', (setting) => expect(parseMetricsListen(setting)).toBeNull());
});

test('processes of one machine share a range, and the one that finds no free port says which setting to change', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as { port: number };
  const listen = { host: '127.0.0.1', port, to: port };
  try {
    const refused = await openMetricsListener({ listen, servers: 0 }, text, log);
    expect(refused).toMatchObject({ ok: false, error: { code: 'http.portTaken' } });
    expect(refused.ok ? '' : refused.error.message).toContain('SERVPACK_METRICS_LISTEN');
    const next = unwrapped(
      await openMetricsListener({ listen: { ...listen, to: port + 99 }, servers: 0 }, text, log),
    );
    expect(Number(new URL(next?.url ?? '').port)).toBeGreaterThan(port);
    await next?.close();
  } finally {
    blocker.close();
  }
});

test('the port answers the metrics and nothing else', async () => {
  const listener = unwrapped(
    await openMetricsListener({ listen: { host: '127.0.0.1', port: 0, to: 0 }, servers: 0 }, text, log),
  );
  const url = listener?.url ?? '';
  try {
    expect(await (await fetch(url)).text()).toBe(await text());
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect(await statusFor(url, 'evil.example')).toBe(421);
    expect(await statusFor(url, 'localhost:9300')).toBe(200);
    for (const path of ['/', '/v1/campaigns', '/metrics/../v1/leader'])
      expect((await fetch(new URL(path, url))).status).toBe(404);
  } finally {
    await listener?.close();
  }
});

/** `fetch` sets the header itself. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const sent = request(url, { headers: { host }, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}
