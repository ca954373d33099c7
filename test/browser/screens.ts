import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Visit } from './chromium.ts';

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

/** What is wrong for assistive technology. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  // The same rules run; only what violates them is described, which takes half of the time.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
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
