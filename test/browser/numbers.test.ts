import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bring, rest } from '../integration/admitted-clients.ts';
import { openSignedIn, useBrowser } from './chromium.ts';
import { openScreen } from './screens.ts';
import { blocked, startMixed, useOrchestrator } from './world.ts';

/** The usual campaigns, and another one that runs, in which the same blockers hold clients up. */
async function startTwo(): Promise<SmallOrchestrator> {
  const orchestrator = await startMixed();
  const { store } = orchestrator;
  const machines = ['a', 'b', 'c'].map(
    (name) => `more-${name},NT-${name},LS-TUR,Europe/Rome,workstation,more`,
  );
  const fleet = ['client,host,logonServer,zone,role,labels', ...machines, ''].join('\n');
  await orchestrator.ask('POST', '/v1/fleet', { file: 'more.csv', text: fleet });
  const text =
    'campaign: second\nrelease: sms-sp4\nselect: { labels: [more] }\nwaves: [{ name: all, rest: true }]\n';
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'second.yaml', text });
  expect((await orchestrator.ask('POST', '/v1/campaigns/second/start')).status).toBe(200);
  await bring(store, 'more-a', blocked.both, rest, 'second');
  await bring(store, 'more-b', blocked.attention, { index: 'settled' }, 'second');
  return orchestrator;
}

const orchestrator = useOrchestrator(startTwo);
const browser = useBrowser();

/** Where numbers of clients stand, with words that say that the answer is there. */
const screens = [
  ['', 'Needs a person'],
  ['campaigns', 'later'],
  ['campaigns/sp4', 'Fix first'],
  ['campaigns/sp4?tab=servers', 'LS-MIL'],
  ['campaigns/sp4?tab=blockers', 'Blocked now'],
  ['blockers', 'Every campaign'],
  ['blockers?campaign=second', 'Blocked now'],
] as const;

interface Found {
  readonly count: number;
  readonly href: string;
}

// As text: it runs in the browser, whose types this file does not have.
const countsOn = (page: Page): Promise<readonly Found[]> =>
  page.evaluate<readonly Found[]>(
    `[...document.querySelectorAll('main [data-count]')].map((link) =>
      ({ count: Number(link.dataset.count), href: link.getAttribute('href') }))`,
  );

/** How many rows the list has, and how many it says that there are. */
async function listOn(page: Page): Promise<readonly number[]> {
  const says = (await page.locator('main .pages').textContent()) ?? '';
  return [await page.locator('main tbody tr').count(), Number(/of (\d+) client/.exec(says)?.[1])];
}

test('every number of clients leads to a list of just as many', async () => {
  const visited = await openSignedIn(browser(), orchestrator());
  const { page } = visited;
  const found = new Map<string, Set<number>>();
  for (const [path, says] of screens) {
    await openScreen(visited, path, says);
    await page.locator('main [data-count]').first().waitFor();
    const counts = await countsOn(page);
    for (const { count, href } of counts) found.set(href, (found.get(href) ?? new Set()).add(count));
  }
  for (const [href, counts] of found) {
    await openScreen(visited, href.slice(1), ' client');
    // The list before stays until the answer has come.
    await expect.poll(() => listOn(page), { message: href }).toEqual([...counts, ...counts]);
  }
  const asked = [...found.keys()].join('\n');
  // A blocker of two campaigns has a list in each.
  for (const campaign of ['sp4', 'second'])
    expect(asked).toMatch(new RegExp(`campaigns/${campaign}\\?.*blocks=now`));
  for (const filter of [
    'state=notOk',
    'state=finished',
    'state=unfinished',
    'state=inProgress',
    'causeIs=',
    'waitsFor=',
    'blocks=alone',
    'blocks=ever',
  ])
    expect(asked).toContain(filter);
  expect(visited.trouble).toEqual([]);
  await visited.context.close();
});
