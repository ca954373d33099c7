import { describe, expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { campaignYaml, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { recount } from '../twin/recount.ts';
import { anna, bring, changes, contextOf, firstWave, rest, wide } from './admitted-clients.ts';

const waves =
  'campaign: sp4\nrelease: sms-sp4\nwaves: [{ name: first, count: 2 }, { name: late, rest: true }]\n';

describe.each(storesAndShards)('clients of a campaign, on the %s store', (_name, open) => {
  const order = (orchestrator: SmallOrchestrator, client: string, what: string, more = {}) =>
    orchestrator.ask('POST', `/v1/clients/${client}/${what}`, { reason: 'because I say so', ...more }, anna);

  test('are retried one by one or by cause; what cannot be retried is refused with the reason', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    expect((await order(orchestrator, a, 'retry')).body).toEqual({
      client: a,
      campaign: 'sp4',
      because: 'retried: token default (says anna): because I say so',
    });
    expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client: a })).toMatchObject({
      index: 'due',
      upgrade: { attempt: 2, state: { phase: 'looking' } },
    });
    const refusal = async (client: string, what: string, more = {}) =>
      (await order(orchestrator, client, what, more)).body.error.message;
    expect(await refusal(b, 'retry')).toBe(
      `client ${b} in campaign sp4: the client is not finished: its state is deferred`,
    );
    expect(await refusal(c, 'undo')).toMatch(/the client is waiting: nothing was done to it yet/);
    expect(await refusal('pc-77', 'skip')).toBe(
      'there is no client named pc-77 in the fleet (did you mean pc-7?)',
    );
    expect(await refusal(c, 'skip', { campaign: 'sp9' })).toBe(
      'there is no campaign named sp9 (did you mean sp4?)',
    );
    const none = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'blocked' }, anna);
    expect(none.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 0 });
  });

  test('that were skipped before their wave are not retried before the wave is open', async () => {
    await using orchestrator = await startRunning(await open(), waves);
    const waiting = await Array.fromAsync(orchestrator.store.waiting('sp4'));
    const late = waiting.find(({ wave }) => wave === 1)?.client ?? '';
    expect((await order(orchestrator, late, 'skip')).status).toBe(200);
    const refused = await order(orchestrator, late, 'retry');
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      `client ${late} in campaign sp4: its wave late is not open yet, and the client would begin before its wave; retry it when the wave is open`,
    ]);
    expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client: late })).toMatchObject({
      index: 'settled',
      upgrade: { attempt: 1, state: { end: 'skipped' } },
    });
    for (const { client, wave } of waiting) if (wave === 0) await order(orchestrator, client, 'skip');
    await runCampaigns().run(contextOf(orchestrator));
    expect((await order(orchestrator, late, 'retry')).status).toBe(200);
  });

  test('are found by the cause of their failure, and their retry sets an ended campaign going again', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    for (const client of await firstWave(orchestrator, 2))
      await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
    for await (const { client } of orchestrator.store.waiting('sp4'))
      expect((await order(orchestrator, client, 'skip')).status).toBe(200);
    await runCampaigns().run(contextOf(orchestrator));
    const status = async () => (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    expect(await status()).toMatchObject({ status: 'ended', states: { skipped: 8, failed: 2 } });
    const asked = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'unreachable' }, anna);
    expect(asked.body).toEqual({ campaign: 'sp4', reopened: 2, passedOver: 0 });
    expect(await status()).toMatchObject({ status: 'running', states: { active: 2 } });
    await runCampaigns().run(contextOf(orchestrator));
    expect((await status()).status).toBe('running');
  });

  test('are not opened again while another campaign at work wants their machine', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store } = orchestrator;
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    for (const client of [a, b]) await bring(store, client, changes.failed, { index: 'settled' });
    // An earlier version let the second client of a machine in.
    const [client, other] = [await store.readClient(a), await store.readClient(b)];
    if (client === null || other === null) throw new Error('both are in the fleet');
    await store.importFleet([{ ...client, client: 'twin', host: client.host.toLowerCase() }]);
    const yaml = campaignYaml('other', `seed: 1\nselect: { clients: [twin, ${b}] }\n`);
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'other.yaml', text: yaml });
    expect((await orchestrator.ask('POST', '/v1/campaigns/other/start')).status).toBe(200);
    const refusal = async (name: string, what: string) =>
      (await order(orchestrator, name, what, { campaign: 'sp4' })).body.error.message;
    expect(await refusal(a, 'retry')).toBe(
      `client ${a} in campaign sp4: the same machine, as client twin, is not finished in campaign other; ` +
        'wait until twin is finished there',
    );
    expect(await refusal(b, 'retry')).toBe(
      `client ${b} in campaign sp4: the client is not finished in campaign other; wait until ${b} is finished there`,
    );
    const asked = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'unreachable' }, anna);
    expect(asked.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 2 });
    await orchestrator.ask('POST', '/v1/campaigns/other/abort', { reason: 'no longer' }, anna);
    expect((await order(orchestrator, a, 'retry', { campaign: 'sp4' })).status).toBe(200);
  });

  test('are skipped while they wait, while they rest, and while a worker drives them', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, changes.deferred, rest);
    await bring(orchestrator.store, b, (upgrade) => upgrade, { index: 'driven' });
    const says = async (client: string) => (await order(orchestrator, client, 'skip')).body.because;
    const skipped = 'skipped by token default (says anna): because I say so';
    expect([await says(a), await says(c)]).toEqual([skipped, skipped]);
    expect(await says(b)).toBe(
      'the client is skipped as soon as its work in progress is completed (a worker is busy with it)',
    );
    expect((await order(orchestrator, b, 'skip')).body.error.message).toMatch(
      /the worker of the client has this order already$/,
    );
    expect((await order(orchestrator, a, 'skip')).body.error.message).toMatch(
      /the client is already finished: skipped by token default \(says anna\)/,
    );
    const [newest] = await orchestrator.store.audit(1, { client: c });
    expect(newest).toMatchObject({
      who: 'token default (says anna)',
      from: 'waiting',
      to: 'settled',
      because: skipped,
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
  });

  test('are listed by state, cause, wave and server, as JSON lines and as CSV without formulas', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    const text = async (query: string) => {
      const headers = { authorization: `Bearer ${orchestrator.token}`, accept: 'application/x-ndjson' };
      return (await fetch(`${orchestrator.url}/v1/campaigns/sp4/clients?${query}`, { headers })).text();
    };
    const clients = async (query: string) =>
      (await text(query))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { client: string }).client);
    expect(await clients('')).toHaveLength(10);
    expect(new Set(await clients('')).size).toBe(10);
    expect(await clients('state=waiting')).toHaveLength(8);
    expect(await clients('state=failed')).toEqual([a]);
    expect(await clients('cause=UNREACHABLE')).toEqual([a]);
    expect(await clients('cause=pcmwin32')).toEqual([b]);
    expect(await clients('cause=blocked%20by%20a%20program')).toEqual([b]);
    expect(await clients('wave=canary&state=deferred')).toEqual([b]);
    expect(await clients('server=LS-MIL')).toHaveLength(3);
    const csv = (await text('state=failed&format=csv')).split('\n');
    expect(csv[0]).toMatch(/^client,wave,logonServer,attempt,state,end,cause,reason,/);
    expect(csv[1]).toContain(",'=gave up after 30 deferrals,");
    expect(
      (await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?server=LS-NOPE')).body.error.message,
    ).toBe('campaign sp4 has no clients of a logon server LS-NOPE');
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?wave=nope')).body.error.message).toBe(
      'campaign sp4 has no wave nope; its waves are canary, rest',
    );
  });
});
