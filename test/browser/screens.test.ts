import { describe, expect, test } from 'vitest';
import { leaderRound } from '../api/world.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { type Looks, openSignedIn, phone, useBrowser, visit, type Visit, wide } from './chromium.ts';
import { openScreen, violationsOn } from './screens.ts';
import { useOrchestrator } from './world.ts';

const hostile = '<img src=x onerror=alert(1)>';

/** It asks a person, is paused by another one, and has names that would be markup elsewhere. */
const asking = `${campaignYaml()}approvals: [{ wave: rest, expires: 24h }]\nticket: ${JSON.stringify(hostile)}\n`;

async function startAsking(): Promise<SmallOrchestrator> {
  const orchestrator = await startRunning(undefined, asking);
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'b.yaml', text: campaignYaml('created-only') });
  await leaderRound(orchestrator, undefined);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: hostile });
  return orchestrator;
}

const orchestrator = useOrchestrator(startAsking);
const browser = useBrowser();

/** Each screen, and words that say that its answer is there. */
const screens: readonly (readonly [path: string, says: string])[] = [
  ['', 'Needs a person'],
  ['campaigns', 'created-only'],
  ['campaigns/sp4', 'Waves'],
  ['campaigns/sp4?tab=clients', 'pc-2'],
  ['campaigns/sp4?tab=servers', 'LS-MIL'],
  ['campaigns/sp4?tab=plan', 'Nothing is compared'],
  ['campaigns/sp4?tab=report', 'Read on'],
  ['campaigns/sp4?tab=audit', 'the campaign'],
  ['clients?state=waiting', 'pc-2'],
  ['clients/pc-2', 'Evidence'],
  ['blockers', 'Nothing blocks a client'],
  ['approvals', 'No question waits'],
  ['fleet', 'pc-2'],
  ['releases', 'sms-sp4'],
  ['audit?client=pc-2', 'Verify the seal'],
  ['settings', 'Checks of this servpack'],
  ['more', 'Blockers'],
  ['nowhere', 'There is no such screen'],
  ['wall', 'needs a person'],
];

const opened = (looks: Looks = {}): Promise<Visit> => openSignedIn(browser(), orchestrator(), looks);

describe.each([
  ['light, wide', wide],
  ['dark, as a phone', phone],
] as const)('every screen, %s', (_name, looks) => {
  test('has no fault of accessibility, no sideways scroll, and no error', async () => {
    const visited = await opened(looks);
    const found: (readonly [string, readonly string[], boolean])[] = [];
    for (const [path, says] of screens) {
      await openScreen(visited, path, says);
      const isWide = await visited.page.evaluate<boolean>(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      );
      found.push([path, await violationsOn(visited.page), isWide]);
    }
    expect(found.filter(([, wrong, isWide]) => wrong.length > 0 || isWide)).toEqual([]);
    expect(visited.trouble).toEqual([]);
    await visited.context.close();
  });
});

