import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmResume } from '../../orchestrator/cli/client/resume-question.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { personTyping } from '../fixtures/person.ts';
import { anna, bring, changes, contextOf, firstWave, wide } from './admitted-clients.ts';

const strict =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 30 % }\nwaves:\n  - { name: canary, count: 2 }\n  - { name: rest, rest: true }\n';

/** A campaign whose whole canary has failed: its gate has paused it. */
async function stoppedByGate(): Promise<SmallOrchestrator> {
  const orchestrator = await startRunning(createMemoryStore(Date.now), strict);
  for (const client of await firstWave(orchestrator, 2))
    await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
  await runCampaigns().run(contextOf(orchestrator));
  return orchestrator;
}

const apiOf = ({ url, token }: SmallOrchestrator) => openApiClient({ url, token, user: 'anna' });

describe('the resume of a campaign that a gate has paused', () => {
  test('shows what is accepted, why it failed and what opens next, and asks for the number', async () => {
    await using orchestrator = await stoppedByGate();
    const { terminal, shown } = personTyping('2\n');
    expect(await confirmResume(apiOf(orchestrator), 'sp4', terminal)).toEqual({
      ok: true,
      value: { acceptFailures: 2 },
    });
    expect(shown()).toContain('The gate has paused campaign sp4: wave canary: 2 failures in 2 clients');
    expect(shown()).toContain(
      'You accept 2 failed and 0 that need attention:\n  2x still unreachable after 30 tries\n',
    );
    expect(shown()).toContain('Will happen: wave rest can open next, with 8 clients.');
    expect(shown()).toContain('type 2 to accept them and resume: ');
  });

  test('changes nothing after another answer', async () => {
    await using orchestrator = await stoppedByGate();
    expect(await confirmResume(apiOf(orchestrator), 'sp4', personTyping('y\n').terminal)).toMatchObject({
      ok: false,
      error: { code: 'confirm.no' },
    });
  });

  test('is refused when more have failed since the question, and stands beside the wave for ever', async () => {
    await using orchestrator = await stoppedByGate();
    const resume = (acceptFailures: number) =>
      orchestrator.ask('POST', '/v1/campaigns/sp4/resume', { acceptFailures }, anna);
    expect((await resume(1)).body.error.message).toContain('has 2 failures by now, not 1');
    expect((await resume(2)).body).toMatchObject({ status: 'running' });
    await runCampaigns().run(contextOf(orchestrator));
    const status = (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    expect(status.waves[0].gate).toBe(
      'opened by token default (says anna) in spite of 2 failures: 0 upgraded, 2 failed',
    );
    expect(status.waves[1].isOpen).toBe(true);
  });
});

test('the resume of a pause by a person asks nothing', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), wide);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' }, anna);
  const { terminal, shown } = personTyping('');
  expect(await confirmResume(apiOf(orchestrator), 'sp4', terminal)).toEqual({ ok: true, value: {} });
  expect(shown()).toBe('');
});
