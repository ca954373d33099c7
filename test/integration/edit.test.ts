import { describe, expect, test } from 'vitest';
import { finishMove } from '../../orchestrator/campaigns/move-waiting.ts';
import { evaluateCampaign } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Store } from '../../shared/store/store.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { entry } from '../contract/store/fixtures.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { recount } from '../twin/recount.ts';
import { anna, contextOf, kim } from './admitted-clients.ts';

const waves = (...lines: readonly string[]): string =>
  `campaign: sp4\nrelease: sms-sp4\nwaves:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

const canary = '{ name: canary, count: 2 }';
const rest = '{ name: rest, rest: true }';
const three = waves(canary, '{ name: early, count: 5 }', rest);

const edit = (orchestrator: SmallOrchestrator, text: string, more: object = {}, who = anna) =>
  orchestrator.ask(
    'POST',
    '/v1/campaigns/sp4/edit',
    { file: 'c.yaml', text, reason: 'smaller pilot', ...more },
    who,
  );

/** By wave: the clients that wait there, in order of their names. */
async function waitingIn(store: Store): Promise<readonly (readonly string[])[]> {
  const sizes = (await store.readCampaign('sp4'))?.campaign.waveSizes ?? [];
  const found = sizes.map((): string[] => []);
  for await (const { client, wave } of store.waiting('sp4')) found[wave]?.push(client);
  return found.map((clients) => clients.sort());
}

/** Every client is in one place, and what is counted equals a recount. */
async function expectWhole(store: Store, clients: number): Promise<void> {
  const record = await store.readCampaign('sp4');
  expect(record?.campaign.memberChange).toBeUndefined();
  expect(record?.campaign.movingTo).toBeUndefined();
  expect(record?.campaign.waveSizes).toHaveLength(record?.campaign.definition.waves.length ?? 0);
  expect(record?.campaign.waveSizes.reduce((sum, size) => sum + size, 0)).toBe(clients);
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
}

async function created(store: Store, yaml = campaignYaml()): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const { status } = await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: yaml });
  expect(status).toBe(200);
  return orchestrator;
}

describe.each(storesAndShards)('an edit of a running campaign, on the %s store', (_name, open) => {
  test('moves waiting clients of waves that are not open, and keeps the open wave as it is', async () => {
    await using orchestrator = await startRunning(await open(), three);
    const { store } = orchestrator;
    const [opened, early = []] = await waitingIn(store);
    const { status, body } = await edit(orchestrator, three.replace('count: 5', 'count: 3'));
    expect([status, body]).toEqual([
      200,
      {
        campaign: 'sp4',
        version: 2,
        edition: 1,
        undoes: 0,
        isApplied: true,
        changes: [{ section: 'wave early', says: '5 clients -> 3 clients' }],
        waves: [
          { wave: 'canary', isOpen: true, before: 2, after: 2 },
          { wave: 'early', isOpen: false, before: 5, after: 3 },
          { wave: 'rest', isOpen: false, before: 3, after: 5 },
        ],
        moved: 2,
        joined: 0,
        left: 0,
        passedOver: 0,
      },
    ]);
    const [stillOpen, earlyNow = []] = await waitingIn(store);
    expect(stillOpen).toEqual(opened);
    expect(early).toEqual(expect.arrayContaining([...earlyNow]));
    expect(earlyNow).toHaveLength(3);
    expect((await store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 3, 5]);
    await expectWhole(store, 10);
  });

  test('adds a wave and takes one out; a window moves clients to queues of their zones', async () => {
    await using orchestrator = await startRunning(await open(), three);
    const { store } = orchestrator;
    const inFour = waves(canary, '{ name: pilot, count: 1 }', '{ name: early, count: 5 }', rest);
    const hours = 'window: { days: [mon, tue, wed, thu, fri, sat, sun], between: "22:00-05:00" }\n';
    expect(await edit(orchestrator, `${inFour}${hours}`)).toMatchObject({
      status: 200,
      body: {
        changes: [
          { section: 'window', says: expect.stringContaining('at any time -> work begins on a client only') },
          { section: 'wave pilot', says: 'no such wave -> 1 client' },
        ],
      },
    });
    expect((await store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 1, 5, 2]);
    for await (const { zone } of store.waiting('sp4')) expect(zone).toBe('Europe/Rome');
    await expectWhole(store, 10);
    expect((await edit(orchestrator, waves(canary, rest))).status).toBe(200);
    expect((await store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 8]);
    await expectWhole(store, 10);
  });

  test('of budgets, gates, ladder and deferrals is said in words, and moves nobody', async () => {
    await using orchestrator = await startRunning(await open());
    const text = campaignYaml(
      'sp4',
      'budgets: { active: 7 }\ngate: { failures: 7 % }\nladder: [wait]\ndeferrals: { program: { budget: 3, first: 100s } }\n',
    );
    const { body } = await edit(orchestrator, text);
    expect(body.changes.map(({ section }: { section: string }) => section)).toEqual([
      'budgets',
      'ladder',
      'deferrals',
      'deferrals',
      'wave canary',
      'wave rest',
    ]);
    expect(body.changes[0].says).toMatch(/^at most .* -> at most 7 clients at a time/u);
    expect(body.changes.map(({ says }: { says: string }) => says)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^program\.budget \d+ -> 3$/u),
        expect.stringMatching(/^gate\.notOkPercent \d+ % -> 7 %$/u),
      ]),
    );
    expect(body.moved).toBe(0);
    expect((await orchestrator.store.readCampaign('sp4'))?.campaign.definition.budgets.active).toBe(7);
    await expectWhole(orchestrator.store, 10);
  });

  test('of windows and blackouts is one sentence each', async () => {
    await using orchestrator = await startRunning(await open());
    const windows = 'windows: [{ days: [sat], between: "08:00-18:00", where: shop }]\n';
    const blackouts = 'blackouts: [{ from: 2026-12-20, to: 2027-01-03, reason: year end }]\n';
    const { status, body } = await edit(orchestrator, campaignYaml('sp4', `${windows}${blackouts}`));
    expect([status, body.changes.map(({ section }: { section: string }) => section)]).toEqual([
      200,
      ['window', 'blackouts'],
    ]);
    const moved = blackouts.replace('12-20', '12-21');
    const later = await edit(orchestrator, campaignYaml('sp4', `${windows}${moved}`));
    expect(later.body.changes).toMatchObject([{ section: 'blackouts' }]);
    const back = await edit(orchestrator, campaignYaml());
    expect(back.body.changes).toHaveLength(2);
    await expectWhole(orchestrator.store, 10);
  });

  test('follows the newest kept edition where an answer had a number of its own, as in earlier versions', async () => {
    await using orchestrator = await startRunning(await open(), three);
    const { store } = orchestrator;
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    await store.commitCampaign({ ...record.campaign, edition: 1 }, record.version, entry('sp4'));
    const ask = (what: string) => orchestrator.ask('GET', `/v1/campaigns/sp4${what}`);
    expect((await ask('/history')).body).toMatchObject({ edition: 0, editions: [{ edition: 0 }] });
    expect((await ask('')).body.edition).toBeUndefined();
    expect((await ask('/clone?as=sp5')).status).toBe(200);
    const { body } = await edit(orchestrator, three.replace('count: 5', 'count: 3'));
    expect(body).toMatchObject({ edition: 2, undoes: 0 });
    const reverted = await orchestrator.ask('POST', '/v1/campaigns/sp4/revert', { edition: 0, reason: 'x' });
    expect(reverted).toMatchObject({ status: 200, body: { edition: 3, undoes: 2 } });
  });

  test('keeps its editions, says who made each, and goes back to an earlier one', async () => {
    await using orchestrator = await startRunning(await open(), three);
    const { store } = orchestrator;
    const before = await waitingIn(store);
    await edit(orchestrator, three.replace('count: 5', 'count: 3'));
    const reverted = await orchestrator.ask(
      'POST',
      '/v1/campaigns/sp4/revert',
      { edition: 0, reason: 'too small' },
      kim,
    );
    expect(reverted).toMatchObject({ status: 200, body: { edition: 2, isApplied: true, moved: 2 } });
    expect(await waitingIn(store)).toEqual(before);
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/history');
    expect(body.edition).toBe(2);
    expect(body.editions).toMatchObject([
      { edition: 0, because: 'created', changes: [] },
      {
        edition: 1,
        because: 'smaller pilot',
        changes: ['wave early: 5 clients -> 3 clients', '2 clients in another wave'],
      },
      {
        edition: 2,
        because: 'too small',
        changes: ['wave early: 3 clients -> 5 clients', '2 clients in another wave'],
      },
    ]);
    expect([body.editions[1].by, body.editions[2].by]).toEqual([
      expect.stringContaining('anna'),
      expect.stringContaining('kim'),
    ]);
    expect(
      (await store.audit(99, { campaign: 'sp4' })).filter(({ to }) => to.startsWith('edition')),
    ).toMatchObject([
      { from: 'edition 2', to: 'edition 2' },
      { from: 'edition 1', to: 'edition 2' },
      { from: 'edition 1', to: 'edition 1' },
      {
        from: 'edition 0',
        to: 'edition 1',
        because: 'wave early: 5 clients -> 3 clients; 2 clients in another wave; reason: smaller pilot',
      },
    ]);
    const missing = await orchestrator.ask('POST', '/v1/campaigns/sp4/revert', { edition: 9, reason: 'no' });
    expect([missing.status, missing.body.error.message]).toEqual([
      409,
      'campaign sp4 has no file of edition 9: kept are the editions 0, 1, 2',
    ]);
    await expectWhole(store, 10);
  });

  test('that broke off on the way is ended by the next process, and no gate opens meanwhile', async () => {
    await using orchestrator = await startRunning(await open(), three);
    const { store } = orchestrator;
    const changeMembers = store.changeMembers.bind(store);
    // The process dies after the head was written, before any client has moved.
    store.changeMembers = (next, version, audit, _steps, conditions) =>
      changeMembers(next, version, audit, [], conditions).then(() => {
        throw new Error('killed');
      });
    await edit(orchestrator, three.replace('count: 5', 'count: 3'));
    store.changeMembers = changeMembers;
    expect((await store.readCampaign('sp4'))?.campaign).toMatchObject({ edition: 1, movingTo: 1 });
    await finishMove(contextOf(orchestrator), 'orchestrator', 'sp4');
    expect((await store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 3, 5]);
    await expectWhole(store, 10);
  });
});

describe('an edit is refused, and changes nothing', () => {
  test.each([
    ['another name', waves(canary, rest).replace('campaign: sp4', 'campaign: sp5'), 'campaign', 1],
    ['another release', waves(canary, rest).replace('sms-sp4', 'sms-sp5'), 'release', 2],
    ['another selection', `${waves(canary, rest)}select: { labels: [office] }\n`, 'select', 6],
    ['another seed', `${waves(canary, rest)}seed: other\n`, 'seed', 6],
    ['an opened wave of another size', waves('{ name: canary, count: 3 }', rest), 'waves[0]', 4],
    ['an opened wave of another name', waves('{ name: first, count: 2 }', rest), 'waves[0]', 4],
  ])('for %s', async (_what, text, key, line) => {
    await using orchestrator = await startRunning();
    const before = await orchestrator.store.readCampaign('sp4');
    const { status, body } = await edit(orchestrator, text);
    expect([status, body.error.faults]).toEqual([
      400,
      [expect.objectContaining({ file: 'c.yaml', key, line })],
    ]);
    expect(await orchestrator.store.readCampaign('sp4')).toEqual(before);
  });

  test('when clients would be in no wave, or the campaign is over', async () => {
    await using orchestrator = await startRunning();
    const short = await edit(orchestrator, waves(canary, '{ name: rest, count: 3 }'));
    expect(short.body.error).toMatchObject({
      code: 'campaign.leftOver',
      message: expect.stringMatching(/^5 of 10 selected clients are in no wave/u),
    });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'enough' });
    const over = await edit(orchestrator, three);
    expect([over.status, over.body.error.message]).toEqual([
      409,
      'campaign sp4 was aborted: nothing of it can be changed; make another one of it: servpack campaign clone sp4 --as NEW',
    ]);
  });

  test('when a wave would go that has a client which was skipped', async () => {
    await using orchestrator = await startRunning(undefined, three);
    const [, , last = []] = await waitingIn(orchestrator.store);
    const skipped = await orchestrator.ask('POST', `/v1/clients/${last[0]}/skip`, {
      campaign: 'sp4',
      reason: 'broken',
    });
    expect(skipped.status).toBe(200);
    const { status, body } = await edit(orchestrator, waves(canary, rest));
    expect([status, body.error.faults?.[0]]).toMatchObject([400, { key: 'waves', wrong: 'has 2 waves' }]);
    expect((await edit(orchestrator, three.replace('count: 5', 'count: 4'))).status).toBe(200);
    expect((await orchestrator.store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 4, 4]);
    await expectWhole(orchestrator.store, 10);
  });

  test('when the campaign has changed since the difference was shown', async () => {
    await using orchestrator = await startRunning(undefined, three);
    const text = three.replace('count: 5', 'count: 3');
    const shown = await edit(orchestrator, text, { dryRun: true });
    expect(shown.body).toMatchObject({ isApplied: false, version: 2, moved: 2 });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' });
    const late = await edit(orchestrator, text, { version: shown.body.version });
    expect([late.status, late.body.error.code]).toEqual([409, 'campaign.changed']);
    expect((await orchestrator.store.readCampaign('sp4'))?.campaign.edition).toBeUndefined();
  });

  test('a file that says what the campaign is makes no edition', async () => {
    await using orchestrator = await startRunning(undefined, three);
    const { body } = await edit(orchestrator, `# the same\n${three}`);
    expect(body).toMatchObject({ changes: [], isApplied: false, edition: 0 });
    expect((await orchestrator.store.readCampaign('sp4'))?.version).toBe(2);
  });
});

