import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { readOidcSettings } from '../../orchestrator/http/access/read-oidc-settings.ts';
import { testLog } from '../fixtures/context.ts';
import { clientSecret, startProvider } from '../fixtures/oidc-provider.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { useBrowser } from './chromium.ts';

const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'servpack-provider-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A proxy that has servpack below a path of its own, as a proxy of several services does. */
async function proxyBelow(path: string, port: number) {
  const server = createServer((asked, reply) => {
    const { method, headers, url = '' } = asked;
    if (!url.startsWith(`${path}/`)) return void reply.writeHead(404).end();
    const there = { port, host: '127.0.0.1', method, headers, path: url.slice(path.length) };
    const onward = request(there, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    reply.on('close', () => onward.destroy());
    asked.pipe(onward);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each([
  ['at the root', ''],
  ['below the path of a proxy', '/ops/servpack'],
])(
  '%s a person signs in with the button of the provider, and comes back to the screen',
  async (_where, path) => {
    const port = await freePort();
    await using proxy = await proxyBelow(path, port);
    const { url } = proxy;
    await using provider = await startProvider(`${url}/auth/back`);
    provider.accounts.set('anna', { name: 'anna@example.com', groups: ['ops'] });
    writeFileSync(join(folder, 'secret'), clientSecret, { mode: 0o600 });
    const file = join(folder, 'oidc.yaml');
    writeFileSync(
      file,
      `openIdConnect:\n  name: Example\n  issuer: ${provider.issuer}\n  clientId: servpack\n  clientSecret: secret\n  groups: [{ group: ops, role: operator }]\n`,
    );
    const read = unwrapped(readOidcSettings({ oidc: file, publicUrls: [url] }, testLog()));
    await using _ = await startSmallOrchestrator(undefined, { provider: read, port });
    const page = await browser().newPage();
    await page.goto(`${url}/campaigns`);
    await page.getByRole('link', { name: 'Sign in with Example' }).click();
    await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${url}/campaigns`);
    await page.getByText('anna@example.com').first().waitFor();
    // Who comes back without having left reads why, and a way to the page.
    await page.goto(`${url}/auth/back?code=1&state=2`);
    await page.getByRole('link', { name: 'Back to servpack' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(page.url()).toBe(`${url}/`);
    await page.close();
  },
);
