import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';

/** One person pauses or halts, and another one resumes: the commands of both. */

let orchestrator: SmallOrchestrator;
beforeAll(async () => {
  orchestrator = await startRunning();
});
afterAll(() => orchestrator[Symbol.asyncDispose]());

const cli = (...args: readonly string[]) => runHosted(orchestrator, args);
const asKim = (path: string, body: unknown) =>
  orchestrator.ask('POST', path, body, { 'x-servpack-user': 'kim' });
const me = `token default (says ${userInfo().username})`;
const newest = async () => (await orchestrator.store.audit(1))[0];

describe('the option --override', () => {
  test('resumes a campaign that another person paused, and the audit says who was overridden and why', async () => {
    await asKim('/v1/campaigns/sp4/pause', { reason: 'phones ring' });
    const refused = await cli('campaign', 'resume', 'sp4');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toBe(
      'servpack: campaign sp4 was paused by token default (says kim): phones ring; ask them, or resume it all the same with --override\n',
    );
    expect((await orchestrator.store.readCampaign('sp4'))?.campaign.state.status).toBe('paused');
    const meant = await cli('campaign', 'resume', 'sp4', '--override', '--reason', 'kim is off duty');
    const because = 'resumed, which token default (says kim) had held (phones ring): kim is off duty';
    expect(meant.stdout).toBe(`Campaign sp4 is running: ${because}\nFollow: servpack campaign watch sp4\n`);
    expect(await newest()).toMatchObject({ who: me, from: 'paused', to: 'running', because });
  });

  test('ends a halt of another person', async () => {
    await asKim('/v1/halt', { reason: 'network is down' });
    expect((await cli('unhalt')).stderr).toContain('everything was halted by token default (says kim)');
    expect((await cli('unhalt', '--override')).code).toBe(0);
    expect(await newest()).toMatchObject({
      who: me,
      to: 'going',
      because: 'everything may go on, which token default (says kim) had held (network is down)',
    });
  });

  // Only root may run a process as another user of the machine.
  test.runIf(process.getuid?.() === 0)(
    'users of the machine are told apart, also without a name',
    async () => {
      const asUser = (uid: number, ...args: readonly string[]) =>
        runCliAt(orchestrator, args, { uid, env: { SERVPACK_TOKEN: orchestrator.token } });
      expect((await asUser(54_321, 'campaign', 'pause', 'sp4', '--reason', 'lunch')).code).toBe(0);
      for (const uid of [54_322, 0])
        expect((await asUser(uid, 'campaign', 'resume', 'sp4')).stderr).toContain(
          'was paused by token default (says uid 54321): lunch; ask them',
        );
      expect((await asUser(54_321, 'campaign', 'resume', 'sp4', '--reason', 'back')).stdout).toBe(
        'Campaign sp4 is running: resumed: back\nFollow: servpack campaign watch sp4\n',
      );
    },
  );
});

describe('a campaign command during a halt', () => {
  test('says that nothing begins in the campaign while everything is halted', async () => {
    await cli('campaign', 'pause', 'sp4', '--reason', 'lunch');
    await cli('halt', '--reason', 'phones ring');
    expect((await cli('campaign', 'resume', 'sp4')).stdout).toBe(
      [
        `EVERYTHING IS HALTED by ${me} since 2026-11-17T09:00:00Z: phones ring`,
        'Campaign sp4 is running: resumed',
        'Nothing starts in it until you run: servpack unhalt',
        '',
      ].join('\n'),
    );
    expect((await cli('campaign', 'resume', 'sp4')).stderr).toBe(
      `servpack: campaign sp4 is not paused: it is running; and everything is halted by ${me}\n`,
    );
    expect((await cli('unhalt', '--reason', 'quiet again')).code).toBe(0);
    expect((await newest())?.because).toBe('everything may go on: quiet again');
  });
});
