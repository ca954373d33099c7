import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { campaignYaml, fleetCsv, startSmallOrchestrator, writeRelease } from './small-orchestrator.ts';

test('a release is not staged again when a campaign began to roll it out while its upgrade command ran', async () => {
  await using house = await startSmallOrchestrator();
  await house.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await house.ask('POST', '/v1/releases', { path: writeRelease(house) });
  await house.ask('POST', '/v1/campaigns', { file: 'campaign.yaml', text: campaignYaml() });
  const { body: before } = await house.ask('GET', '/v1/releases');

  const script = 'echo changed > bin/NEW.EXE; touch began; until [ -e go ]; do sleep 0.02; done';
  const staging = house.ask('POST', '/v1/releases', { path: writeRelease(house, script) });
  await expect.poll(() => existsSync(join(house.folder, 'began'))).toBe(true);
  expect((await house.ask('POST', '/v1/campaigns/sp4/start', {})).status).toBe(200);
  house.write('go', '');

  const { status, body } = await staging;
  expect([status, body.error]).toMatchObject([
    409,
    {
      code: 'release.inUse',
      message:
        'release sms-sp4 is being rolled out by campaign sp4, which is running; stage a changed one under another name',
    },
  ]);
  expect((await house.ask('GET', '/v1/releases')).body).toEqual(before);
});
