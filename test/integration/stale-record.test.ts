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
import { targetOf } from '../../shared/execution/gateway.ts';
import { runStep } from '../../shared/execution/remediation/run-step.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { openReleaseFolders } from '../../workers/release-folder.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import { clientWith } from '../fixtures/clients-with.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/**
 * A Redis that came back without its last second, or from an older copy. The record stands at a
 * step that was done before, and the client is ahead of it. The client holds the pre-image of its
 * service, and nothing may be written over that pre-image.
 */
const service = 'SMS_PACKAGE_COMMAND_MANAGER_NT';

const begun = (procedure: Remediation): Journal => newJournal(procedure, service);

async function stepContextOf(one: OneClient): Promise<StepContext> {
  const client = clientWith('pcmInBin');
  const { rules, release } = await openRulebook(one.store).of('sp4', null);
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

/** Runs the step of this journal and returns the journal at the next step. */
async function advanced(context: StepContext, journal: Journal): Promise<Journal> {
  const event: UpgradeEvent = await runStep(context, journal, true);
  if (event.type !== 'StepDone') throw new Error(JSON.stringify(event));
  const next = nextStep(withPreImage(journal, event.preImage));
  if (next === null) throw new Error('it was the last step');
  return next;
}

const onStaleJournal = { type: 'JournalFoundStale' };

describe('a record that is older than its client', () => {
  test('writes no intent over an open procedure, of its own kind or of another', async () => {
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

  test('does not record the new directory of a relocated service as its old one', async () => {
    await using one = await oneClient('pcmInBin');
    const context = await stepContextOf(one);
    let journal = begun('relocation');
    while (journal.step !== 'close') journal = await advanced(context, journal);
    expect(await runStep(context, journal, true)).toMatchObject({ type: 'StepDone', step: 'close' });
    // The procedure was closed and the commit was lost: closing it again changes nothing.
    expect(await runStep(context, journal, true)).toMatchObject({ type: 'StepDone', step: 'close' });
    expect(await runStep(context, begun('relocation'), true)).toMatchObject(onStaleJournal);
    expect((await one.fleet.clientTruth(one.client))?.intent).toBeNull();
  });
});