describe.each(storesAndShards)('before its start, on the %s store', (_name, open) => {
  test('everything but the name changes: clients join and leave', async () => {
    await using orchestrator = await created(await open());
    const { store } = orchestrator;
    const office = `${waves('{ name: first, count: 1 }', rest)}select: { labels: [office] }\nseed: other\n`;
    const { status, body } = await edit(orchestrator, office);
    expect([status, body]).toMatchObject([200, { joined: 0, left: 4, isApplied: true }]);
    await expectWhole(store, 6);
    expect(await edit(orchestrator, three)).toMatchObject({ status: 200, body: { joined: 4, left: 0 } });
    expect((await store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 5, 3]);
    await expectWhole(store, 10);
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.status).toBe('running');
  });

  test('a start time moves with the edit, and is not taken out', async () => {
    const at = (day: number): string => `startAt: "2026-12-${day} 22:00 Europe/Rome"\n`;
    await using orchestrator = await created(await open(), campaignYaml('sp4', at(10)));
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    expect((await edit(orchestrator, campaignYaml('sp4', at(11)))).status).toBe(200);
    expect((await orchestrator.store.readCampaign('sp4'))?.campaign.state).toEqual({
      status: 'scheduled',
      startAt: Date.UTC(2026, 11, 11, 21),
    });
    const without = await edit(orchestrator, campaignYaml());
    expect([without.status, without.body.error.faults[0].key]).toEqual([400, 'startAt']);
  });
});

