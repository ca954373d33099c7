import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HookRunner } from '../../orchestrator/hooks/hook-runner.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Activation } from '../../shared/store/types.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runnerOf, startWithHooks } from '../fixtures/hook-scripts.ts';
import { campaignYaml, now, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { firstWave } from './admitted-clients.ts';
import { until } from '../fixtures/until.ts';

const minute = 60_000;

/** A campaign with these hooks, and what runs them. */
async function startWith(open: (typeof stores)[number][1], hooks: Readonly<Record<string, string>>) {
  const orchestrator = await startWithHooks(await open(), hooks, (section) => campaignYaml('sp4', section), [
    '"a b"',
  ]);
  return { orchestrator, runner: runnerOf(orchestrator) };
}

const round = async ({ store, jobs }: SmallOrchestrator, hooks: HookRunner, at = now): Promise<unknown> =>
  runCampaigns().run({
    ...contextOver(store, standingClock(at), keepingDispatcher(jobs as Activation[])),
    hooks,
  });

const hooksOf = async (orchestrator: SmallOrchestrator): Promise<readonly string[]> =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4/hooks')).body.hooks.map(
    ({ hook, state }: { hook: string; state: string }) => `${hook} ${state}`,
  );

/** Rounds until no command of a hook runs any more. */
const rest = async (orchestrator: SmallOrchestrator, hook: string, state: string): Promise<void> =>
  until(`hook ${hook} is ${state}`, async () => (await hooksOf(orchestrator)).includes(`${hook} ${state}`));

const waiting = async (orchestrator: SmallOrchestrator): Promise<number> =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.states.waiting;

