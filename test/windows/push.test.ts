import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentService } from '../lab/windows/traits.ts';
import { writeAgent } from '../lab/windows/client-files.ts';
import { componentsOf, fileOf, hashesIn, imagesOf, registryOf, serviceOf } from '../lab/windows/truth.ts';
import { intentOn } from './pcm.ts';
import { campaignText, openWindowsServpack, until, type WindowsServpack } from './windows-servpack.ts';

const service = String.raw`C:\Program Files\GenericAgent\AGENTSVC.EXE`;
const program = String.raw`C:\Program Files\GenericAgent\AGENTUI.EXE`;

/** The second version of the agent, staged; returns the folder of its components. */
async function stageAgent(servpack: WindowsServpack): Promise<string> {
  const tree = join(servpack.lab.folder, 'agent');
  writeAgent(servpack.lab.built, 2, join(tree, 'bin'));
  await servpack.importFleet();
  await servpack.stage(tree, {
    release: 'agent-2',
    product: 'generic-windows-agent',
    servicePack: null,
    components: 'bin',
    isPushed: true,
  });
  return join(tree, 'bin');
}

it('brings the files of an agent itself, while its service is stopped for them', async () => {
  await using servpack = await openWindowsServpack({ traits: ['agent'] });
  const client = servpack.lab.client('pc-1');
  const before = await serviceOf(client, agentService);
  expect(imagesOf(client)).toContain(service);

  const release = await stageAgent(servpack);
  await servpack.startWorker('worker');
  await servpack.begin(
    campaignText({ campaign: 'push', clients: [client], ladder: 'wait', release: 'agent-2' }),
  );
  await until(
    'the campaign has ended',
    async () => (await servpack.report('push')).status === 'ended',
    servpack.why,
  );

  expect((await servpack.report('push')).clients).toMatchObject([{ client: client.id, end: 'upgraded' }]);
  expect(componentsOf(client)).toEqual(hashesIn(release));
  expect(imagesOf(client).filter((image) => image.endsWith('AGENTSVC.EXE'))).toEqual([service]);
  expect(await serviceOf(client, agentService)).toEqual(before);
  expect(client.boots).toBe(1);
  expect(intentOn(client)).toBeNull();
  const staged = String.raw`C:\ProgramData\servpack\GenericAgent\new\AGENTSVC.EXE`;
  expect(fileOf(client, staged)).toBeNull();
  expect(await registryOf(client, String.raw`HKLM\Software\ServpackLab`)).not.toBeNull();
});

it('replaces at a restart what a user holds open', async () => {
  await using servpack = await openWindowsServpack({ traits: ['agentProgram'] });
  const client = servpack.lab.client('pc-1');
  const before = await serviceOf(client, agentService);
  const old = componentsOf(client);
  const release = await stageAgent(servpack);
  await servpack.startWorker('worker');
  await servpack.begin(
    campaignText({
      campaign: 'push',
      clients: [client],
      ladder: 'wait, replaceAtRestart',
      release: 'agent-2',
      restart: 'nobodyLoggedOn',
    }),
  );
  await until('the files wait for a restart', async () =>
    (await servpack.why()).includes(
      'new files are ready on it; Windows puts them in place at the next restart',
    ),
  );
  // Anna is still there, so nothing has been restarted, stopped or changed.
  expect(imagesOf(client)).toEqual(expect.arrayContaining([service, program]));
  expect(componentsOf(client)).toMatchObject(old);
  expect(client.boots).toBe(1);
  expect(JSON.parse(intentOn(client) ?? 'null')).toMatchObject({
    kind: 'replaceAtRestart',
    step: 'queueRenames',
  });

  await client.logoff();
  await until(
    'the campaign has ended',
    async () => (await servpack.report('push')).status === 'ended',
    servpack.why,
  );
  expect((await servpack.report('push')).clients).toMatchObject([{ client: client.id, end: 'upgraded' }]);
  expect(componentsOf(client)).toEqual(hashesIn(release));
  expect(await serviceOf(client, agentService)).toEqual(before);
  expect(client.boots).toBe(2);
  expect(intentOn(client)).toBeNull();
});
