import { expect, it } from 'vitest';
import type { WindowsClient } from '../lab/windows/client.ts';
import { serviceSettings } from '../lab/windows/client-registry.ts';
import { componentsOf, hashesIn, settingOf } from '../lab/windows/truth.ts';
import { join } from 'node:path';
import { homePcm, intentOn, keptSettings, movedPcm, pcmOf } from './pcm.ts';
import { campaignText, openWindowsServpack, serverOf, smsProfileIn, until } from './windows-servpack.ts';

/** Without PCMSVC32.EXE, which no release brings. */
const componentHashes = (client: WindowsClient): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(componentsOf(client)).filter(([name]) => name !== 'PCMSVC32.EXE'));

const elsewhere = [
  { product: 'sms-on-d', directory: String.raw`D:\MS\SMS` },
  { product: 'sms-in-spaces', directory: String.raw`C:\Program Files\MS SMS` },
] as const;

/**
 * The main job on clients that are Windows as far as Wine is: by real processes, over real sshds.
 * What is compared in the end was read from the machines themselves.
 */
it('upgrades a fleet of Windows clients and gets past what is in the way', async () => {
  await using servpack = await openWindowsServpack({
    traits: ['pcmInBin', 'userProgram', 'comesAndGoes', 'workaround', 'server', 'onDriveD', 'pathWithSpaces'],
    profiles: Object.fromEntries(
      elsewhere.map(({ product, directory }) => [product, smsProfileIn(product, directory)]),
    ),
  });
  const { lab } = servpack;
  const [pcm, program, gone, manual, server, onD, spaces] = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    lab.client(`pc-${n}`),
  ) as [
    WindowsClient,
    WindowsClient,
    WindowsClient,
    WindowsClient,
    WindowsClient,
    WindowsClient,
    WindowsClient,
  ];
  const relocated = [pcm, onD, spaces];
  const settings = await Promise.all(relocated.map(keptSettings));
  const serverBefore = [componentHashes(server), await keptSettings(server)];
  await gone.disconnect();

  await servpack.importFleet();
  await servpack.stage();
  const { share, components } = serverOf(lab);
  for (const { product } of elsewhere)
    await servpack.stage(share, { release: product, product, servicePack: 4, components });
  await servpack.startWorker('worker');
  const ladder = 'wait, relocation';
  const campaigns = {
    moves: { clients: [pcm, program, gone, server], ladder },
    stopgap: { clients: [manual], ladder: 'wait, workaround' },
    drive: { clients: [onD], ladder, release: 'sms-on-d' },
    spaces: { clients: [spaces], ladder, release: 'sms-in-spaces' },
  };
  for (const [campaign, choice] of Object.entries(campaigns))
    await servpack.begin(campaignText({ campaign, ...choice }));

  const deferred = async (client: WindowsClient, cause: string): Promise<boolean> => {
    const { clients } = await servpack.report('moves');
    return (clients.find((row) => row.client === client.id)?.deferrals[cause] ?? 0) > 0;
  };
  await until('the program is waited for', () => deferred(program, 'program'), servpack.why);
  await until('the unreachable client is waited for', () => deferred(gone, 'unreachable'), servpack.why);

  // The user ends the program and goes home; the cable is put in again.
  await program.endProgram('PCMWIN32.EXE');
  await program.logoff();
  await gone.connect();
  // After the restart that the workaround needs a user works there: the mark waits for a
  // restart of its own.
  await until('the workaround has restarted its client', () => manual.boots > 1, servpack.why);
  await manual.logoff();

  const over = async (campaign: string): Promise<boolean> =>
    (await servpack.report(campaign)).status === 'ended';
  for (const campaign of Object.keys(campaigns))
    await until(`${campaign} has ended`, () => over(campaign), servpack.why);

  const rows = (await Promise.all(Object.keys(campaigns).map((each) => servpack.report(each)))).flatMap(
    ({ clients }) => clients,
  );
  const row = (client: WindowsClient) => rows.find((each) => each.client === client.id);
  const upgraded = [pcm, program, gone, manual, onD, spaces];
  expect(lab.clients.map((client) => [client.trait, row(client)?.end])).toEqual(
    lab.clients.map((client) => [client.trait, client === server ? 'excluded' : 'upgraded']),
  );
  expect(row(gone)?.deferrals['unreachable']).toBeGreaterThan(0);

  const released = hashesIn(join(share, components));
  for (const client of upgraded) {
    expect([client.trait, componentHashes(client)]).toEqual([client.trait, released]);
    expect([client.trait, settingOf(client, 'SetupPhase')]).toEqual([client.trait, 'INSTALLED']);
    expect([client.trait, intentOn(client)]).toEqual([client.trait, null]);
  }

  // Deferred because of the service, found again, moved, restarted once.
  for (const [n, client] of relocated.entries()) {
    expect(row(client)?.relocation).toBe('done');
    expect(row(client)?.servicePath?.replaceAll('"', '').toUpperCase()).toBe(movedPcm);
    expect(row(client)?.deferrals['service']).toBeGreaterThan(0);
    expect(client.boots).toBe(2);
    expect(await pcmOf(client)).toEqual({ imagePath: movedPcm, runs: [movedPcm] });
    expect(await keptSettings(client)).toEqual(settings[n]);
  }
  expect(settings[0]?.ObjectName).toBe(serviceSettings.account);
  expect(settings[0]?.DependOnService).toContain('RpcSs');

  // The workaround of the KB has given everything back.
  expect(await pcmOf(manual)).toEqual({ imagePath: homePcm(manual), runs: [homePcm(manual)] });
  expect(await keptSettings(manual)).toMatchObject({ Start: '0x2' });

  // A logon server has the service legitimately, whatever the fleet file says of it.
  expect(server.boots).toBe(1);
  expect([componentHashes(server), await keptSettings(server)]).toEqual(serverBefore);
  expect(await pcmOf(server)).toEqual({ imagePath: homePcm(server), runs: [homePcm(server)] });
});