describe('the page', () => {
  test('shows names with markup in them as text', async () => {
    const visited = await opened();
    await openScreen(visited, 'campaigns/sp4', 'Waves');
    expect(await visited.page.getByText(hostile).count()).toBeGreaterThan(0);
    expect(await visited.page.locator('main img').count()).toBe(0);
    await visited.context.close();
  });

  test('asks before an abort as the command does, wants its name, and gives the focus back', async () => {
    const visited = await opened();
    const { page } = visited;
    await openScreen(visited, 'campaigns/sp4', 'Waves');
    const button = page.getByRole('button', { name: 'Abort…' });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Abort sp4' });
    await dialog.getByText('Undo: none. An aborted campaign cannot be resumed.').waitFor();
    expect(await violationsOn(visited.page)).toEqual([]);
    const confirm = dialog.getByRole('button', { name: 'Abort', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('the wrong release');
    await dialog.getByLabel('Type sp4 to confirm').fill('sp5');
    expect(await confirm.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Abort…');
    const { body } = await orchestrator().ask('GET', '/v1/campaigns/sp4');
    expect(body.status).toBe('paused');
    await visited.context.close();
  });

  test('resumes despite the pause of another person only when that is asked for', async () => {
    await using other = await startRunning();
    await other.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'payroll' }, { 'x-servpack-user': 'bert' });
    const visited = await openSignedIn(browser(), other);
    const { page } = visited;
    await openScreen(visited, 'campaigns/sp4', 'payroll');
    await page.getByRole('button', { name: 'Resume…' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Resume sp4' });
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('Campaign sp4 is running').waitFor();
    const { body } = await other.ask('GET', '/v1/campaigns/sp4');
    expect(body.status).toBe('running');
    await visited.context.close();
  });

  test('goes everywhere by keyboard, and a key changes nothing', async () => {
    const visited = await opened();
    const { page } = visited;
    for (const [key, title] of [
      ['c', 'Campaigns'],
      ['b', 'Blockers'],
      ['a', 'Approvals'],
      ['f', 'Fleet'],
      ['s', 'Settings'],
      ['o', 'Overview'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('created');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'created-only' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('link', { name: 'sp4', exact: true }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('Waves').first().waitFor();
    expect(visited.trouble).toEqual([]);
    await visited.context.close();
  });

  test('keeps a person signed in over a reload, until the person signs out', async () => {
    const visited = await opened();
    const { page } = visited;
    await page.goto(`${orchestrator().url}/campaigns/sp4`);
    await page.getByRole('heading', { level: 1, name: 'sp4' }).waitFor();
    await page.getByRole('button', { name: 'administrator' }).press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(false);
    await page.keyboard.press('Enter');
    expect(await violationsOn(page)).toEqual([]);
    expect(await storedBy(page)).toEqual(choices);
    await page.getByRole('button', { name: 'Sign out' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.goto(orchestrator().url);
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(await visited.context.cookies()).toEqual([]);
    expect(await storedBy(page)).toEqual(choices);
    await visited.context.close();
  });

  test('signs a person out from every screen of a phone', async () => {
    const visited = await opened(phone);
    const { page } = visited;
    for (const [path, says] of screens.filter(([each]) => each !== 'wall')) {
      await openScreen(visited, path, says);
      await page.getByRole('button', { name: 'administrator' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await page.keyboard.press('Escape');
    }
    await page.getByRole('button', { name: 'administrator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(visited.trouble).toEqual([]);
    await visited.context.close();
  });

  test('finds a client by the beginning of its name, and signs out from the wall by keyboard', async () => {
    const visited = await opened();
    const { page } = visited;
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('SRV');
    await page.getByRole('option', { name: 'srv-1' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'srv-1' }).waitFor();
    await openScreen(visited, 'wall', 'needs a person');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('sign');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(visited.trouble).toEqual([]);
    await visited.context.close();
  });

  test('signs in by a link once, and takes its code out of the address', async () => {
    const { body } = await orchestrator().ask('POST', '/v1/session/links');
    const link = `${orchestrator().url}/#code=${String(body.code)}`;
    const first = await visit(browser(), orchestrator().url);
    await first.page.goto(link);
    await first.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(first.page.url()).toBe(`${orchestrator().url}/`);
    const second = await visit(browser(), orchestrator().url);
    await second.page.goto(link);
    await second.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await second.page.getByRole('alert').filter({ hasText: 'This link was used already' }).waitFor();
    expect(await second.page.getByRole('main').textContent()).toContain('servpack open');
    // Who is signed in already stays so.
    await first.page.goto('about:blank');
    await first.page.goto(link);
    await first.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await Promise.all([first.context.close(), second.context.close()]);
  });

  test('says that a wrong token is wrong, and keeps no token', async () => {
    const visited = await visit(browser(), orchestrator().url);
    const { page } = visited;
    await page.goto(orchestrator().url);
    await page.getByLabel('Token').fill('not-this-one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'token' }).waitFor();
    expect(await violationsOn(visited.page)).toEqual([]);
    await page.getByLabel('Token').fill(orchestrator().token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(kept).not.toContain(orchestrator().token);
    expect(page.url()).not.toContain(orchestrator().token);
    await visited.context.close();
  });
});

/** How the page looks, and in which zone times are: nothing of campaigns and people. */
const choices = { local: ['servpack.theme=system', 'servpack.zone=mine'], others: 0, cookie: '' };

/** Everything that scripts of the page have stored in the browser. */
const storedBy = (page: Visit['page']) =>
  page.evaluate<typeof choices>(`(async () => ({
    local: Object.entries(localStorage).map((pair) => pair.join('=')).sort(),
    others: sessionStorage.length + (await indexedDB.databases()).length + (await caches.keys()).length
      + (await navigator.serviceWorker.getRegistrations()).length,
    cookie: document.cookie,
  }))()`);
