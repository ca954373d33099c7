import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HookRunner } from '../../orchestrator/hooks/hook-runner.ts';
import { clientHookRounds } from '../../orchestrator/hooks/advance-client-hooks.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { askForHook } from '../../shared/ask-for-hook.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Activation } from '../../shared/store/types.ts';
import { look, rules, upToDate } from '../domain/given.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runnerOf, startWithHooks } from '../fixtures/hook-scripts.ts';
import { now, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { until } from '../fixtures/until.ts';
import { recount } from '../twin/recount.ts';
import { bring, firstWave, rest, wide } from './admitted-clients.ts';

const minute = 60_000;

/** A campaign with these hooks, and what runs them. */
async function startWith(open: (typeof storesAndShards)[number][1], hooks: Readonly<Record<string, string>>) {
  const orchestrator = await startWithHooks(await open(), hooks, (section) => `${wide}${section}`);
  return { orchestrator, runner: runnerOf(orchestrator) };
}

const contextOf = ({ store, jobs }: SmallOrchestrator, clientHooks: HookRunner, at = now) => ({
  ...contextOver(store, standingClock(at), keepingDispatcher(jobs as Activation[])),
  clientHooks,
});

/** A round that admits nobody: the first wave alone is looked at. */
const round = async (orchestrator: SmallOrchestrator, runner: HookRunner, at = now): Promise<void> => {
  const context = contextOf(orchestrator, runner, at);
  const record = await context.store.readCampaign('sp4');
  if (record?.campaign.state.status !== 'running') return;
  await clientHookRounds(0).advance(context, record.campaign, await context.store.counters('sp4'));
};

const hooked: Rules = { ...rules, hooks: { before: 'beforeClient.sh', after: 'afterClient.sh' } };

const looked =
  (found: object, known: Rules = hooked) =>
  (upgrade: Upgrade): Upgrade => {
    const decision = decide(known, upgrade, look(found), now);
    return decision.kind === 'changed' ? decision.upgrade : upgrade;
  };

/** Clients that wait for their hook, as their drivers leave them. */
async function asking(orchestrator: SmallOrchestrator, count: number): Promise<readonly string[]> {
  const clients = await firstWave(orchestrator, count);
  for (const client of clients) {
    await bring(orchestrator.store, client, looked({}), rest);
    await ask(orchestrator, client);
  }
  return clients;
}

async function ask(orchestrator: SmallOrchestrator, client: string): Promise<void> {
  const { upgrade } = await recordOf(orchestrator, client);
  const fresh = { ...upgrade, state: { phase: 'looking' } } as const;
  await askForHook(contextOf(orchestrator, runnerOf(orchestrator)), 'sp4', fresh, upgrade);
}

async function recordOf({ store }: SmallOrchestrator, client: string) {
  const stored = await store.readUpgrade({ campaign: 'sp4', client });
  if (stored === null) throw new Error(`${client} has no record`);
  return stored;
}

const runOf = async (orchestrator: SmallOrchestrator, client: string, moment: 'before' | 'after') =>
  (await recordOf(orchestrator, client)).upgrade.memory.history.hooks?.[moment];

const stands = async (
  orchestrator: SmallOrchestrator,
  client: string,
  state: string,
  moment: 'before' | 'after' = 'before',
): Promise<void> =>
  until(
    `the hook of ${client} is ${state}`,
    async () => (await runOf(orchestrator, client, moment))?.state === state,
  );

const inputs = ({ folder }: SmallOrchestrator) =>
  readFileSync(join(folder, 'input.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const statusOf = async (orchestrator: SmallOrchestrator) =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;

describe.each(storesAndShards)('the hooks of clients, on the %s store', (_name, open) => {
  test('a client begins when its hook says go, and the audit has what the command printed', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeClient: 'echo ticket 4711' });
    await using _ = orchestrator;
    const [client = ''] = await asking(orchestrator, 1);
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'go');
    expect(await recordOf(orchestrator, client)).toMatchObject({
      index: 'due',
      holdsSlots: false,
      upgrade: { state: { phase: 'looking' } },
    });
    expect(inputs(orchestrator)).toEqual([
      {
        campaign: 'sp4',
        release: 'sms-sp4',
        hook: 'before-client',
        phase: 'before',
        client: {
          id: client,
          host: client.replace('pc-', 'NT-'),
          logonServer: expect.stringMatching(/^LS-/),
          labels: [expect.any(String)],
        },
        attempt: 1,
        at: '2026-11-17T09:00:00Z',
        run: 1,
      },
    ]);
    const audit = await orchestrator.store.audit(2, { campaign: 'sp4', client });
    expect(audit.map(({ from, to, because }) => `${from} -> ${to}: ${because}`)).toEqual([
      'deferred -> looking: hook before-client: ticket 4711 (beforeClient.sh ended with exit code 0)',
      'deferred -> deferred: hook before-client runs',
    ]);
    expect(await orchestrator.store.readEvidence(audit[0]?.evidence ?? '')).toBe('ticket 4711\n');
    await round(orchestrator, runner);
    expect(inputs(orchestrator)).toHaveLength(1);
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
    expect(await orchestrator.store.readHookAsks('sp4', now, 9)).toMatchObject({ count: 0 });
  });

  test('a hook that says stop leaves its client to a person, and a retry asks again', async () => {
    const { orchestrator, runner } = await startWith(open, {
      beforeClient: 'echo kiosk, do not touch; exit 3',
    });
    await using _ = orchestrator;
    const [client = ''] = await asking(orchestrator, 1);
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'stop');
    const why = (await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body;
    expect(why).toMatchObject({
      end: 'needsAttention',
      because: 'hook before-client said stop: kiosk, do not touch (beforeClient.sh ended with exit code 3)',
    });
    expect((await statusOf(orchestrator)).causes).toEqual([{ cause: 'hook said stop', count: 1 }]);
    const retry = () =>
      orchestrator.ask('POST', `/v1/clients/${client}/retry`, { reason: 'it may be touched' });
    expect((await retry()).body.error?.message).toContain('its hook after-client has not ended');
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'waived', 'after');
    await retry();
    expect((await recordOf(orchestrator, client)).upgrade).toMatchObject({
      attempt: 2,
      memory: { history: {} },
    });
  });

  test('a hook that says wait is asked again after its time', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeClient: 'exit 75' });
    await using _ = orchestrator;
    const [client = ''] = await asking(orchestrator, 1);
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'wait');
    const nextAt = async () => (await orchestrator.store.readHookAsks('sp4', now, 9)).nextAt;
    await until('it is asked for again', async () => (await nextAt()) === now + 5 * minute);
    await round(orchestrator, runner, now + 4 * minute);
    expect(await runOf(orchestrator, client, 'before')).toMatchObject({ runs: 1 });
    const why = (await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body;
    expect(why.because).toBe('waits for its hook before-client: beforeClient.sh');
    expect(why.remarks).toContain(
      'hook before-client says wait, run 1 time: beforeClient.sh ended with exit code 75: it is asked again after 5 min',
    );
    await round(orchestrator, runner, now + 5 * minute);
    await until('the second run', async () => (await runOf(orchestrator, client, 'before'))?.runs === 2);
    await stands(orchestrator, client, 'wait');
  });

  test('no more hooks run at once than the setting says, and a lost list is found by the records', async () => {
    const { orchestrator } = await startWith(open, {
      beforeClient: 'while [ ! -e ../gate ]; do read x < ../fifo; done',
    });
    await using _ = orchestrator;
    const runner = runnerOf(orchestrator, 2);
    const clients = await firstWave(orchestrator, 4);
    // Nobody asks for them: the process that wrote their records died before that.
    for (const client of clients) await bring(orchestrator.store, client, looked({}), rest);
    await round(orchestrator, runner);
    expect((await orchestrator.store.readHookAsks('sp4', now, 9)).count).toBe(4);
    await round(orchestrator, runner);
    await round(orchestrator, runner);
    const states = async (): Promise<readonly string[]> => {
      const runs = await Promise.all(clients.map(async (client) => runOf(orchestrator, client, 'before')));
      return runs.map((run) => run?.state ?? 'none').toSorted();
    };
    expect(await states()).toEqual(['asked', 'asked', 'running', 'running']);
    expect((await statusOf(orchestrator)).clientHooks).toMatchObject([
      { hook: 'before-client', waiting: 4, stopped: 0, unknown: 0 },
    ]);
    orchestrator.write('gate', '');
    await until('all four ran', async () => {
      await round(orchestrator, runner);
      return (await states()).every((state) => state !== 'asked' && state !== 'running');
    });
    expect(inputs(orchestrator)).toHaveLength(4);
  });

  test('nothing begins while the campaign is paused, or its logon server is held', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeClient: 'exit 0' });
    await using _ = orchestrator;
    const [client = ''] = await asking(orchestrator, 1);
    const stale = await orchestrator.store.readCampaign('sp4');
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones ring' });
    // A round that has read the campaign before the pause.
    if (stale === null) throw new Error('no campaign');
    const context = contextOf(orchestrator, runner);
    await clientHookRounds(0).advance(context, stale.campaign, await context.store.counters('sp4'));
    expect(await runOf(orchestrator, client, 'before')).toMatchObject({ state: 'asked' });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', { reason: 'quiet again' });
    const { logonServer } = (await recordOf(orchestrator, client)).upgrade;
    const held = { logonServers: [logonServer], reason: 'payroll' };
    await orchestrator.ask('POST', '/v1/campaigns/sp4/hold', held);
    await round(orchestrator, runner);
    expect(await runOf(orchestrator, client, 'before')).toMatchObject({ state: 'asked' });
    // A round that has read the campaign before the hold.
    await orchestrator.store.askHooks('sp4', [{ client, at: now }]);
    await clientHookRounds(0).advance(context, stale.campaign, await context.store.counters('sp4'));
    expect(await runOf(orchestrator, client, 'before')).toMatchObject({ state: 'asked' });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/release', held);
    await orchestrator.store.askHooks('sp4', [{ client, at: now }]);
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'go');
  });

  test('a hook whose orchestrator was lost is unknown: not run again, and no reason to go on', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeClient: 'exit 0', afterClient: 'exit 0' });
    await using _ = orchestrator;
    const [before = '', after = ''] = await firstWave(orchestrator, 2);
    const lost = (moment: 'before' | 'after', found: object) => (upgrade: Upgrade) => {
      const known = looked(found)(upgrade);
      const begun = decide(hooked, known, { type: 'HookBegun', moment, owner: 'gone/1/x' }, now);
      return begun.kind === 'changed' ? begun.upgrade : known;
    };
    await bring(orchestrator.store, before, lost('before', {}), rest);
    await bring(orchestrator.store, after, lost('after', upToDate), { index: 'settled' });
    await round(orchestrator, runner);
    await round(orchestrator, runner);
    expect((await recordOf(orchestrator, before)).upgrade.state).toMatchObject({
      end: 'needsAttention',
      cause: 'outcome of its hook not known',
    });
    expect((await recordOf(orchestrator, after)).upgrade.state).toMatchObject({ end: 'alreadyCurrent' });
    expect(await runOf(orchestrator, after, 'after')).toMatchObject({ state: 'unknown', runs: 1 });
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'paused',
      paused: {
        by: 'a hook after a client',
        because: expect.stringMatching(
          /^hook after-client of client \S+: its outcome is not known: process gone\/1\/x, .*campaign resume sp4/,
        ),
      },
      clientHooks: [
        { hook: 'before-client', unknown: 1 },
        { hook: 'after-client', unknown: 1 },
      ],
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
    const lines = [
      'before-client: 0 clients wait, 1 unknown (beforeClient.sh)',
      'after-client: 1 client waits, 1 unknown (afterClient.sh)',
    ].join('\n');
    expect((await runHosted(orchestrator, ['campaign', 'hooks', 'sp4'])).stdout).toBe(`${lines}\n`);
    expect((await runHosted(orchestrator, ['campaign', 'status', 'sp4'])).stdout).toContain(lines);
    const answers = ['campaign', 'hook', 'retry', 'sp4', 'before-client', '--reason', 'x'];
    expect((await runHosted(orchestrator, answers)).stderr).toContain(
      'hook before-client of campaign sp4 runs for each client; a retry of a client runs it again: servpack client retry CLIENT',
    );
  });

  test('the hook after a client reads how the client ended, and one that says stop pauses the campaign', async () => {
    const { orchestrator, runner } = await startWith(open, {
      afterClient: 'echo the ticket is closed already; exit 1',
    });
    await using _ = orchestrator;
    const known = { ...rules, hooks: { after: 'afterClient.sh' } };
    const [client = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, client, looked(upToDate, known), { index: 'settled' });
    await ask(orchestrator, client);
    await round(orchestrator, runner);
    await stands(orchestrator, client, 'stop', 'after');
    expect(inputs(orchestrator)).toMatchObject([
      { hook: 'after-client', phase: 'after', end: { end: 'alreadyCurrent', cause: 'already current' } },
    ]);
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'paused',
      paused: {
        because: expect.stringContaining(`hook after-client of client ${client}: the ticket is closed`),
      },
    });
    // The answer was final: the campaign goes on, and the hook of this client does not run again.
    await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', { reason: 'seen' });
    await round(orchestrator, runner);
    expect((await statusOf(orchestrator)).status).toBe('running');
    expect(inputs(orchestrator)).toHaveLength(1);
  });

  test('a campaign ends when the hook after its last client has ended', async () => {
    const { orchestrator, runner } = await startWith(open, { afterClient: 'exit 0' });
    await using _ = orchestrator;
    for (let at = 0; at < 10; at += 1) {
      const name = at === 9 ? 'srv-1' : `pc-${at}`;
      await orchestrator.ask('POST', `/v1/clients/${name}/skip`, { reason: 'x' });
    }
    const rounds = runCampaigns();
    const context = contextOf(orchestrator, runner);
    await rounds.run(context);
    expect((await statusOf(orchestrator)).status).toBe('running');
    await until('the campaign ends', async () => {
      await rounds.run(context);
      return (await statusOf(orchestrator)).status === 'ended';
    });
    expect(
      inputs(orchestrator)
        .map(({ client, end }) => `${client.id} ${end.end}`)
        .toSorted(),
    ).toEqual([...Array.from({ length: 9 }, (_, at) => `pc-${at} skipped`), 'srv-1 skipped'].toSorted());
  });

  test('an edit takes only allowed programs, and a client goes on whose hook the edit has removed', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeClient: 'exit 0' });
    await using _ = orchestrator;
    const [client = ''] = await asking(orchestrator, 1);
    const edit = async (more: string) =>
      orchestrator.ask('POST', '/v1/campaigns/sp4/edit', {
        file: 'c.yaml',
        text: `${wide}${more}`,
        reason: 'x',
      });
    expect((await edit('hooks: { afterClient: { run: [missing.sh] } }\n')).body.error).toMatchObject({
      code: 'campaign.hooks',
      message: expect.stringMatching(/^hooks.afterClient: .*missing.sh cannot be run/),
    });
    expect((await edit('')).status).toBe(200);
    await round(orchestrator, runner);
    expect((await recordOf(orchestrator, client)).upgrade).toMatchObject({
      state: { phase: 'looking' },
      memory: { history: { hooks: { before: { state: 'waived', runs: 0 } } } },
    });
    expect((await orchestrator.store.audit(1, { campaign: 'sp4', client }))[0]?.because).toBe(
      'goes on without hook before-client: the campaign has no such hook any more',
    );
  });
});
