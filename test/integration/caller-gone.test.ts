import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import { err, fault } from '../../shared/errors.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';

test('a simulation learns that its caller has closed the connection', async () => {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const background: Background = async (_work, _who, _input, callerGone) => {
    asked.resolve(callerGone);
    if (callerGone?.aborted === false) await once(callerGone, 'abort');
    return err(fault('busy.stopped', 'nobody waits'));
  };
  await using orchestrator = await startSmallOrchestrator(undefined, { context: { background } });
  const caller = new AbortController();
  const answer = fetch(`${orchestrator.url}/v1/campaigns/simulate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${orchestrator.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ file: 'sp4.yaml', text: 'campaign: sp4' }),
    signal: caller.signal,
  });
  const callerGone = await asked.promise;
  expect(callerGone?.aborted).toBe(false);
  caller.abort();
  await expect(answer).rejects.toThrow(/abort/);
  await expect.poll(() => callerGone?.aborted).toBe(true);
});
