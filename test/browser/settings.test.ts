import { expect, test } from 'vitest';
import { startWorld } from '../api/world.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { type Looks, openSignedIn, phone, useBrowser, type Visit } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { useOrchestrator } from './world.ts';

const orchestrator = useOrchestrator(startWorld);
const browser = useBrowser();

async function opened(token = orchestrator().token, looks: Looks = {}): Promise<Visit> {
  const visited = await openSignedIn(browser(), { ...orchestrator(), token }, looks);
  await goTo(visited.page, 'settings?messages=true');
  return visited;
}

test('a token is made and shown once; revoked, it is refused and its sessions are over', async () => {
  const { page, context, trouble } = await opened();
  await page.getByLabel('Name').fill('night-shift');
  await page.getByLabel('Person').fill('anna');
  await page.getByRole('form').getByLabel('Role').selectOption('operator');
  await page.getByRole('button', { name: 'Make', exact: true }).click();
  const shown = page.getByText('It is shown only now').locator('..');
  const secret = (await shown.getByRole('code').textContent()) ?? '';
  expect(secret).toMatch(/^sp_/);
  await expectAccessible(page);
  const other = await opened(secret);
  await page.getByRole('button', { name: 'I have it' }).click();
  expect(await page.content()).not.toContain(secret);
  await page.getByRole('row').filter({ hasText: 'night-shift' }).filter({ hasText: '127.0.0.1' }).waitFor();
  await page.getByRole('button', { name: 'Revoke… night-shift' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke the token night-shift' });
  await dialog.getByText('1 session that began with it ends.').waitFor();
  await dialog.getByLabel('Reason').fill('anna has left');
  await dialog.getByLabel('Type night-shift to confirm').fill('night-shift');
  await page.keyboard.press('Enter');
  await page.getByText('The token night-shift is revoked.').waitFor();
  await other.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  expect(trouble).toEqual([]);
  await Promise.all([context.close(), other.context.close()]);
});

test('a session is ended by keyboard, and its reader is signed out', async () => {
  const token = await makeToken(orchestrator(), 'bert', { role: 'viewer' });
  const other = await opened(token);
  const { page, context, trouble } = await opened();
  await page.getByRole('button', { name: 'End… bert' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'End the session of bert' }).getByLabel('Reason').fill('lost');
  await page.keyboard.press('Enter');
  await page.getByText('The session has ended.').waitFor();
  await other.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  expect(trouble).toEqual([]);
  await Promise.all([context.close(), other.context.close()]);
});

test('a destination is tested, and a message is delivered once more', async () => {
  const { page, context, trouble } = await opened();
  await page.getByRole('button', { name: 'Test pager' }).click();
  await page.getByText(/^pager: .*page\.sh/).waitFor();
  await page.getByRole('row').filter({ hasText: 'campaign sp3 has ended' }).getByText('delivered').waitFor();
  await page.getByRole('button', { name: 'Deliver again: campaign sp3 has ended, pager' }).click();
  await page.getByText('It is delivered once more to pager.').waitFor();
  expect((await orchestrator().ask('GET', '/v1/notify/log')).body.destinations[0].waiting).toBe(1);
  expect(trouble).toEqual([]);
  await context.close();
});

test('a viewer on a phone reads who may see tokens, and asks for none', async () => {
  const token = await makeToken(orchestrator(), 'viewer', { role: 'viewer' });
  const { page, context, trouble } = await opened(token, phone);
  await page.getByText('Needs administrator; you are viewer.').first().waitFor();
  const control = page.getByRole('button', { name: 'Test pager' });
  expect(await control.getAttribute('aria-disabled')).toBe('true');
  await expectAccessible(page);
  expect(trouble).toEqual([]);
  await context.close();
});
