import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { followFor } from '../fixtures/event-reader.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { signIn, useBrowser, visit } from './chromium.ts';
import { goTo, openScreen } from './screens.ts';

const browser = useBrowser();

/** A line to the orchestrator. While it is cut, nothing gets through, and open ones break off. */
async function cuttableLine(url: string) {
  const { port } = new URL(url);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => void (isCut = false),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the page says since when the orchestrator is away; afterwards no entry is missing or shown twice', async () => {
  await using orchestrator = await startRunning();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  await using line = await cuttableLine(orchestrator.url);
  const visited = await visit(browser(), line.url);
  const { page, context } = visited;
  await page.clock.install();
  await signIn(visited, line.url, orchestrator.token);
  await openScreen(visited, 'campaigns/sp4', 'What happens now');
  await page.getByRole('button', { name: 'live', exact: true }).waitFor();
  const change = async (what: 'pause' | 'resume', reason: string): Promise<void> => {
    const body = what === 'pause' ? { reason } : { reason, override: true };
    expect((await orchestrator.ask('POST', `/v1/campaigns/sp4/${what}`, body)).status).toBe(200);
  };
  await change('pause', 'before the loss');
  await page.locator('.feed').getByText('before the loss').waitFor();
  line.cut();
  for (const [at, what] of (['resume', 'pause', 'resume', 'pause'] as const).entries())
    await change(what, `during the loss ${at}`);
  // The clock of the page goes on by 20 s; the line stays cut.
  await page.clock.runFor(20_000);
  await page.getByRole('button', { name: /^lost \d\d:\d\d:\d\d/ }).waitFor();
  expect(await page.locator('main').getAttribute('class')).toContain('stale');
  expect(await page.getByText('during the loss').count()).toBe(0);
  line.mend();
  await expect
    .poll(async () => {
      await page.clock.runFor(5_000);
      return page.locator('.feed').getByText('during the loss').count();
    })
    .toBe(4);
  await page.getByRole('button', { name: 'live', exact: true }).waitFor();
  await change('resume', 'after the loss');
  await page.locator('.feed').getByText('after the loss').waitFor();
  const said = await page.locator('.feed .what').allTextContents();
  const reasons = said.flatMap((text) => /(?:before|during|after) the loss(?: \d)?/.exec(text) ?? []);
  expect(reasons).toEqual([
    'after the loss',
    'during the loss 3',
    'during the loss 2',
    'during the loss 1',
    'during the loss 0',
    'before the loss',
  ]);
  await context.close();
});

test('eight tabs of a browser have one stream, are all live, and still get answers', async () => {
  await using orchestrator = await startRunning();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  const first = await visit(browser(), orchestrator.url);
  const { context } = first;
  let streams = 0;
  context.on('request', (request) => {
    if (request.url().includes('/v1/events')) streams += 1;
  });
  await signIn(first, orchestrator.url, orchestrator.token);
  const tabs = [first.page];
  for (let more = 1; more < 8; more += 1) {
    const page = await context.newPage();
    await page.goto(`${orchestrator.url}/campaigns/sp4`);
    tabs.push(page);
  }
  await goTo(first.page, 'campaigns/sp4');
  for (const page of tabs) await page.getByRole('button', { name: 'live', exact: true }).waitFor();
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'seen in every tab' });
  for (const page of tabs) await page.getByText('seen in every tab').first().waitFor();
  expect(streams).toBe(1);
  // A browser opens six connections to one place: with a stream for each tab this would hang.
  const last = tabs.at(-1);
  const status = await last?.evaluate<number>(`fetch('/v1/campaigns').then(({ status }) => status)`);
  expect(status).toBe(200);
  await context.close();
});
