import { describe, expect, test } from 'vitest';
import { retryClient } from '../../orchestrator/campaigns/client-actions.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { clientReport } from '../../orchestrator/views/report.ts';
import { remarksOn } from '../../orchestrator/views/remarks.ts';
import {
  type Journal,
  newJournal,
  nextStep,
  turnBack,
  withPreImage,
} from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { MoveBy } from '../../shared/domain/rules/policy.ts';
import { openRulebook } from '../../shared/rulebook.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { openReleaseFolders } from '../../workers/release-folder.ts';
import { runStep } from '../../shared/execution/remediation/run-step.ts';
import { contextOver } from '../fixtures/context.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/**
 * The way back of a service that cannot be stopped. Windows stores another image path for a
 * service in any state (ChangeServiceConfig), and reads it at the next start of the service.
 */

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const folder = 'C:\\SMS_PCM';

const truthOf = async ({ fleet, client }: OneClient) => {
  const truth = await fleet.clientTruth(client);
  if (truth === null) throw new Error('no such machine');
  return truth;
};

const pcmOf = async (one: OneClient) => {
  const { services, servicesAtFirst } = await truthOf(one);
  const [is, was] = [services, servicesAtFirst].map((all) => all.find((each) => each.name === name));
  if (is === undefined || was === undefined) throw new Error(`no service ${name}`);
  return { is, was };
};

async function reportOf(one: OneClient, upgrade: Upgrade) {
  const record = await one.store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  return {
    ...clientReport(record.campaign, { kind: 'admitted', upgrade }),
    remarks: remarksOn(record, upgrade),
  };
}

describe.each<MoveBy>(['repoint', 'reinstall'])('a service that cannot be stopped (%s)', (moveBy) => {
  test('is pointed back; it is as before after the next start, and the next look cleans up', async () => {
    await using one = await oneClient('pcmInBin', { structural: 'atOnce' }, (gateway) => gateway, { moveBy });
    // Its process ends at its new place; the manager calls it running, and answers error 1061.
    one.fleet.trouble(one.client, { service: name, folder, kind: 'zombie' });
    const { upgrade } = await one.settle();
    expect(upgrade.state).toMatchObject({
      end: 'needsAttention',
      cause: 'unfinished relocation',
      because: expect.stringMatching(
        /step 2 of 5 \(stop\): error 1061.*has its old image path.*as before after the next start/,
      ),
    });
    const { is, was } = await pcmOf(one);
    expect(is).toMatchObject({ imagePath: was.imagePath, startType: was.startType, account: was.account });
    const report = await reportOf(one, upgrade);
    expect(report).toMatchObject({ relocation: 'undone', servicePath: null });
    expect(report.remarks).toContain(
      'a relocation is undone as far as the settings of the service: it is as it was before after the next start',
    );
    expect((await truthOf(one)).intent).toMatchObject({ direction: 'back', step: 'stop' });

    one.fleet.powerFailure(one.client);
    one.clock.forward(one.clock.now() + 3_600_000);
    expect((await pcmOf(one)).is).toEqual(was);

    const context = contextOver(one.store, one.clock, one.dispatcher);
    await runCampaigns().run(context);
    const request = { client: one.client, reason: 'it has restarted', campaign: null };
    unwrapped(await retryClient(context, 'token default (says anna)', request));
    await one.settle();
    const after = await truthOf(one);
    expect((await pcmOf(one)).is).toEqual(was);
    expect([after.intent, after.violations]).toEqual([null, []]);
    expect(Object.keys(after.otherFiles).filter((path) => path.startsWith('c:\\sms_pcm'))).toEqual([]);
  });
});

/** The service is relocated on the client, step by step, and not started yet. */
async function repointed(one: OneClient): Promise<{ run: Run; journal: Journal }> {
  const { rules, release } = await openRulebook(one.store).of('sp4', null);
  const change = {
    target: targetOf({ client: one.client, host: one.client }),
    fence: { counter: 1, owner: 'test' },
    signal: new AbortController().signal,
  };
  const context: StepContext = {
    rules: { ...rules, zone: 'UTC' },
    gateway: one.gateway,
    change,
    releaseFolder: openReleaseFolders(null).of(release),
    clock: one.clock,
  };
  const run: Run = (journal) => runStep(context, journal, false);
  let journal: Journal = newJournal('relocation', name);
  while (journal.step !== 'start') {
    const event = await run(journal);
    if (event.type !== 'StepDone') throw new Error(JSON.stringify(event));
    journal = nextStep(withPreImage(journal, event.preImage)) ?? journal;
  }
  await one.gateway.startService(change, name);
  return { run, journal: turnBack(journal, null) };
}

type Run = (journal: Journal) => Promise<UpgradeEvent>;

test('a service that hangs in its start gets its old image path at once', async () => {
  await using one = await oneClient('pcmInBin');
  one.fleet.trouble(one.client, { service: name, folder, kind: 'hangs' });
  const { run, journal } = await repointed(one);
  expect(journal).toMatchObject({ direction: 'back', step: 'pointBack' });
  expect(await run(journal)).toEqual({ type: 'StepDone', step: 'pointBack', preImage: null });
  const { is, was } = await pcmOf(one);
  expect(is).toMatchObject({ imagePath: was.imagePath, startType: was.startType, running: false });
});

test('a record of an earlier version, which stopped the service first, is pointed back all the same', async () => {
  await using one = await oneClient('pcmInBin');
  const { run, journal } = await repointed(one);
  // In its order `pointBack` came after `stop`; in this one it is passed already.
  const old: Journal = { ...journal, step: 'stop' };
  expect(await run(old)).toMatchObject({ type: 'StepDone', step: 'stop' });
  expect(await run(nextStep(old) ?? old)).toMatchObject({ type: 'StepDone', step: 'startAgain' });
  const { is, was } = await pcmOf(one);
  expect(is).toEqual(was);
});