describe('the commands', () => {
  test('edit, history, revert and clone say what they did', async () => {
    await using orchestrator = await startRunning(undefined, three);
    const path = orchestrator.write('c.yaml', three.replace('count: 5', 'count: 3'));
    const run = (...words: readonly string[]) => runHosted(orchestrator, ['campaign', ...words]);
    const dry = await run('edit', 'SP4', path, '--reason', 'smaller', '--dry-run');
    expect(dry.stdout).toBe(
      'wave early: 5 clients -> 3 clients\nclients: early 5 -> 3, rest 3 -> 5\n2 clients wait in another wave\n',
    );
    const refused = await run('edit', 'sp4', path, '--reason', 'smaller');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('add --yes to change it')]);
    const done = await run('edit', 'sp4', path, '--reason', 'smaller', '--yes');
    expect(done.stdout).toBe(
      `${dry.stdout}Changed sp4: this is edition 1\nWhat runs on a client finishes under the rules with which it began.\nUndo: servpack campaign revert sp4 0 --reason TEXT\n`,
    );
    const back = await run('revert', 'sp4', '0', '--reason', 'too small', '--yes');
    expect(back.stdout).toContain('Changed sp4: this is edition 2');
    const history = await run('history', 'sp4');
    expect(history.stdout).toMatch(
      /^edition 0 .*\n {2}created\nedition 1 .*\n {2}smaller\n {2}- wave early: 5 clients -> 3 clients\n/u,
    );
    expect(history.stdout).toContain('\n  a revert to the file of edition 0\n  too small\n');
    const kept = await orchestrator.ask('GET', '/v1/campaigns/sp4/history');
    expect(kept.body.editions.map(({ revertsTo }: { revertsTo?: number }) => revertsTo ?? null)).toEqual([
      null,
      null,
      0,
    ]);
    const edited = {
      edition: 2,
      by: expect.stringContaining('token default'),
      at: '2026-11-17T09:00:00Z',
      inWords: 'now',
      because: 'too small',
      changes: ['wave early: 3 clients -> 5 clients', '2 clients in another wave'],
    };
    const says = /edition 2: changed by .* now \(too small\): wave early: 3 clients -> 5 clients/;
    const status = await run('status', 'sp4');
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toMatch(says);
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body.edition).toEqual(edited);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4/report')).body.edition).toEqual(edited);
    const why = await runHosted(orchestrator, ['client', 'why', 'pc-1']);
    expect(why.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /its campaign has edition 2, changed by .* \(too small\)/,
    );
    const clone = await run('clone', 'sp4', '--as', 'sp5');
    expect(clone.stdout).toBe(three.replace('campaign: sp4', 'campaign: sp5'));
    const made = await run('clone', 'sp4', '--as', 'sp5', '--create');
    expect(made.stdout).toContain('Created sp5: 10 clients in 3 waves');
  });

  test('an archived campaign has its history still', async () => {
    await using orchestrator = await startRunning(undefined, waves('{ name: all, rest: true }'));
    await edit(orchestrator, `${waves('{ name: all, rest: true }')}ladder: [wait]\n`);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'enough' });
    await bringToEnd(orchestrator);
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/archive', { reason: 'over' })).status).toBe(
      200,
    );
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/history');
    expect(body).toMatchObject({ edition: 1, editions: [{ edition: 0 }, { edition: 1 }] });
  });
});

async function bringToEnd(orchestrator: SmallOrchestrator): Promise<void> {
  const record = await orchestrator.store.readCampaign('sp4');
  if (record !== null) await evaluateCampaign(contextOf(orchestrator), record);
}
