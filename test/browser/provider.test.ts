import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { readOidcSettings } from '../../orchestrator/http/access/read-oidc-settings.ts';
import { testLog } from '../fixtures/context.ts';
import { clientSecret, startProvider } from '../fixtures/oidc-provider.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { needBrowser, openBrowser } from './chromium.ts';

let browser: Browser | null;
const folder = mkdtempSync(join(tmpdir(), 'servpack-provider-'));

beforeAll(async () => void (browser = await openBrowser()));
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(needBrowser);

test('a person signs in with the button of the provider, and comes back to the screen', async () => {
  if (browser === null) throw new Error('there is no browser');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
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
  const page = await browser.newPage();
  await page.goto(`${url}/campaigns`);
  await page.getByRole('link', { name: 'Sign in with Example' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
  expect(page.url()).toBe(`${url}/campaigns`);
  await page.getByText('anna@example.com').first().waitFor();
  await page.close();
});
