import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { readOidcSettings } from '../../orchestrator/http/access/read-oidc-settings.ts';
import { testLog } from '../fixtures/context.ts';
import { clientSecret, startProvider } from '../fixtures/oidc-provider.ts';
import { startPathProxy } from '../fixtures/path-proxy.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { useBrowser } from './chromium.ts';

const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'servpack-provider-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The provider with which people sign in to the page at this URL, and its settings. */
async function providerFor(url: string, more = '') {
  const provider = await startProvider(`${url}/auth/back`);
  for (const name of ['anna', 'kim'])
    provider.accounts.set(name, { name: `${name}@example.com`, groups: ['ops'] });
  writeFileSync(join(folder, 'secret'), clientSecret, { mode: 0o600 });
  const file = join(folder, 'oidc.yaml');
  writeFileSync(
    file,
    `openIdConnect:\n  name: Example\n  issuer: ${provider.issuer}\n  clientId: servpack\n  clientSecret: secret\n  groups: [{ group: ops, role: operator }]\n${more}`,
  );
  const settings = unwrapped(readOidcSettings({ oidc: file, publicUrls: [url] }, testLog()));
  return { provider, settings };
}

const signIn = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: 'Sign in with Example' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
};

test.each([
  ['at the root', ''],
  ['below the path of a proxy', '/ops/servpack'],
])(
  '%s a person signs in with the button of the provider, and comes back to the screen',
  async (_where, path) => {
    const port = await freePort();
    await using proxy = await startPathProxy(path, port);
    const { url } = proxy;
    const { provider, settings } = await providerFor(url);
    await using _provider = provider;
    await using _ = await startSmallOrchestrator(undefined, { provider: settings, port });
    const page = await browser().newPage();
    await page.goto(`${url}/campaigns`);
    await signIn(page);
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

test('who signs out signs out at the provider, too, where the settings say so', async () => {
  const port = await freePort();
  await using proxy = await startPathProxy('/servpack', port);
  const { provider, settings } = await providerFor(proxy.url, '  signOut: provider\n');
  await using _provider = provider;
  await using _ = await startSmallOrchestrator(undefined, { provider: settings, port });
  const page = await browser().newPage();
  await page.goto(`${proxy.url}/settings`);
  await signIn(page);
  await page.getByText('anna@example.com').first().waitFor();
  provider.account = 'kim';
  await page.getByRole('button', { name: 'anna@example.com' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${provider.issuer}/**`);
  await page.getByRole('button', { name: 'Yes' }).click();
  await page.waitForURL(`${proxy.url}/`);
  // The session there has ended: the next person is asked who they are.
  await signIn(page);
  await page.getByText('kim@example.com').first().waitFor();
  expect(await page.getByText('anna@example.com').count()).toBe(0);
  await page.close();
});
