import { describe, expect, test } from 'vitest';
import { type Journal, type Procedure, nextStep, stepsOf, wayBack } from '../../shared/domain/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade.ts';
import { runStep } from '../../workers/remediation/run-step.ts';
import type { Runner } from '../../workers/remediation/services.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { type OneClient, oneClient } from './one-client.ts';
import { clientWith } from './one-client.ts';

/**
 * A Redis that came back without its last second, or from an older copy: the record stands at a step that was done long ago, and the
 * client has gone on. What the service was stands on the client, and nothing may be written over it.
 */
const service = 'SMS_PACKAGE_COMMAND_MANAGER_NT';

const begun = (procedure: Procedure): Journal => ({
  procedure,
  direction: 'forward',
  step: 'record',
  service,
  preImage: null,
  failures: 0,
  ending: null,
  turnedAt: null,
});

async function runnerOf(one: OneClient): Promise<Runner> {
  const client = clientWith('pcmInBin');
  const { rules } = await openRulebook(one.store).of('sp4');
  const change = {
    target: { client, host: client },
    fence: { counter: 1, owner: 'test' },
    signal: new AbortController().signal,
  };
  return { rules: { ...rules, zone: 'UTC' }, gateway: one.gateway, change, resumes: true };
}

/** The journal after its present step. */
async function advanced(runner: Runner, journal: Journal): Promise<Journal> {
  const event: UpgradeEvent = await runStep(runner, journal);
  if (event.type !== 'StepDone') throw new Error(JSON.stringify(event));
  const next = nextStep({ ...journal, preImage: event.preImage ?? journal.preImage });
  if (next === null) throw new Error('it was the last step');
  return next;
}

describe('a record that is older than its client', () => {
  test('records what the service was, and not what the forgotten steps have made of it', async () => {
    await using one = await oneClient('pcmInBin');
    const runner = await runnerOf(one);
    const atStop = await advanced(runner, begun('relocation'));
    await advanced(runner, atStop);
    const again = await runStep(runner, begun('relocation'));
    expect(again).toEqual({ type: 'StepDone', step: 'record', preImage: atStop.preImage });
    expect(atStop.preImage?.service.state).toBe('running');
    expect((await one.fleet.clientTruth(one.client))?.intent).toMatchObject({ step: 'stop' });
  });

  test('leaves a procedure alone that it does not know', async () => {
    await using one = await oneClient('pcmInBin');
    const runner = await runnerOf(one);
    const atStop = await advanced(runner, begun('relocation'));
    const { preImage } = await advanced(runner, atStop);
    const intent = (await one.fleet.clientTruth(one.client))?.intent;
    if (preImage === null) throw new Error('nothing was recorded');
    const old = wayBack('workaround', preImage, null);
    const back = stepsOf('workaround', 'back').filter((step) => step !== 'close');
    for (const journal of [begun('workaround'), ...back.map((step): Journal => ({ ...old, step }))])
      expect(await runStep(runner, journal)).toMatchObject({
        type: 'StepFailed',
        failure: { kind: 'failed' },
      });
    for (const journal of [
      { ...old, step: 'close' } as const,
      { ...begun('relocation'), step: 'close', direction: 'back', turnedAt: 'record' } as const,
    ])
      expect(await runStep(runner, journal)).toMatchObject({ type: 'StepDone' });
    expect((await one.fleet.clientTruth(one.client))?.intent).toEqual(intent);
  });
});
