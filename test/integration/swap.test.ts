import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasRelease, swapFaults, swapVerdict } from '../lab/expected-swap.ts';
import { administrators } from '../../orchestrator/simulation/machines/permissions.ts';
import { agentHashes } from '../lab/staged-tree.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/**
 * The route `push` on machines of the lab: servpack itself swaps the files of an agent's service.
 */
async function truthOf({ fleet, client }: OneClient) {
  const truth = await fleet.clientTruth(client);
  if (truth === null) throw new Error(`no machine ${client}`);
  return truth;
}

async function settled(one: OneClient) {
  const { upgrade } = await one.settle();
  if (upgrade.state.phase !== 'settled') throw new Error('it has not settled');
  return upgrade.state;
}

describe('the files of an agent are swapped', () => {
  test('while its service is stopped, without a logon or a restart', async () => {
    await using one = await oneClient('agent');
    const before = await truthOf(one);
    const { end, because } = await settled(one);
    const truth = await truthOf(one);
    expect(swapVerdict([truth], [{ client: one.client, end }], agentHashes())).toEqual([]);
    expect(because).toBe('every file has the hash of the release, and GenericAgent is as before');
    expect({ boots: truth.boots, marks: truth.marks }).toEqual({ boots: before.boots, marks: 0 });
  });

  test('back when the service does not run from the new files', async () => {
    await using one = await oneClient('agentBreaks');
    const { end, cause, because } = await settled(one);
    expect(swapVerdict([await truthOf(one)], [{ client: one.client, end }], agentHashes())).toEqual([]);
    expect(cause).toBe('swap failed at start');
    expect(because).toMatch(/swap of GenericAgent failed at step 6 of 9 \(start\): error 1053.*; undone/);
  });

  test('through folders that another user owned and that hold files of an earlier release', async () => {
    await using one = await oneClient('agent');
    const folders = ['new', 'old'].map((name) => `c:\\programdata\\servpack\\genericagent\\${name}`);
    for (const folder of folders) one.fleet.plant(one.client, `${folder}\\left.dll`);
    expect(await settled(one)).toMatchObject({ end: 'upgraded' });
    const { protectedDirectories, permissions } = await truthOf(one);
    expect(protectedDirectories.toSorted()).toEqual(folders);
    const ours = { owner: administrators, entries: [], inherits: true };
    for (const folder of folders) expect(permissions[`${folder}\\left.dll`]).toEqual(ours);
  });

  test('only when no user has a program of it open', async () => {
    await using one = await oneClient('agentProgram');
    // At half past ten the user is logged on and has the program open.
    one.clock.forward(Date.UTC(2026, 10, 17, 10, 30));
    await one.step();
    expect((await one.stored()).upgrade.state).toMatchObject({
      phase: 'deferred',
      class: 'program',
      because: expect.stringMatching(/^agentui.exe, started by CORP\\/),
    });
    const stops = (await truthOf(one)).journal.filter(({ op }) => op === 'stopService');
    expect(stops).toEqual([]);
    const { end } = await settled(one);
    expect(swapVerdict([await truthOf(one)], [{ client: one.client, end }], agentHashes())).toEqual([]);
  });

  test('only from the staged tree: a worker that cannot read the tree, or finds it changed, stops nothing', async () => {
    await using one = await oneClient('agent');
    const file = join(one.tree, 'bin', 'agentlib.dll');
    writeFileSync(file, 'something else');
    await one.step();
    await one.step();
    const reason = async () => {
      const { state } = (await one.stored()).upgrade;
      return state.phase === 'deferred' ? `${state.class}: ${state.because}` : state.phase;
    };
    expect(await reason()).toMatch(/^download: .*agentlib\.dll is not the agentlib\.dll that was staged/);
    rmSync(file);
    await one.step();
    await one.step();
    expect(await reason()).toMatch(/^download: .*this worker cannot read .*agentlib\.dll: it is not there/);
    const truth = await truthOf(one);
    expect(swapFaults(truth, agentHashes())).toEqual([]);
    const harmless = ['takeOver', 'writeIntent'];
    expect(truth.journal.map(({ op }) => op).filter((op) => !harmless.includes(op))).toEqual([]);
  });
});

const replacing = {
  ladder: ['wait', 'replaceAtRestart'],
  persistence: { looks: 1, afterMs: 24 * 3_600_000, restarts: 9, minGapMs: 0 },
} as const;

describe('files that a program holds open', () => {
  /**
   * At half past ten the user has the program open. Runs until the new files wait for a restart.
   */
  async function untilWaiting(one: OneClient): Promise<void> {
    one.clock.forward(Date.UTC(2026, 10, 17, 10, 30));
    for (;;) {
      const { state, memory } = (await one.stored()).upgrade;
      if (memory.open.replacing !== null && state.phase === 'deferred') return;
      await one.step();
    }
  }

  test('are swapped at a restart without logged-on users; until then nothing is stopped or changed', async () => {
    await using one = await oneClient('agentProgram', replacing);
    const before = await truthOf(one);
    await untilWaiting(one);
    const { state } = (await one.stored()).upgrade;
    expect(state).toMatchObject({ phase: 'deferred', class: 'restart' });
    const waiting = await truthOf(one);
    expect(waiting.boots).toBe(before.boots);
    expect(waiting.intent).toMatchObject({ kind: 'replaceAtRestart', step: 'queueRenames' });
    const { end } = await settled(one);
    const truth = await truthOf(one);
    expect(swapVerdict([truth], [{ client: one.client, end }], agentHashes())).toEqual([]);
    expect(truth.boots).toBe(before.boots + 1);
    const ops = truth.journal.map(({ op }) => op);
    expect(ops).toContain('replaceAtRestart');
    expect(ops).not.toContain('stopService');
  });

  test('are withdrawn when the upgrade is cancelled, and a later restart changes nothing', async () => {
    await using one = await oneClient('agentProgram', replacing);
    await untilWaiting(one);
    const ending = { end: 'cancelled', cause: 'aborted', because: 'kim aborted it', blockers: [] } as const;
    const delivered = await one.store.deliver(
      one.client,
      { type: 'EndRequested', ending },
      one.clock.now(),
      'sp4',
    );
    if (delivered.kind === 'ignored' || delivered.next === null) throw new Error('the request made no job');
    one.dispatcher.jobs.push(delivered.next);
    expect((await settled(one)).end).toBe('cancelled');
    one.clock.forward(Date.UTC(2026, 10, 20));
    const truth = await truthOf(one);
    expect(swapFaults(truth, agentHashes())).toEqual([]);
    expect(hasRelease(truth, agentHashes())).toBe(false);
  });
});