describe.each(stores)('the hooks of a campaign, on the %s store', (_name, open) => {
  test('run in their order, each once, and no client begins before they said go', async () => {
    const { orchestrator, runner } = await startWith(open, {
      beforeCampaign: 'echo told them; exit 0',
      beforeWave: 'exit 0',
    });
    await using _ = orchestrator;
    await round(orchestrator, runner);
    expect(await waiting(orchestrator)).toBe(10);
    await rest(orchestrator, 'before-campaign', 'go');
    await round(orchestrator, runner);
    await rest(orchestrator, 'before-wave-canary', 'go');
    expect(await waiting(orchestrator)).toBe(10);
    await round(orchestrator, runner);
    expect(await waiting(orchestrator)).toBe(8);
    expect(await hooksOf(orchestrator)).toEqual([
      'before-campaign go',
      'before-wave-canary go',
      'before-wave-rest pending',
    ]);
    const inputs = readFileSync(join(orchestrator.folder, 'input.jsonl'), 'utf8').trim().split('\n');
    expect(inputs.map((line) => JSON.parse(line))).toMatchObject([
      { campaign: 'sp4', release: 'sms-sp4', hook: 'before-campaign', wave: null, run: 1 },
      { campaign: 'sp4', hook: 'before-wave-canary', wave: { name: 'canary' } },
    ]);
    // What the command printed is evidence of its entry in the audit.
    const audit = await orchestrator.store.audit(50, { campaign: 'sp4' });
    const went = audit.find(
      ({ to, because }) => to === 'hook go' && because.startsWith('hook before-campaign'),
    );
    expect(await orchestrator.store.readEvidence(went?.evidence ?? '')).toBe('told them\n');
  });

  test('that fail pause the campaign, until a person runs them again or goes on without them', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeCampaign: 'exit 3' });
    await using _ = orchestrator;
    const status = async () => (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    const decide = async (answer: string) =>
      orchestrator.ask('POST', `/v1/campaigns/sp4/hooks/before-campaign/${answer}`, { reason: 'mended' });
    expect((await decide('retry')).body.error.message).toBe(
      'hook before-campaign of campaign sp4 was not run yet',
    );
    await round(orchestrator, runner);
    await rest(orchestrator, 'before-campaign', 'stop');
    await round(orchestrator, runner);
    expect(await status()).toMatchObject({
      status: 'paused',
      paused: {
        by: 'hooks',
        because: expect.stringMatching(
          /^hook before-campaign: beforeCampaign.sh ended with exit code 3; run it/,
        ),
      },
      hooks: [{ hook: 'before-campaign', state: 'stop', runs: 1 }],
    });
    await decide('retry');
    expect(await status()).toMatchObject({ status: 'running' });
    const asked = (await orchestrator.store.audit(9, { campaign: 'sp4' })).find(
      ({ to }) => to === 'hook wait',
    );
    expect(asked).toMatchObject({ from: 'hook stop', at: expect.any(Number) });
    expect(asked?.at).toBeGreaterThan(0);
    await round(orchestrator, runner);
    await until('the second run', async () => (await status()).hooks[0].runs === 2);
    await rest(orchestrator, 'before-campaign', 'stop');
    await decide('accept');
    await round(orchestrator, runner);
    expect(await waiting(orchestrator)).toBe(8);
  });

  test('that end with exit code 75 are asked again after their time', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeCampaign: 'echo no ticket yet; exit 75' });
    await using _ = orchestrator;
    await round(orchestrator, runner);
    await rest(orchestrator, 'before-campaign', 'wait');
    await round(orchestrator, runner, now + 4 * minute);
    expect(await hooksOf(orchestrator)).toEqual(['before-campaign wait']);
    const [client = ''] = await firstWave(orchestrator, 1);
    expect((await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body).toMatchObject({
      because:
        'waits for hook before-campaign, which says: no ticket yet (beforeCampaign.sh ended with exit code 75: it is asked again after 5 min)',
      next: { action: 'hook before-campaign runs again', when: { at: isoOf(now + 5 * minute) } },
    });
    await round(orchestrator, runner, now + 5 * minute);
    await until('the second run', async () =>
      readFileSync(join(orchestrator.folder, 'input.jsonl'), 'utf8').includes('"run":2'),
    );
    await rest(orchestrator, 'before-campaign', 'wait');
  });

  test('whose orchestrator was lost are unknown: not run again, and no reason to go on', async () => {
    const { orchestrator, runner } = await startWith(open, { beforeCampaign: 'exit 0' });
    await using _ = orchestrator;
    const { store } = orchestrator;
    const lost = {
      hook: 'before-campaign',
      state: 'running',
      since: now,
      owner: 'gone/1/x',
      runs: 1,
      because: 'runs',
    } as const;
    const audit = {
      at: now,
      campaign: 'sp4',
      client: null,
      who: 'x',
      from: '',
      to: '',
      because: '',
      evidence: null,
    };
    await store.commitHookRun('sp4', lost, 0, audit, []);
    await round(orchestrator, runner);
    await round(orchestrator, runner);
    expect(await hooksOf(orchestrator)).toEqual(['before-campaign unknown']);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'paused',
      paused: {
        because: expect.stringContaining('its outcome is not known: process gone/1/x'),
      },
    });
    expect(await waiting(orchestrator)).toBe(10);
  });

  test('after a campaign hold its end back until they said go', async () => {
    const { orchestrator, runner } = await startWith(open, { afterCampaign: 'exit 0' });
    await using _ = orchestrator;
    for (let client = 0; client < 10; client += 1) {
      const name = client === 9 ? 'srv-1' : `pc-${client}`;
      await orchestrator.ask('POST', `/v1/clients/${name}/skip`, { reason: 'x' });
    }
    await round(orchestrator, runner);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('running');
    await rest(orchestrator, 'after-campaign', 'go');
    await round(orchestrator, runner);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('ended');
  });

  test('after a campaign hold its end back also where the last client ends while the leader looks', async () => {
    const { orchestrator, runner } = await startWith(open, { afterCampaign: 'exit 0' });
    await using _ = orchestrator;
    const { store, jobs } = orchestrator;
    const skip = async (name: string) =>
      orchestrator.ask('POST', `/v1/clients/${name}/skip`, { reason: 'x' });
    for (let client = 0; client < 9; client += 1) await skip(`pc-${client}`);
    // The last client ends between two readings of the counters.
    const before = [await store.counters('sp4')];
    await skip('srv-1');
    const late = { ...store, counters: async (name: string) => before.pop() ?? (await store.counters(name)) };
    const context = contextOver(late, standingClock(now), keepingDispatcher(jobs as Activation[]));
    await runCampaigns().run({ ...context, hooks: runner });
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('running');
    await round(orchestrator, runner);
    await rest(orchestrator, 'after-campaign', 'go');
    await round(orchestrator, runner);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('ended');
  });

  test('run only programs of a folder that no other user may write', async () => {
    const { orchestrator } = await startWith(open, { beforeCampaign: 'exit 0' });
    await using _ = orchestrator;
    const create = async (program: string) => {
      const text = `campaign: other\nrelease: sms-sp4\nwaves: [{ name: all, rest: true }]\nhooks: { afterWave: { run: [${program}] } }\n`;
      return (await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text })).body.error;
    };
    expect(await create('missing.sh')).toMatchObject({
      code: 'campaign.hooks',
      message: expect.stringMatching(/^hooks.afterWave: .*missing.sh cannot be run: there is no such file/),
    });
    for (const path of ['/bin/sh', '../upgrade.sh', '"-x"'])
      expect((await create(path)).faults).toMatchObject([
        { key: 'hooks.afterWave.run[0]', expected: expect.stringContaining('SERVPACK_HOOKS') },
      ]);
    chmodSync(join(orchestrator.folder, 'hooks', 'beforeCampaign.sh'), 0o777);
    expect((await create('beforeCampaign.sh')).message).toContain('may be written by every user');
  });
});
