import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../fixtures/until.ts';
import { portOf, startOrchestrator, startWorker, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { hasEarlierCode, writeEarlierCode } from './earlier-code.ts';
import { recordedInstallation } from './recorded-installation.ts';
import { campaigns } from './scenario.ts';

interface Status {
  readonly status: string;
  readonly states: Readonly<Record<string, number>>;
}

/** Opens what the record holds back: the halt, a pause, a campaign, an approval. */
async function letGo(operator: Operator, person: Operator): Promise<void> {
  await operator.ask('POST', '/v1/unhalt', { override: true, reason: 'the new version runs' });
  await operator.ask('POST', '/v1/campaigns/hold/resume', { override: true, reason: 'it is quiet' });
  await operator.ask('POST', '/v1/campaigns/later/start');
  await person.ask('POST', '/v1/approvals', { id: 'ask/wave/rest', answer: 'approved' });
}

const allOf = (operator: Operator): Promise<readonly Status[]> =>
  Promise.all(
    Object.keys(campaigns).map(
      async (name) => (await operator.ask('GET', `/v1/campaigns/${name}`)) as Status,
    ),
  );

async function endedWell(operator: Operator): Promise<void> {
  await until('every campaign has ended', async () =>
    (await allOf(operator)).every(({ status }) => status === 'ended'),
  );
  expect((await allOf(operator)).map(({ states }) => states['upgraded'])).toEqual([4, 3, 4, 1]);
  expect(await operator.ask('GET', '/v1/audit/verify')).toMatchObject({ faults: [] });
}

/** Whether a worker has driven any upgrade, by its log. */
const hasWorked = (dataDir: string, worker: string): boolean =>
  readFileSync(join(dataDir, 'logs', `${worker}.log`), 'utf8').includes('"committed"');

test.skipIf(!hasEarlierCode())(
  'a worker of the earlier version works beside one of this version, under an orchestrator of this version',
  async () => {
    await using stack = new AsyncDisposableStack();
    const { installation, startFleet } = await recordedInstallation(stack);
    const orchestrator = await startOrchestrator(installation);
    stack.defer(() => orchestrator.stop());
    const fleet = await startFleet();
    stack.defer(() => fleet.stop());
    const code = writeEarlierCode(stack);
    for (const [name, of] of [
      ['earlier', { ...installation, code }],
      ['present', installation],
    ] as const) {
      const worker = await startWorker(of, portOf(fleet), name);
      stack.defer(() => worker.stop());
    }
    const { dataDir } = installation;
    const operator = new Operator(urlOf(orchestrator), dataDir);
    await letGo(operator, new Operator(urlOf(orchestrator), dataDir, 'kim'));
    await endedWell(operator);
    expect(hasWorked(dataDir, 'earlier')).toBe(true);
    expect(hasWorked(dataDir, 'present')).toBe(true);
  },
);

test.skipIf(!hasEarlierCode())(
  'an orchestrator of the earlier version that leads writes no audit, and this version writes it afterwards',
  async () => {
    await using stack = new AsyncDisposableStack();
    const { installation, startFleet } = await recordedInstallation(stack);
    const first = await startOrchestrator(installation, 0, 'first');
    stack.defer(() => first.stop());
    const code = writeEarlierCode(stack);
    const earlier = await startOrchestrator({ ...installation, code }, 0, 'earlier');
    stack.defer(() => earlier.stop());
    const fleet = await startFleet();
    stack.defer(() => fleet.stop());
    const worker = await startWorker(installation, portOf(fleet));
    stack.defer(() => worker.stop());
    await first.stop();
    const { dataDir } = installation;
    const operator = new Operator(urlOf(earlier), dataDir);
    await letGo(operator, operator);
    await until('it says that it cannot write the audit', async () => {
      const { audit } = (await operator.ask('GET', '/v1/health')) as { audit?: object };
      return audit !== undefined;
    });
    expect(readFileSync(join(dataDir, 'logs', 'earlier.log'), 'utf8')).toContain(
      'was changed; nothing is added to it',
    );
    const again = await startOrchestrator(installation, 0, 'again');
    stack.defer(() => again.stop());
    await earlier.stop();
    await endedWell(new Operator(urlOf(again), dataDir));
  },
);
