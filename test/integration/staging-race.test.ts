import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  campaignYaml,
  fleetCsv,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';

test('a release is not staged again when a campaign starts to roll it out during its upgrade command', async () => {
  await using orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'campaign.yaml', text: campaignYaml() });
  const { body: before } = await orchestrator.ask('GET', '/v1/releases');

  const script = 'echo changed > bin/NEW.EXE; touch began; until [ -e go ]; do sleep 0.02; done';
  const staging = orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator, script) });
  await expect.poll(() => existsSync(join(orchestrator.folder, 'began'))).toBe(true);
  expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start', {})).status).toBe(200);
  orchestrator.write('go', '');

  const { status, body } = await staging;
  expect([status, body.error]).toMatchObject([
    409,
    {
      code: 'release.inUse',
      message:
        'release sms-sp4 is being rolled out by campaign sp4, which is running; stage a changed one under another name',
    },
  ]);
  expect((await orchestrator.ask('GET', '/v1/releases')).body).toEqual(before);
});
