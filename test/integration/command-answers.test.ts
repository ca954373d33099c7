import { expect, test } from 'vitest';
import { runCliAt } from '../fixtures/run-cli.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { anna, bring, changes, firstWave, wide } from './admitted-clients.ts';

test('a check-in of a finished client says how it finished, and when', async () => {
  await using orchestrator = await startRunning(undefined, wide);
  const [client = ''] = await firstWave(orchestrator, 1);
  await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
  const { code, stdout } = await runCliAt(orchestrator, ['client', 'checkin', client]);
  expect([code, stdout]).toEqual([
    0,
    `${client}: nothing to do: it is already finished (failed 2026-11-17T09:00:00Z) in campaign sp4\n`,
  ]);
});

test('the end of a halt names the campaigns that stay paused, and by whom', async () => {
  await using orchestrator = await startRunning();
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' }, anna);
  const halted = await runCliAt(orchestrator, ['halt', '--reason', 'network']);
  expect(halted.stdout).toMatch(/work in progress is completed\. Undo: servpack unhalt\n$/);
  const { stdout } = await runCliAt(orchestrator, ['unhalt']);
  expect(stdout).toBe(
    'The halt is over. Running campaigns go on.\nStill paused: sp4 (by anna (token default))\n',
  );
});
