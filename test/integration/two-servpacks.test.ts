import { expect, test } from 'vitest';
import type { Change, Gateway } from '../../shared/execution/gateway.ts';
import { why } from '../../orchestrator/campaigns/why.ts';
import { contextOver } from '../fixtures/context.ts';
import { changedGateway } from '../fixtures/changed-gateway.ts';
import { oneClient } from '../fixtures/one-client.ts';

/**
 * Two installations of servpack, each with a Redis of its own, drive the same client. Neither knows
 * of the other: only the fence and the record on the client hold them apart.
 */
const atOnce = { structural: 'atOnce' } as const;
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

/** A driver of the other servpack, with a fence that is so much newer. */
const stranger = ({ target, signal, fence }: Change, newer: number): Change => ({
  target,
  signal,
  fence: { counter: fence.counter + newer, owner: 'stranger' },
});

const serviceOf = async ({ fleet, client }: Awaited<ReturnType<typeof oneClient>>) =>
  (await fleet.clientTruth(client))?.services.find(({ name }) => name === 'SMS_PACKAGE_COMMAND_MANAGER_NT');

test('the one whose change is refused waits, says why, and ends the client whole', async () => {
  let isThere = true;
  const wrap = (inner: Gateway): Gateway =>
    changedGateway(inner, () => ({
      copyFile: async (change, from, to) => {
        if (isThere) await inner.takeOver(stranger(change, 1));
        isThere = false;
        return inner.copyFile(change, from, to);
      },
    }));
  await using one = await oneClient('pcmInBin', atOnce, wrap);
  expect([await one.step(), await one.step()]).toEqual(['handedOver', 'rested']);
  const { upgrade, crashes } = await one.stored();
  expect(upgrade.state).toMatchObject({ phase: 'remedying', journal: { step: 'copy', failures: 1 } });
  expect(JSON.stringify(await one.store.auditAfter(0, '', 1_000))).toContain(
    'relocation waits at step 3 of 8 (copy): another servpack changes this client (a newer driver was here:',
  );
  expect(crashes).toBe(0);
  const asked = { client: one.client, campaign: 'sp4', evidence: false };
  const answer = await why(contextOver(one.store, one.clock, one.dispatcher), asked);
  expect(answer.ok && answer.value.because).toMatch(
    /step 3 of 8 \(copy\), failed 1x in a row: another servpack changes this client/,
  );
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
  expect(await serviceOf(one)).toMatchObject({ running: true, runsFrom: moved });
  expect((await one.fleet.clientTruth(one.client))?.violations).toEqual([]);
});

test('the one that records a service first takes the client over, so the other does not stop it meanwhile', async () => {
  const answers: string[] = [];
  let ours: Change | null = null;
  const wrap = (inner: Gateway): Gateway =>
    changedGateway(inner, () => ({
      takeOver: async (change) => {
        ours = change;
        return inner.takeOver(change);
      },
      hashFile: async (target, path, signal) => {
        // The service was read as running; the other one, which has an older fence, stops it.
        if (ours !== null && answers.length === 0) {
          const stopped = await inner.stopService(stranger(ours, -1), 'SMS_PACKAGE_COMMAND_MANAGER_NT');
          answers.push(stopped.ok ? 'stopped' : stopped.error.kind);
        }
        return inner.hashFile(target, path, signal);
      },
    }));
  await using one = await oneClient('pcmInBin', atOnce, wrap);
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
  expect(answers).toEqual(['fenced']);
  expect(await serviceOf(one)).toMatchObject({ running: true, runsFrom: moved });
});
