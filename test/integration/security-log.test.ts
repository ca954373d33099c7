import { describe, expect, test } from 'vitest';
import { openListener } from './check-in-listener.ts';

/** OWASP ASVS 5.0.0: V16.2.5, V16.3.1 to V16.3.3, V16.4.1. */
const linesOf = (logged: readonly string[], message: string) =>
  logged
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(({ msg }) => msg === message);

describe('the log says once, and counts, that somebody is refused', () => {
  test('at the API, without a token or with a wrong one; the path and the token stay out of it', async () => {
    const { orchestrator, logged } = await openListener();
    const refusals = () => linesOf(logged, 'requests without the token of the API');
    const knock = (path: string, authorization: string) =>
      orchestrator.ask('GET', path, undefined, { authorization });
    expect(refusals()).toEqual([]);
    expect((await knock('/v1/clients/gu%0Aess', 'Bearer my-guess')).status).toBe(401);
    for (const path of ['/v1/fleet', '/v1/nothing', '/v1/campaigns'])
      expect((await knock(path, '')).status).toBe(401);
    expect(refusals()).toMatchObject([
      { level: 40, refused: 1, route: 'GET /v1/clients/:client', from: '127.0.0.1' },
    ]);
    expect(logged.join('')).not.toMatch(/my-guess|gu%0A|gu\\ness/);
  });

  test('at the check-ins, with a revoked token', async () => {
    const listener = await openListener();
    const token = await listener.tokenOf('pc-1');
    await listener.orchestrator.ask('POST', '/v1/fleet/tokens/revoke', { client: 'pc-1', reason: 'stolen' });
    for (let n = 0; n < 3; n += 1) expect((await listener.checkIn('pc-1', token)).status).toBe(401);
    expect(linesOf(listener.logged, 'check-ins with a revoked token')).toMatchObject([
      { level: 40, refused: 1, client: 'pc-1', from: '127.0.0.1' },
    ]);
    expect(listener.logged.join('')).not.toContain(token);
  });

  test('at the check-ins, too often', async () => {
    const listener = await openListener();
    const token = await listener.tokenOf('pc-1');
    for (let n = 0; n < 8; n += 1) await listener.checkIn('pc-1', token);
    expect(linesOf(listener.logged, 'check-ins that come too often')).toMatchObject([
      { level: 40, refused: 1, client: 'pc-1', from: '127.0.0.1' },
    ]);
  });

  test('at the check-ins, under a name that would break or fill a log', async () => {
    const listener = await openListener();
    expect((await listener.checkIn('gu%0Aess'.padEnd(100, 'x'), 'wrong')).status).toBe(401);
    const lines = linesOf(listener.logged, 'check-ins without their token');
    expect(lines).toMatchObject([{ refused: 1, client: 'gu\ness'.padEnd(63, 'x') }]);
    for (const line of listener.logged) expect(line.trimEnd()).not.toMatch(/\n/);
  });
});
