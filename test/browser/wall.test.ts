import { expect, test } from 'vitest';
import type { MissingProcess } from '../../orchestrator/views/missing-processes.ts';
import { campaignYaml } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { type Looks, openSignedIn, useBrowser, type Visit } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

/** What the orchestrator is without. */
let missing: readonly MissingProcess[] = [];
const processes = { leaderFound: () => undefined, missing: async () => missing };

const orchestrator = useOrchestrator(() => startMixed(undefined, { context: { processes } }));
const browser = useBrowser();
let count = 0;

async function opened(looks: Looks): Promise<Visit> {
  const token = await makeToken(orchestrator(), `wall-${(count += 1)}`, { role: 'viewer' });
  const visited = await openSignedIn(browser(), { ...orchestrator(), token }, looks);
  await goTo(visited.page, 'wall');
  return visited;
}

const looks = [
  ['light', 1920, 1080],
  ['dark', 1280, 800],
  ['dark', 1080, 1920],
] as const;

test.each(looks)(
  'the wall, %s, %i × %i, needs no scrolling and is read from afar',
  async (colorScheme, width, height) => {
    const { page, context, trouble } = await opened({ colorScheme, width, height });
    await page.getByText('Paused by').waitFor();
    await expectAccessible(page);
    const fits = await page.evaluate<boolean>(
      `document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth`,
    );
    expect(fits).toBe(true);
    // A letter that is read from five metres has 1/25 of the height of the screen.
    const size = await page.evaluate<number>(
      `Math.min(...[...document.querySelectorAll('.wall dd:not(.dim)')].map((each) => Number.parseFloat(getComputedStyle(each).fontSize)))`,
    );
    expect(size).toBeGreaterThan(Math.min(width, height) / 25);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(trouble).toEqual([]);
    await context.close();
  },
);

const twoMore = 'client,host,logonServer\npc-20,NT-20,LS-TUR\npc-21,NT-21,LS-TUR\n';

test('a held logon server needs a person, on the wall and on the overview', async () => {
  const hold = { logonServers: ['LS-MIL'], reason: 'payroll runs' };
  expect((await orchestrator().ask('POST', '/v1/campaigns/sp4/hold', hold)).status).toBe(200);
  const { page, context } = await opened({});
  await page.getByText(/^Needs a person: \d/).waitFor();
  await goTo(page, '');
  const item = page.locator('.attention li').filter({ hasText: 'has held LS-MIL in sp4' });
  await item.getByText('payroll runs').waitFor();
  await item.getByText('servpack campaign release sp4 --server LS-MIL').waitFor();
  await context.close();
});

test('the wall goes through the campaigns that run, and says since when it is stale', async () => {
  await orchestrator().ask('POST', '/v1/fleet', { file: 'more.csv', text: twoMore });
  const text = campaignYaml('turin', 'select: { logonServers: [LS-TUR] }\n');
  await orchestrator().ask('POST', '/v1/campaigns', { file: 'turin.yaml', text });
  expect((await orchestrator().ask('POST', '/v1/campaigns/turin/start')).status).toBe(200);
  const { page, context } = await opened({});
  await page.clock.install();
  const title = page.getByRole('heading', { level: 1 });
  for (const name of ['turin', 'sp4', 'turin'])
    await expect
      .poll(async () => {
        await page.clock.runFor(4_000);
        return title.textContent();
      })
      .toBe(name);
  await context.setOffline(true);
  await page.clock.runFor(30_000);
  await page.getByText(/^Stale since \d\d:\d\d:\d\d/).waitFor();
  await context.setOffline(false);
  await page.clock.runFor(30_000);
  await page.getByText(/^Stale since/).waitFor({ state: 'detached' });
  await context.close();
});

test('the wall says in large letters that no worker runs', async () => {
  missing = [{ process: 'worker', since: null }];
  const { page, context } = await opened({});
  const alarm = page.getByText('No worker runs');
  await alarm.waitFor();
  const sizes = await page.evaluate<readonly number[]>(
    `['.wall-missing', '.wall h1'].map((each) => Number.parseFloat(getComputedStyle(document.querySelector(each)).fontSize))`,
  );
  expect(sizes[0]).toBeGreaterThan((sizes[1] ?? 0) / 2);
  missing = [];
  await context.close();
});
