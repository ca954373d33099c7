import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { fileOf, registryOf, serviceOf } from '../lab/windows/truth.ts';
import { homePcm, intentOn, keptSettings, movedPcm, pcmOf } from './pcm.ts';
import { campaignText, openWindowsServpack, serverOf, until } from './windows-servpack.ts';

/**
 * A service that is moved by being deleted and created again, on clients with a real service
 * control manager and registry. The worker is killed when a client has done one of the four
 * commands that make it so, and the service is whole all the same; one that starts nowhere else
 * goes back.
 */
const commands = ['sc delete ', 'sc create ', 'reg import ', 'sc config '] as const;

const product = 'sms-anew';
const profile = readFileSync(join(import.meta.dirname, '../../shared/products/sms-1.2.yaml'), 'utf8')
  .replace('product: sms-1.2', `product: ${product}`)
  .replace(/^( +)relocateTo: .*$/m, '$&\n$1moveBy: reinstall');

const servicesKey = String.raw`HKLM\System\CurrentControlSet\Services`;
const pcmKey = `${servicesKey}\\${pcmService}`;

/** An account without a password, and what only the registry knows of the service. */
async function prepare(client: WindowsClient): Promise<void> {
  const told = await client.run('sc.exe', 'config', pcmService, 'obj=', 'LocalSystem');
  expect([client.id, told.code]).toEqual([client.id, 0]);
  const values = [
    [pcmKey, 'Description', 'Runs packages'],
    [`${pcmKey}\\Parameters\\Deep`, 'Wanted', 'yes & "no"'],
  ] as const;
  for (const [key, name, data] of values) {
    const { code } = await client.run('reg.exe', 'add', key, '/v', name, '/d', data, '/f');
    expect([name, code]).toEqual([name, 0]);
  }
}

async function settingsOf(client: WindowsClient) {
  const { Description, DisplayName, Type, ErrorControl } = (await serviceOf(client, pcmService)) ?? {};
  const deep = await registryOf(client, `${pcmKey}\\Parameters\\Deep`);
  return { ...(await keptSettings(client)), Description, DisplayName, Type, ErrorControl, deep };
}

it('moves a service by installing it anew, whoever is killed meanwhile', async () => {
  await using servpack = await openWindowsServpack({
    traits: [...commands.map(() => 'pcmInBin' as const), 'staysHome'],
    block: '127.0.93',
    port: 2_293,
    profiles: { [product]: profile },
  });
  const { clients } = servpack.lab;
  await Promise.all(clients.map(prepare));
  const before = await Promise.all(clients.map(settingsOf));
  const holds = commands.map((text, at) => servpack.lab.client(`pc-${at + 1}`).hold('after', text));
  const { share, components } = serverOf(servpack.lab);
  await servpack.importFleet();
  await servpack.stage(share, { release: product, product, servicePack: 4, components });
  await servpack.begin(
    campaignText({
      campaign: 'anew',
      clients,
      release: product,
      ladder: 'wait, relocation',
      structural: 'atOnce',
      restart: 'never',
      // What comes after the relocation is not of interest.
      patience: '1h',
    }),
  );
  const first = await servpack.startWorker('first');
  await until(
    'a worker stands at every place',
    () => {
      servpack.assertRuns();
      return holds.every((hold) => hold.isReached());
    },
    servpack.why,
  );
  first.kill('SIGKILL');
  await first.ended;

  await servpack.startWorker('second');
  const ends = async () => (await servpack.report('anew')).clients.map(({ relocation }) => relocation);
  const wanted = [...commands.map(() => 'done'), 'undone'];
  await until('all have got there', async () => String(await ends()) === String(wanted), servpack.why);
  // What the dead worker had sent gets on at last.
  for (const hold of holds) hold.release();
  await until('it has ended', () => holds.every((hold) => hold.hasEnded()));

  for (const [at, client] of clients.entries()) {
    const place = commands[at] === undefined ? homePcm(client) : movedPcm;
    await until('its procedure is closed', () => intentOn(client) === null, servpack.why);
    expect([client.id, await pcmOf(client)]).toEqual([client.id, { imagePath: place, runs: [place] }]);
    expect([client.id, await settingsOf(client)]).toEqual([client.id, before[at]]);
    expect(fileOf(client, String.raw`C:\windows\servpack\service.reg`)).toBeNull();
  }
});
