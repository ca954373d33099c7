import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('a person signs in with the button of the provider, and comes back to the screen', async () => {
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
  const page = await browser().newPage();
  await page.goto(`${url}/campaigns`);
  await page.getByRole('link', { name: 'Sign in with Example' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
  expect(page.url()).toBe(`${url}/campaigns`);
  await page.getByText('anna@example.com').first().waitFor();
  await page.close();
});
