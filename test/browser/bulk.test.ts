import { expect, test } from 'vitest';
import { makeToken } from '../fixtures/tokens.ts';
import { openSignedIn, useBrowser, type Visit } from './chromium.ts';
import { expectAccessible, openScreen } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

const orchestrator = useOrchestrator(startMixed);
const browser = useBrowser();

async function opened(path: string, says: string, token = orchestrator().token): Promise<Visit> {
  const visited = await openSignedIn(browser(), { ...orchestrator(), token });
  await openScreen(visited, path, says);
  return visited;
}

const stateOf = async (client: string): Promise<string> =>
  (await orchestrator().ask('GET', `/v1/clients/${client}/why?campaign=sp4`)).body.end;

const clientsIn = async (state: string): Promise<readonly string[]> =>
  (await orchestrator().ask('GET', `/v1/campaigns/sp4/clients?state=${state}`)).body.items.map(
    ({ client }: { client: string }) => client,
  );

test('a viewer can select clients, and reads which roles may retry and skip them', async () => {
  const token = await makeToken(orchestrator(), 'screen', { role: 'viewer' });
  const { page, context } = await opened('campaigns/sp4?tab=clients', 'pc-2', token);
  await page.getByLabel('Select pc-2').check();
  for (const name of ['Retry…', 'Skip…']) {
    const button = page
      .getByRole('group', { name: 'With the selected clients' })
      .getByRole('button', { name });
    expect(await button.getAttribute('title')).toBe('Needs operator or administrator; you are viewer.');
  }
  await context.close();
});

test('the selected clients are skipped by keyboard, after a count that says how many are left out', async () => {
  const { page, context, trouble } = await opened('campaigns/sp4?tab=clients', 'pc-2');
  const [failed = ''] = await clientsIn('failed');
  const [first = '', second = ''] = await clientsIn('waiting');
  for (const client of [failed, first, second]) {
    await page.getByLabel(`Select ${client}`).focus();
    await page.keyboard.press('Space');
  }
  await page.getByText('3 clients selected').waitFor();
  await expectAccessible(page);
  await page
    .getByRole('group', { name: 'With the selected clients' })
    .getByRole('button', { name: 'Skip…' })
    .focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Skip 2 clients of sp4' });
  await dialog.getByText('1 client left out: it has finished already.').waitFor();
  await expectAccessible(page);
  await dialog.getByLabel('Reason').fill('they go to the dump');
  await page.keyboard.press('Enter');
  await page.getByText('2 clients skipped. 1 had finished.').waitFor();
  expect(await Promise.all([failed, first, second].map(stateOf))).toEqual(['failed', 'skipped', 'skipped']);
  expect(trouble).toEqual([]);
  await context.close();
});

test('a client shows what is planned above what was done, its own clock, its record, and its proof', async () => {
  const [client = ''] = await clientsIn('upgraded');
  const visited = await opened(`clients/${client}`, 'What was done and what comes');
  const { page, context } = visited;
  await page.getByText('Europe/Rome 10:00').waitFor();
  await page
    .locator('.timeline')
    .getByText(/\d\d:\d\d there$/)
    .first()
    .waitFor();
  await page.getByText('Show the record').click();
  await page.getByLabel('Record').last().getByText('"relocation": "done"').waitFor();
  await expectAccessible(page);
  // This small orchestrator seals nothing, and says so.
  await page.getByRole('button', { name: 'Save the proof' }).click();
  await page.locator('.note.bad').waitFor();
  await context.close();
});

test('a click with Shift selects from the last row to this one; by keyboard Space and j do the same', async () => {
  const { page, context, trouble } = await opened('campaigns/sp4?tab=clients', 'pc-2');
  const boxes = page.locator('main [data-row] input[type=checkbox]');
  const ticked = (): Promise<readonly boolean[]> =>
    boxes.evaluateAll((all) => all.map((box) => (box as unknown as { checked: boolean }).checked));
  const rows = (from: number, to: number): readonly boolean[] =>
    Array.from({ length: 10 }, (_, at) => at >= from && at <= to);
  await boxes.nth(2).click();
  await boxes.nth(6).click({ modifiers: ['Shift'] });
  await expect.poll(ticked).toEqual(rows(2, 6));
  expect(await page.evaluate<string>('String(getSelection())')).toBe('');
  // What is let go with Shift is let go as far as the last row.
  await boxes.nth(4).click({ modifiers: ['Shift'] });
  await expect.poll(ticked).toEqual(rows(2, 3));
  await page.getByRole('button', { name: 'Clear' }).click();
  await boxes.nth(1).focus();
  await page.keyboard.press('Space');
  await boxes.nth(4).focus();
  await page.keyboard.press('Shift+Space');
  await expect.poll(ticked).toEqual(rows(1, 4));
  for (const key of ['Shift+J', 'Shift+J']) await page.keyboard.press(key);
  await expect.poll(ticked).toEqual(rows(1, 6));
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+K');
  await expect.poll(ticked).toEqual(rows(1, 7));
  expect(trouble).toEqual([]);
  await context.close();
});

test('all clients that match a filter are retried, and the list changes', async () => {
  const { page, context } = await opened('campaigns/sp4?tab=clients&state=notOk', '2 of 2 clients');
  await page.getByLabel('Select the clients of this page').check();
  const bar = page.getByRole('group', { name: 'With the selected clients' });
  await bar.getByRole('button', { name: 'Retry…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry 2 clients of sp4' });
  await dialog.getByLabel('Reason').fill('the line is back');
  await dialog.getByRole('button', { name: 'Retry 2' }).click();
  await page.getByText('2 clients will be tried again.').waitFor();
  await page.getByText('No client matches.').waitFor();
  expect(await clientsIn('notOk')).toEqual([]);
  await context.close();
});
