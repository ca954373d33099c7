import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { now, startRunning, startSmallOrchestrator, writeRelease } from '../fixtures/small-orchestrator.ts';
import { manifestOf } from '../../shared/store/release-store.ts';
import { type Looks, openSignedIn, phone, useBrowser, type Visit } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { useOrchestrator } from './world.ts';

const hostile = '<img src=x onerror=alert(1)>';

const orchestrator = useOrchestrator(startRunning);
const browser = useBrowser();

async function opened(path: string, of = orchestrator(), looks: Looks = {}): Promise<Visit> {
  const visited = await openSignedIn(browser(), of, looks);
  await goTo(visited.page, path);
  return visited;
}

describe('the logon servers of a campaign', () => {
  test('are held and released, each with its numbers', async () => {
    const { page, context, trouble } = await opened('campaigns/sp4?tab=servers');
    await page.getByRole('button', { name: 'Hold… LS-ROM' }).click();
    const hold = page.getByRole('dialog', { name: 'Hold LS-ROM' });
    await hold.getByText('Nothing new begins on its 7 waiting clients').waitFor();
    await hold.getByLabel('Reason').fill(hostile);
    await page.keyboard.press('Enter');
    await page.getByText(`held by token default: ${hostile}`).waitFor();
    await expectAccessible(page);
    const held = await orchestrator().ask('GET', '/v1/campaigns/sp4');
    expect(held.body.holds).toMatchObject([{ logonServer: 'LS-ROM', clients: 7 }]);
    await page.getByRole('button', { name: 'Release… LS-ROM' }).focus();
    await page.keyboard.press('Enter');
    const release = page.getByRole('dialog', { name: 'Release LS-ROM' });
    await release.getByText('7 clients go on, within the budgets').waitFor();
    await release.getByRole('button', { name: 'Release', exact: true }).click();
    await page.getByRole('button', { name: 'Hold… LS-ROM' }).waitFor();
    expect((await orchestrator().ask('GET', '/v1/campaigns/sp4')).body.holds).toEqual([]);
    expect(trouble).toEqual([]);
    await context.close();
  });
});

describe('releases', () => {
  test('are staged from a path, and withdrawn with what that stops in numbers', async () => {
    const path = writeRelease(orchestrator(), 'echo staged', 'sms-sp5');
    const { page, context, trouble } = await opened('releases?stage=true');
    await page.getByLabel('Path of the release file').fill(path);
    await page.getByRole('button', { name: 'Stage', exact: true }).click();
    await page.getByText('Release sms-sp5 is staged: 1 file read.').waitFor();
    await page.getByText('sms-sp5', { exact: true }).click();
    await expect.poll(() => page.url()).toContain('releases?release=sms-sp5');
    await page.getByText('No campaign has it.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Withdraw…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Withdraw sms-sp5' });
    await dialog.getByText('0 campaigns have it, with 0 waiting clients').waitFor();
    await dialog.getByLabel('Reason').fill('restarts do not come back');
    await dialog.getByLabel('Type sms-sp5 to confirm').fill('sms-sp5');
    await page.keyboard.press('Enter');
    await page.getByText('Withdrawn by token default: restarts do not come back').waitFor();
    expect(trouble).toEqual([]);
    await context.close();
  });

  test('that a campaign rolls out say so, and show each copy with what is wrong', async () => {
    const path = writeRelease(orchestrator(), 'echo staged', 'sms-sp6');
    const copies = 'logonServers: { path: "mnt/{logonServer}" }\n';
    orchestrator().write('release.yaml', `${readFileSync(path, 'utf8')}${copies}`);
    expect((await orchestrator().ask('POST', '/v1/releases', { path })).status).toBe(200);
    const release = await orchestrator().store.readRelease('sms-sp6');
    if (release === null) throw new Error('the release is not staged');
    const broken = { state: 'incomplete', filesOk: 0, filesInAll: 1, because: hostile } as const;
    const copy = { logonServer: 'LS-ROM', ...broken, since: now, checkedAt: now };
    expect(await orchestrator().store.writeCopies('sms-sp6', manifestOf(release), [copy], [])).toBe(true);
    const { page, context, trouble } = await opened('releases?release=sms-sp6', orchestrator(), phone);
    await page.getByRole('row').filter({ hasText: 'LS-ROM' }).getByText('0 of 1').waitFor();
    await page.getByText(hostile).first().waitFor();
    await expectAccessible(page);
    await goTo(page, 'releases?release=sms-sp4');
    await page.getByRole('link', { name: 'sp4', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Withdraw…' }).click();
    await page.getByText('1 campaign rolls it out now: abort it first').waitFor();
    expect(trouble).toEqual([]);
    await context.close();
  });
});

test('an empty servpack leads through three steps, and knows which are done', async () => {
  await using empty = await startSmallOrchestrator();
  const { page, context, trouble } = await opened('', empty);
  const step = page.getByRole('button', { name: 'Import the fleet…' });
  await step.waitFor();
  await expectAccessible(page);
  await step.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Import the fleet' }).waitFor();
  await empty.ask('POST', '/v1/fleet', { file: 'f.csv', text: 'client,host,logonServer\npc-1,NT-1,LS\n' });
  await goTo(page, '');
  await page.getByText('1 in the fleet').waitFor();
  await page.getByRole('button', { name: 'Stage a release…' }).click();
  await page.getByLabel('Path of the release file').waitFor();
  await goTo(page, '');
  await page.getByRole('button', { name: 'Create a campaign…' }).click();
  await page.getByRole('heading', { level: 1, name: 'Plan a campaign' }).waitFor();
  expect(trouble).toEqual([]);
  await context.close();
});
