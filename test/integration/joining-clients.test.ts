import { describe, expect, test } from 'vitest';
import { changeMembers } from '../../orchestrator/campaigns/change-members.ts';
import { joinCampaigns } from '../../orchestrator/rounds/join-campaigns.ts';
import { evaluateCampaign } from '../../orchestrator/rounds/run-campaigns.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount } from '../twin/recount.ts';
import {
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { all } from '../contract/store/fixtures.ts';
import { anna, bring, changes, contextOf, rest } from './admitted-clients.ts';

const header = 'client,host,logonServer,zone,role,labels';

/** Fleet rows: `pc-1 ring=early` is a client with this label. */
const csv = (...rows: readonly string[]): string =>
  [header, ...rows.map((row) => row.split(' '))]
    .map((row) =>
      typeof row === 'string' ? row : `${row[0]},${row[0]},LS-1,UTC,workstation,${row.slice(1).join(' ')}`,
    )
    .join('\n');

const file = `
campaign: sp4
release: sms-sp4
membership: joins
select: { where: "!kiosk" }
waves:
  - { name: early, where: ring = early }
  - { name: some, count: 1 }
  - { name: others, rest: true }
`;

interface Lab extends AsyncDisposable {
  readonly orchestrator: SmallOrchestrator;
  /** Imports these rows, and lets clients join. */
  bring(...rows: readonly string[]): Promise<void>;
  /** One run of the round. */
  join(): Promise<void>;
  /** Client -> name of its wave, of those that wait; `begun` for the others. */
  places(campaign?: string): Promise<Readonly<Record<string, string>>>;
  /** What the status, or the answer to `client why`, says. */
  status(): Promise<string>;
  why(client: string): Promise<string>;
}

async function openLab(open: (typeof storesAndShards)[number][1], text = file): Promise<Lab> {
  const orchestrator = await startSmallOrchestrator(await open());
  const { store } = orchestrator;
  const ask: typeof orchestrator.ask = (...asked) => orchestrator.ask(...asked);
  expect((await ask('POST', '/v1/releases', { path: writeRelease(orchestrator) })).status).toBe(200);
  const imported = (rows: readonly string[]) =>
    ask('POST', '/v1/fleet', { file: 'fleet.csv', text: csv(...rows) }, anna);
  expect((await imported(['pc-1 ring=early', 'pc-2', 'pc-3', 'pc-4 kiosk'])).status).toBe(200);
  expect((await ask('POST', '/v1/campaigns', { file: 'c.yaml', text }, anna)).status).toBe(200);
  const round = joinCampaigns();
  const join = async (): Promise<void> => void (await round.run(contextOf(orchestrator)));
  const lab: Lab = {
    orchestrator,
    join,
    bring: async (...rows) => {
      expect((await imported(rows)).body).not.toHaveProperty('error');
      await join();
    },
    places: async (campaign = 'sp4') => {
      const record = await store.readCampaign(campaign);
      const names = record?.campaign.definition.waves.map(({ name }) => name) ?? [];
      const found = await all(store.members(campaign));
      // Sizes, totals and counters are those of the clients, whatever has happened.
      expect(await store.counters(campaign)).toEqual(await recount(store, campaign));
      expect(record?.campaign.waveSizes.reduce((sum, size) => sum + size, 0)).toBe(found.length);
      return Object.fromEntries(
        found
          .toSorted((a, b) => (a.client < b.client ? -1 : 1))
          .map(({ client, waits }) => [client, waits === null ? 'begun' : (names[waits.wave] ?? '')]),
      );
    },
    status: async () => JSON.stringify((await ask('GET', '/v1/campaigns/sp4')).body),
    why: async (client) => JSON.stringify((await ask('GET', `/v1/clients/${client}/why?campaign=sp4`)).body),
    [Symbol.asyncDispose]: () => orchestrator[Symbol.asyncDispose](),
  };
  return lab;
}

const start = ({ orchestrator }: Lab, campaign = 'sp4') =>
  orchestrator.ask('POST', `/v1/campaigns/${campaign}/start`, {}, anna);

describe.each(storesAndShards)('membership: joins, on the %s store', (_name, open) => {
  test('a client that is imported joins the first wave that names it, else the rest', async () => {
    await using lab = await openLab(open);
    await start(lab);
    await lab.bring('pc-5 ring=early', 'pc-6', 'pc-7 kiosk');
    const places = await lab.places();
    expect(places).toMatchObject({ 'pc-1': 'early', 'pc-5': 'early', 'pc-6': 'others' });
    expect(places).not.toHaveProperty('pc-7');
    expect((await lab.orchestrator.store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([2, 1, 2]);
    expect(await lab.status()).toContain('2 joined since the creation');
    const why = await lab.why('pc-5');
    expect(why).toContain('joined: wave early takes clients that fulfil ring = early');
    expect(why).toContain('imported by token default (says anna)');
    expect(why).toContain('from fleet.csv');
    // Nothing is done a second time.
    const version = (await lab.orchestrator.store.readCampaign('sp4'))?.version;
    await lab.join();
    await lab.join();
    expect((await lab.orchestrator.store.readCampaign('sp4'))?.version).toBe(version);
  });

  test('labels decide: a client that gets the label joins, and one in a named wave moves', async () => {
    await using lab = await openLab(open);
    await lab.bring('pc-4', 'pc-1');
    expect(await lab.places()).toMatchObject({ 'pc-4': 'others', 'pc-1': 'others' });
    await lab.bring('pc-4 ring=early');
    expect(await lab.places()).toMatchObject({ 'pc-4': 'early' });
    expect((await lab.orchestrator.store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([1, 1, 2]);
  });

  test('a client that waits and leaves the selection leaves the campaign, and comes back', async () => {
    await using lab = await openLab(open);
    await start(lab);
    await lab.bring('pc-1 ring=early kiosk');
    expect(await lab.places()).not.toHaveProperty('pc-1');
    expect((await lab.orchestrator.store.readCampaign('sp4'))?.campaign.members).toMatchObject({ left: 1 });
    const why = await lab.why('pc-1');
    expect(why).toContain('is not in campaign sp4, which it left: the selection does not choose it any more');
    await lab.bring('pc-1 ring=early');
    expect(await lab.places()).toMatchObject({ 'pc-1': 'early' });
  });

  test('a client that joins while it is removed from the fleet leaves again, waiting or begun', async () => {
    await using lab = await openLab(open);
    const { store } = lab.orchestrator;
    await start(lab);
    await lab.bring('pc-5', 'pc-6 ring=early');
    const late = [
      await store.readWaiting({ campaign: 'sp4', client: 'pc-5' }),
      await store.readWaiting({ campaign: 'sp4', client: 'pc-6' }),
    ];
    const removal = { clients: ['pc-5', 'pc-6'], reason: 'sold' };
    expect((await lab.orchestrator.ask('POST', '/v1/fleet/remove', removal, anna)).status).toBe(200);
    // A leader that has read the fleet before the removal.
    const steps = late.map((to) => ({ from: null, to, because: 'joined' }));
    expect(await changeMembers(contextOf(lab.orchestrator), 'orchestrator', 'sp4', steps)).toBe(true);
    await bring(store, 'pc-6', changes.deferred, rest);
    await lab.join();
    expect(await lab.places()).not.toHaveProperty('pc-5');
    const begun = await store.readUpgrade({ campaign: 'sp4', client: 'pc-6' });
    expect(begun?.upgrade.state).toMatchObject({
      phase: 'settled',
      end: 'cancelled',
      cause: 'left the selection',
    });
  });

  test('a client that has begun is cancelled when it leaves, and is tried again when it returns', async () => {
    await using lab = await openLab(open);
    const { store } = lab.orchestrator;
    await start(lab);
    await bring(store, 'pc-1', changes.deferred, rest);
    await lab.bring('pc-1 kiosk');
    const stored = await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored?.upgrade.state).toMatchObject({
      phase: 'settled',
      end: 'cancelled',
      cause: 'left the selection',
    });
    await lab.bring('pc-1 ring=early');
    const again = await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(again?.upgrade).toMatchObject({ attempt: 2, wave: 0, state: { phase: 'looking' } });
    expect(await lab.places()).toMatchObject({ 'pc-1': 'begun' });
  });

  test('a client that returns while another campaign works on it is tried again when it is settled there', async () => {
    await using lab = await openLab(open);
    const ask: typeof lab.orchestrator.ask = (...asked) => lab.orchestrator.ask(...asked);
    const { store } = lab.orchestrator;
    const attempt = async () =>
      (await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' }))?.upgrade.attempt;
    await start(lab);
    await bring(store, 'pc-1', changes.deferred, rest);
    await lab.bring('pc-1 kiosk');
    const other =
      'campaign: kiosks\nrelease: sms-sp4\nselect: { where: kiosk }\nwaves: [{ name: all, rest: true }]\n';
    expect((await ask('POST', '/v1/campaigns', { file: 'o.yaml', text: other }, anna)).status).toBe(200);
    await start(lab, 'kiosks');
    await lab.bring('pc-1 ring=early');
    expect(await attempt()).toBe(1);
    const skip = { reason: 'by hand', campaign: 'kiosks' };
    expect((await ask('POST', '/v1/clients/pc-1/skip', skip, anna)).status).toBe(200);
    for (let run = 0; run < 6; run += 1) await lab.join();
    expect(await attempt()).toBe(2);
  });

  test('what is open on a client that leaves is finished first', async () => {
    await using lab = await openLab(open);
    const { store } = lab.orchestrator;
    await start(lab);
    await bring(store, 'pc-1', changes.restarting, rest);
    await lab.bring('pc-1 kiosk');
    const stored = await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(stored?.upgrade.state.phase).not.toBe('settled');
    expect(JSON.stringify(stored?.upgrade.memory.request)).toContain('left the selection');
  });

  test('a gate that has passed stays passed when a client joins its wave', async () => {
    await using lab = await openLab(open);
    const { store } = lab.orchestrator;
    await start(lab);
    await bring(store, 'pc-1', changes.upgraded, { index: 'settled' });
    const record = await store.readCampaign('sp4');
    if (record === null) throw new Error('no campaign');
    await evaluateCampaign(contextOf(lab.orchestrator), record);
    expect((await store.readCampaign('sp4'))?.campaign.state).toMatchObject({ openWaves: 2 });
    await lab.bring('pc-5 ring=early');
    const later = await store.readCampaign('sp4');
    if (later === null) throw new Error('no campaign');
    await evaluateCampaign(contextOf(lab.orchestrator), later);
    expect((await store.readCampaign('sp4'))?.campaign.state).toMatchObject({ openWaves: 2 });
    expect(await lab.status()).toContain('"gate":"passed: 1 upgraded');
    const { waiting } = await store.queued('sp4', 9);
    expect(waiting.map(({ client }) => client)).toContain('pc-5');
  });

  test('a client that another campaign works on joins when it is settled there', async () => {
    await using lab = await openLab(open);
    const ask: typeof lab.orchestrator.ask = (...asked) => lab.orchestrator.ask(...asked);
    await start(lab);
    const other =
      'campaign: kiosks\nrelease: sms-sp4\nselect: { where: kiosk }\nwaves: [{ name: all, rest: true }]\n';
    expect((await ask('POST', '/v1/campaigns', { file: 'o.yaml', text: other }, anna)).status).toBe(200);
    await start(lab, 'kiosks');
    await lab.bring('pc-4 ring=early');
    expect(await lab.places()).not.toHaveProperty('pc-4');
    expect(await lab.status()).toContain('1 join when another campaign has finished them');
    const why = await lab.why('pc-4');
    expect(why).toContain('it joins when campaign kiosks has finished it');
    expect((await ask('POST', '/v1/clients/pc-4/skip', { reason: 'by hand' }, anna)).status).toBe(200);
    for (let run = 0; run < 6; run += 1) await lab.join();
    expect(await lab.places()).toMatchObject({ 'pc-4': 'early' });
  });

  test('a campaign with fixed clients stays as it is', async () => {
    await using lab = await openLab(open, file.replace('joins', 'fixed'));
    const { store } = lab.orchestrator;
    const before = await store.readCampaign('sp4');
    expect(before?.campaign.definition).not.toHaveProperty('membership');
    await lab.bring('pc-5 ring=early', 'pc-1 kiosk');
    expect(await store.readCampaign('sp4')).toEqual(before);
  });

  test('an ended campaign says how many clients would join, and does not run again', async () => {
    await using lab = await openLab(open);
    const { store } = lab.orchestrator;
    await start(lab);
    const record = await store.readCampaign('sp4');
    if (record === null || record.campaign.state.status !== 'running') throw new Error('does not run');
    const ended = { ...record.campaign.state, status: 'ended', endedAt: now } as const;
    const audit = {
      at: now,
      campaign: 'sp4',
      client: null,
      who: 'test',
      from: 'running',
      to: 'ended',
      because: 'over',
      evidence: null,
    };
    await store.commitCampaign({ ...record.campaign, state: ended }, record.version, audit);
    await lab.bring('pc-5', 'pc-6 ring=early');
    expect(await lab.places()).not.toHaveProperty('pc-5');
    expect(await lab.status()).toContain('2 of the fleet would join, but the campaign has ended');
  });
});

test('a prune takes a waiting client out of the campaign, too, and is refused while something is open on one', async () => {
  await using lab = await openLab(async () => createMemoryStore(Date.now));
  const { orchestrator } = lab;
  const { store } = orchestrator;
  await start(lab);
  await bring(store, 'pc-1', changes.deferred, rest);
  const text = (...clients: readonly string[]) => csv(...clients);
  const pruned = (rows: string, dryRun = false) =>
    orchestrator.ask('POST', '/v1/fleet', { file: 'all.csv', text: rows, prune: true, dryRun }, anna);
  const open = await pruned(text('pc-2', 'pc-3', 'pc-4 kiosk'));
  expect([open.status, open.body.error.message]).toEqual([
    409,
    expect.stringContaining('client pc-1 of campaign sp4'),
  ]);
  const rows = text('pc-1 ring=early', 'pc-3');
  expect((await pruned(rows, true)).body).toMatchObject({ removed: 2, leaving: ['pc-2', 'pc-4'] });
  expect(await lab.places()).toHaveProperty('pc-2');
  expect((await pruned(rows)).body).toMatchObject({ removed: 2 });
  expect(Object.keys(await lab.places())).toEqual(['pc-1', 'pc-3']);
  const record = await store.readCampaign('sp4');
  expect(record?.campaign.members).toMatchObject({ joined: 0, left: 1 });
  const told = await store.audit(99, { campaign: 'sp4', client: 'pc-2' });
  expect(told).toMatchObject([
    { who: 'token default (says anna)', to: 'outside', because: 'removed from the fleet: not in all.csv' },
  ]);
});

test('a client that no wave takes is counted, and said', async () => {
  const text = 'campaign: sp4\nrelease: sms-sp4\nmembership: joins\nselect: { clients: [pc-1] }\n';
  await using lab = await openLab(
    async () => createMemoryStore(Date.now),
    `${text.replace('clients: [pc-1]', 'where: "ring"')}waves: [{ name: early, where: ring = early }]\n`,
  );
  await lab.bring('pc-8 ring=late');
  expect(await lab.places()).toEqual({ 'pc-1': 'early' });
  expect(await lab.status()).toContain('1 of the selection fit no wave');
  const why = await lab.why('pc-8');
  expect(why).toContain('the selection chooses it, but no wave takes it');
});
