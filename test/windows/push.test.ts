import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentService } from '../lab/windows/traits.ts';
import { writeAgent } from '../lab/windows/client-files.ts';
import { componentsOf, fileOf, hashesIn, imagesOf, registryOf, serviceOf } from '../lab/windows/truth.ts';
import { intentOn } from './pcm.ts';
import { campaignText, openWindowsHouse, until } from './windows-house.ts';

const service = String.raw`C:\Program Files\GenericAgent\AGENTSVC.EXE`;

it(
  'brings the files of an agent itself, while its service is stopped for them',
  { timeout: 600_000 },
  async () => {
    await using house = await openWindowsHouse({ traits: ['agent'] });
    const client = house.lab.client('pc-1');
    const tree = join(house.lab.folder, 'agent');
    writeAgent(house.lab.built, 2, join(tree, 'bin'));
    const before = await serviceOf(client, agentService);
    expect(imagesOf(client)).toContain(service);

    await house.importFleet();
    await house.stage(tree, {
      release: 'agent-2',
      product: 'generic-windows-agent',
      servicePack: null,
      components: 'bin',
    });
    await house.startWorker('worker');
    await house.begin(
      campaignText({ campaign: 'push', clients: [client], ladder: 'wait', release: 'agent-2' }),
    );
    await until(
      'the campaign has ended',
      async () => (await house.report('push')).status === 'ended',
      house.why,
    );

    expect((await house.report('push')).clients).toMatchObject([{ client: client.id, end: 'upgraded' }]);
    expect(componentsOf(client)).toEqual(hashesIn(join(tree, 'bin')));
    expect(imagesOf(client).filter((image) => image.endsWith('AGENTSVC.EXE'))).toEqual([service]);
    expect(await serviceOf(client, agentService)).toEqual(before);
    expect(client.boots).toBe(1);
    expect(intentOn(client)).toBeNull();
    const staged = String.raw`C:\ProgramData\servpack\GenericAgent\new\AGENTSVC.EXE`;
    expect(fileOf(client, staged)).toBeNull();
    expect(await registryOf(client, String.raw`HKLM\Software\ServpackLab`)).not.toBeNull();
  },
);
