import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Looks, Visit } from './chromium.ts';

/** To another screen without loading the page again. */
export async function goTo(page: Page, path: string): Promise<void> {
  // As text: it runs in the browser, whose types this file does not have.
  await page.evaluate(
    `history.pushState(null, '', ${JSON.stringify(`/${path}`)}); dispatchEvent(new PopStateEvent('popstate'));`,
  );
}

/**
 * To another screen of the page, once its answer is there.
 * @param path below the page, with its query: `campaigns/sp4?tab=clients`
 */
export async function openScreen({ page }: Visit, path: string, says: string): Promise<void> {
  await goTo(page, path);
  await page.locator('main').getByText(says).first().waitFor();
}

/** The rules of axe that depend on the colours. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/**
 * What is wrong for assistive technology. Axe stays in a page that was looked at: reading its text
 * again takes as long as a look.
 * @param rules only these
 */
export async function violationsOn(
  page: Page,
  rules: readonly string[] | null = null,
): Promise<readonly string[]> {
  const isThere = await page.evaluate<boolean>('window.axe !== undefined');
  // All rules run; only what violates them is described, which takes half of the time.
  const axe = new AxeBuilder({ page, ...(isThere ? { axeSource: 'undefined' } : {}) })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] });
  const { violations } = await (rules === null ? axe : axe.withRules([...rules])).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
}

/** The same in both colours: with the other ones only what depends on them is looked at again. */
export async function expectAccessibleInBoth(page: Page, { colorScheme = 'light' }: Looks): Promise<void> {
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: colorScheme === 'dark' ? 'light' : 'dark' });
  expect(await violationsOn(page, colourRules)).toEqual([]);
  await page.emulateMedia({ colorScheme });
}

/** No fault for assistive technology, and no sideways scroll. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOn(page)).toEqual([]);
  expect(
    await page.evaluate<boolean>(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    ),
  ).toBe(false);
}
