import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { fleetCsv, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { type Looks, openSignedIn, phone, useBrowser, type Visit, wide } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { useOrchestrator } from './world.ts';

const hostile = '<img src=x onerror=alert(1)>';

const orchestrator = useOrchestrator(startSmallOrchestrator);
const browser = useBrowser();

beforeEach(async () => {
  await orchestrator().ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv, prune: true });
});

async function opened(path: string, token = orchestrator().token, looks: Looks = {}): Promise<Visit> {
  const visited = await openSignedIn(browser(), { ...orchestrator(), token }, looks);
  await goTo(visited.page, path);
  return visited;
}

const textOf = (page: Page) => page.getByLabel('Text of the fleet file');
const fleetSize = async (): Promise<number> =>
  (await orchestrator().ask('GET', '/v1/fleet?limit=0')).body.total;

describe('an import', () => {
  test('shows each fault with its line, and changes nothing', async () => {
    const { page, context } = await opened('fleet/import');
    await textOf(page).fill(`client,host,logonServer\npc-1,NT-1,LS-MIL\n${hostile},NT-2,LS-MIL\n`);
    await page.getByRole('button', { name: 'Check the file' }).click();
    const fault = page.getByRole('row').filter({ hasText: 'is "<img src=x' });
    await fault.waitFor();
    expect(await fault.getByRole('cell').first().textContent()).toBe('3');
    await expectAccessible(page);
    expect(await fleetSize()).toBe(10);
    await context.close();
  });

  test('of a chosen file shows the difference, asks with the counts, and says them afterwards', async () => {
    const { page, context, trouble } = await opened('fleet/import');
    const text = `${fleetCsv.replace('pc-1,NT-1,LS-ROM', 'pc-1,NT-1,LS-TUR')}pc-new,NT-99,LS-TUR,Europe/Rome,workstation,caffè\n`;
    await page.locator('input[type=file]').setInputFiles({
      name: 'fleet.csv',
      mimeType: 'text/csv',
      // As Excel writes it on Windows.
      buffer: Buffer.from(text, 'latin1'),
    });
    await page.getByRole('button', { name: 'Check the file' }).click();
    await page.getByText('Read as CSV in Windows-1252').waitFor();
    await page.getByRole('row', { name: 'pc-1 logonServer LS-ROM → LS-TUR' }).waitFor();
    await page.getByRole('row', { name: 'pc-new + new' }).waitFor();
    expect(await fleetSize()).toBe(10);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Import…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import the fleet' });
    await dialog.getByText('1 client added, 1 changed, 9 unchanged, 0 not in the file').waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('0 not in the file; the fleet has 11 clients').first().waitFor();
    const { body } = await orchestrator().ask('GET', '/v1/fleet?prefix=pc-new');
    expect(body.clients).toMatchObject([{ client: 'pc-new', labels: ['caffè'] }]);
    expect(trouble).toEqual([]);
    await context.close();
  });

  test('that makes the fleet smaller wants the number of clients that leave, by keyboard alone', async () => {
    const { page, context, trouble } = await opened('fleet/import?prune=true');
    await textOf(page).fill(fleetCsv.replace(/^pc-[78].*\n/gm, ''));
    // Over the two choices to the button.
    for (const key of ['Tab', 'Tab', 'Tab']) await page.keyboard.press(key);
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Check the file');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: 'pc-7 − leaves the fleet' }).waitFor();
    const button = page.getByRole('button', { name: 'Import…' });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Would be removed: pc-7, pc-8').waitFor();
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await page.getByText('2 removed; the fleet has 8 clients').first().waitFor();
    expect(await fleetSize()).toBe(8);
    expect(trouble).toEqual([]);
    await context.close();
  });
});

describe('the list of machines', () => {
  test('is filtered in its address, and takes out the clients that were chosen', async () => {
    const { page, context, trouble } = await opened('fleet');
    await page.getByLabel('Name begins with').fill('srv');
    await page.keyboard.press('Enter');
    await page.getByText('1 of at least 1 client').or(page.getByText('1 of 1 client')).waitFor();
    expect(page.url()).toContain('fleet?prefix=srv');
    await page.getByLabel('Select srv-1').check();
    await page.getByRole('button', { name: 'Remove 1…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove 1 client from the fleet' });
    await dialog.getByText('1 client leaves the fleet: srv-1.').waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Type srv-1 to confirm').fill('SRV-1');
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('1 client removed; the fleet has 9 clients').waitFor();
    expect(await fleetSize()).toBe(9);
    expect(trouble).toEqual([]);
    await context.close();
  });

  test('selects a range with Shift, as the list of a campaign does', async () => {
    const { page, context, trouble } = await opened('fleet');
    await page.getByLabel('Select pc-1', { exact: true }).check();
    await page.getByLabel('Select pc-4').click({ modifiers: ['Shift'] });
    await page.getByRole('button', { name: 'Remove 4…' }).click();
    await page.getByRole('dialog').getByText('4 clients leave the fleet: pc-1, pc-2, pc-3, pc-4.').waitFor();
    expect(trouble).toEqual([]);
    await context.close();
  });

  test.each([wide, phone])(
    'says who may change it, and is without fault: $colorScheme, $width wide',
    async (looks) => {
      const name = `viewer-${looks.width}`;
      const token = await makeToken(orchestrator(), name, { role: 'viewer' });
      const { page, context, trouble } = await opened('fleet', token, looks);
      await page.getByText('10 of 10 clients').waitFor();
      for (const button of ['Remove…', 'Import…']) {
        const control = page.getByRole('button', { name: button });
        expect(await control.getAttribute('aria-disabled')).toBe('true');
        expect(await control.getAttribute('title')).toBe('Needs operator or administrator; you are viewer.');
      }
      await expectAccessible(page);
      await goTo(page, 'fleet/import');
      await page.getByRole('button', { name: 'Check the file' }).waitFor();
      await expectAccessible(page);
      expect(trouble).toEqual([]);
      await context.close();
    },
  );
});
