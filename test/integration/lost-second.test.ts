import { describe, expect, test } from 'vitest';
import {
  bringsFiles,
  type Journal,
  newJournal,
  nextStep,
  type Remediation,
  stepsOf,
  wayBack,
  withPreImage,
} from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { targetOf } from '../../workers/gateways/gateway.ts';
import { runStep } from '../../workers/remediation/run-step.ts';
import type { StepContext } from '../../workers/context.ts';
import { openReleaseFolders } from '../../workers/release-folder.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { clientWith, type OneClient, oneClient } from './one-client.ts';

/**
 * A Redis that restarted without its last second, or from an older copy: the record is at a step
 * that was done long ago, and the client is further. The pre-image of the service is on the client,
 * and must not be overwritten.
 */
const service = 'SMS_PACKAGE_COMMAND_MANAGER_NT';

const begun = (procedure: Remediation): Journal => newJournal(procedure, service);

async function stepContextOf(one: OneClient): Promise<StepContext> {
  const client = clientWith('pcmInBin');
  const { rules, release } = await openRulebook(one.store).of('sp4');
  const releaseFolder = openReleaseFolders(null).of(release);
  const change = {
    target: targetOf({ client, host: client }),
    fence: { counter: 1, owner: 'test' },
    signal: new AbortController().signal,
  };
  return {
    rules: { ...rules, zone: 'UTC' },
    gateway: one.gateway,
    change,
    releaseFolder,
    clock: one.clock,
  };
}

/** The journal after its present step. */
async function advanced(context: StepContext, journal: Journal): Promise<Journal> {
  const event: UpgradeEvent = await runStep(context, journal, true);
  if (event.type !== 'StepDone') throw new Error(JSON.stringify(event));
  const next = nextStep(withPreImage(journal, event.preImage));
  if (next === null) throw new Error('it was the last step');
  return next;
}

const onStaleJournal = { type: 'JournalFoundStale' };

describe('a record that is older than its client', () => {
  test('records nothing over a procedure that is open, of its own kind or another', async () => {
    await using one = await oneClient('pcmInBin');
    const context = await stepContextOf(one);
    const atStop = await advanced(context, begun('relocation'));
    const atCopy = await advanced(context, atStop);
    const intent = (await one.fleet.clientTruth(one.client))?.intent;
    expect(intent).toMatchObject({ step: 'stop', preImage: { service: { state: 'running' } } });
    if (atCopy.preImage === null || bringsFiles(atCopy)) throw new Error('nothing was recorded');
    const old = wayBack({ procedure: 'workaround', preImage: atCopy.preImage }, null);
    const journals: readonly Journal[] = [
      begun('relocation'),
      begun('workaround'),
      { ...atCopy, step: 'prove' },
      { ...begun('relocation'), step: 'close', direction: 'back', turnedAt: 'record' },
      ...stepsOf('workaround', 'back').map((step): Journal => ({ ...old, step })),
    ];
    for (const journal of journals)
      expect(await runStep(context, journal, true)).toMatchObject(onStaleJournal);
    expect((await one.fleet.clientTruth(one.client))?.intent).toEqual(intent);
    expect(await runStep(context, atCopy, true)).toMatchObject({ type: 'StepDone', step: 'copy' });
  });

  test('does not take the new place of a moved service for its old one', async () => {
    await using one = await oneClient('pcmInBin');
    const context = await stepContextOf(one);
    let journal = begun('relocation');
    while (journal.step !== 'close') journal = await advanced(context, journal);
    expect(await runStep(context, journal, true)).toMatchObject({ type: 'StepDone', step: 'close' });
    // The procedure is closed already, and its commit was lost: this is the step of the record.
    expect(await runStep(context, journal, true)).toMatchObject({ type: 'StepDone', step: 'close' });
    expect(await runStep(context, begun('relocation'), true)).toMatchObject(onStaleJournal);
    expect((await one.fleet.clientTruth(one.client))?.intent).toBeNull();
  });
});
