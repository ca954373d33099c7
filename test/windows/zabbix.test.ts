import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { valueOf } from '../contract/contract-clients.ts';
import { serviceNames } from '../contract/service-names.ts';
import { windowsPatienceMs } from '../environment/patience.ts';
import { pathIn, writeAgent } from '../lab/windows/client-files.ts';
import { startWindowsLab } from '../lab/windows/lab.ts';
import { componentsOf, fileOf, hashesIn, imagesOf, serviceOf } from '../lab/windows/truth.ts';
import { intentOn } from './pcm.ts';
import { sshSettingsOf } from './ssh.ts';
import { campaignText, openWindowsServpack, until } from './windows-servpack.ts';

const profile = readFileSync(
  join(import.meta.dirname, '../../examples/products/zabbix-agent-2.yaml'),
  'utf8',
);
const name = 'Zabbix Agent 2';
const folder = String.raw`C:\Program Files\Zabbix Agent 2`;

it('updates an agent past its own service, whose name has spaces', async () => {
  await using servpack = await openWindowsServpack({
    traits: ['zabbix'],
    profiles: { 'zabbix-agent-2': profile.replace('settle: 30s', 'settle: 2s') },
  });
  const client = servpack.lab.client('pc-1');
  const configuration = 'Server=10.0.0.1\r\n';
  writeFileSync(pathIn(client.prefix, `${folder}\\zabbix_agent2.conf`), configuration);
  const before = await serviceOf(client, name);
  expect(imagesOf(client)).toContain(`${folder}\\zabbix_agent2.exe`);
  const tree = join(servpack.lab.folder, 'zabbix');
  writeAgent(servpack.lab.built, 2, join(tree, 'bin'), 'zabbix_agent2.exe');
  await servpack.importFleet();
  await servpack.stage(tree, {
    release: 'zabbix-7',
    product: 'zabbix-agent-2',
    servicePack: null,
    components: 'bin',
    isPushed: true,
  });
  await servpack.startWorker('worker');
  await servpack.begin(
    campaignText({ campaign: 'zabbix', clients: [client], ladder: 'wait', release: 'zabbix-7' }),
  );
  await until(
    'the campaign has ended',
    async () => (await servpack.report('zabbix')).status === 'ended',
    servpack.why,
  );

  expect((await servpack.report('zabbix')).clients).toMatchObject([{ client: client.id, end: 'upgraded' }]);
  expect(componentsOf(client)).toMatchObject(hashesIn(join(tree, 'bin')));
  expect(fileOf(client, `${folder}\\zabbix_agent2.conf`)).toBe(configuration);
  expect(await serviceOf(client, name)).toEqual(before);
  expect(imagesOf(client)).toContain(`${folder}\\zabbix_agent2.exe`);
  expect(intentOn(client)).toBeNull();
});

it('controls services with any name that Windows allows', async () => {
  const lab = await startWindowsLab({ traits: ['agent'] });
  const client = lab.client('pc-1');
  const gateway = connectSshGateway({
    settings: sshSettingsOf(lab, client.place.port),
    deadlineMs: windowsPatienceMs,
  });
  const { address, port } = client.place;
  const target = targetOf({ client: client.id, host: address, port, hostKeys: [client.fingerprint] });
  const signal = AbortSignal.timeout(3 * windowsPatienceMs);
  const change = { target, fence: { counter: 1, owner: 'driver' }, signal };
  try {
    const executable = String.raw`C:\Program Files\GenericAgent\AGENTSVC.EXE`;
    for (const each of serviceNames) {
      await client.run('sc.exe', 'create', each, 'binPath=', `"${executable}"`, 'start=', 'demand');
      const read = async () => valueOf(await gateway.readService(target, each, signal));
      const before = await read();
      expect(before).toMatchObject({ name: each, state: 'stopped', startType: 'manual' });
      valueOf(await gateway.startService(change, each));
      expect(await read()).toMatchObject({ state: 'running' });
      valueOf(await gateway.stopService(change, each));
      valueOf(
        await gateway.configureService(change, each, { startType: 'automatic', imagePath: executable }),
      );
      expect(await read()).toMatchObject({ state: 'stopped', startType: 'automatic', imagePath: executable });
      valueOf(await gateway.uninstallService(change, each));
      expect(await read()).toBeNull();
      const { account = '' } = before ?? {};
      valueOf(
        await gateway.installService(change, {
          name: each,
          imagePath: executable,
          startType: 'manual',
          account,
          dependsOn: [],
        }),
      );
      expect(await read()).toMatchObject({ name: each, startType: 'manual' });
    }
  } finally {
    await gateway.close();
    await lab.close();
  }
});
