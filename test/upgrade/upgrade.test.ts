import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { recordsFormat } from '../../shared/store/redis/sharding/shards.ts';
import { until } from '../fixtures/until.ts';
import { portOf, startOrchestrator, startWorker, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { recorded, recordedInstallation } from './recorded-installation.ts';
import { campaigns, openRelocation } from './scenario.ts';

const halted = 'servpack is upgraded';

interface Status {
  readonly status: string;
  readonly states: Readonly<Record<string, number>>;
}

test('campaigns that an earlier version began are brought to their end, and its audit is verified', async () => {
  await using stack = new AsyncDisposableStack();
  const { installation, redis, audit, startFleet } = await recordedInstallation(stack);
  const { dataDir } = installation;

  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), dataDir);
  const statusOf = async (name: string) => (await operator.ask('GET', `/v1/campaigns/${name}`)) as Status;
  const before = Object.fromEntries(
    await Promise.all(Object.keys(campaigns).map(async (name) => [name, (await statusOf(name)).status])),
  );
  expect(before).toEqual({ run: 'running', hold: 'paused', ask: 'running', later: 'created' });
  const relocating = (await operator.ask('GET', `/v1/clients/${openRelocation}/why`)) as { state: string };
  expect(relocating.state).toBe('remedying');
  expect(await operator.ask('GET', '/v1/halt')).toMatchObject({
    halted: { because: halted },
  });
  for (const list of ['tokens', 'sessions'])
    expect(await operator.ask('GET', `/v1/${list}`)).toMatchObject({ [list]: [] });

  const fleet = await startFleet();
  stack.defer(() => fleet.stop());
  const worker = await startWorker(installation, portOf(fleet));
  stack.defer(() => worker.stop());
  await operator.ask('POST', '/v1/unhalt', { override: true, reason: 'the new version runs' });
  await operator.ask('POST', '/v1/campaigns/hold/resume', { override: true, reason: 'it is quiet' });
  await operator.ask('POST', '/v1/campaigns/later/start');
  // Another person than the one of the token file, who began the campaign.
  const person = new Operator(urlOf(orchestrator), dataDir, 'kim');
  await person.ask('POST', '/v1/approvals', { id: 'ask/wave/rest', answer: 'approved' });
  const all = (): Promise<readonly Status[]> => Promise.all(Object.keys(campaigns).map(statusOf));
  await until('every campaign has ended', async () =>
    (await all()).every(({ status }) => status === 'ended'),
  );
  expect((await all()).map(({ states }) => states['upgraded'])).toEqual([4, 3, 4, 1]);
  expect(await operator.ask('GET', '/v1/audit/verify')).toMatchObject({ faults: [] });
  // What the earlier version had not sealed when it was killed is in the files now.
  expect(Object.values(recorded.files).join('')).not.toContain(halted);
  expect(
    readdirSync(audit)
      .map((name) => readFileSync(join(audit, name), 'utf8'))
      .join(''),
  ).toContain(halted);

  await redis.set(keysOf(recorded.prefix, 0).of('format'), recordsFormat + 1);
  await Promise.all([orchestrator.stop(), worker.stop()]);
  const refused = `the records of ${recorded.prefix} have format ${recordsFormat + 1}, which a newer servpack has written`;
  await expect(startOrchestrator(installation)).rejects.toThrow(refused);
  await expect(startWorker(installation, portOf(fleet))).rejects.toThrow(refused);
});
