import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { WindowsClient } from '../lab/windows/client.ts';
import { pathIn } from '../lab/windows/client-files.ts';
import { makeKey } from '../lab/windows/sshd.ts';
import { componentsOf, hashesIn } from '../lab/windows/truth.ts';
import { homePcm, intentOn, keptSettings, movedPcm, pcmOf } from './pcm.ts';
import { campaignText, openServpackOn, openWindowsServpack, until } from './windows-servpack.ts';

/** What may happen to a client in the middle of a relocation. In the end it is whole. */

/** What comes after the relocation is not of interest. */
const onlyMoves = { ladder: 'wait, relocation', structural: 'atOnce', restart: 'never' } as const;

/** The service runs from the new directory with its settings, and nothing is left open. */
async function expectWhole(
  client: WindowsClient,
  settings: Awaited<ReturnType<typeof keptSettings>>,
): Promise<void> {
  expect([client.id, intentOn(client)]).toEqual([client.id, null]);
  expect(await pcmOf(client)).toEqual({ imagePath: movedPcm, runs: [movedPcm] });
  expect(await keptSettings(client)).toEqual(settings);
  const moved = hashesIn(pathIn(client.prefix, String.raw`C:\SMS_PCM`));
  expect(moved).toEqual({ 'PCMSVC32.EXE': componentsOf(client)['PCMSVC32.EXE'] });
  // A driver that is refused stages the record of its next try for a moment.
  const staging = pathIn(client.prefix, String.raw`C:\windows\servpack\staging`);
  await until('nothing is staged', () => Object.keys(hashesIn(staging)).length === 0);
}

it('waits and says why where the host key changes, or the record cannot be stored, and then goes on', async () => {
  await using servpack = await openWindowsServpack({ traits: ['pcmInBin', 'pcmInBin'] });
  const [rekeyed, full] = servpack.lab.clients as readonly [WindowsClient, WindowsClient];
  const settings = new Map([
    [rekeyed, await keptSettings(rekeyed)],
    [full, await keptSettings(full)],
  ]);
  const holds = [rekeyed.hold('after', 'sc stop '), full.hold('after', 'sc stop ')];
  await servpack.importFleet();
  await servpack.stage();
  await servpack.begin(
    campaignText({ campaign: 'mid', clients: [rekeyed, full], patience: '3s', ...onlyMoves }),
  );
  await servpack.startWorker('worker');
  await until('both stand at the stop', () => holds.every((hold) => hold.isReached()), servpack.why);

  const key = join(rekeyed.prefix, 'host_key');
  for (const name of [key, `${key}.pub`]) renameSync(name, `${name}.known`);
  makeKey(key);
  await rekeyed.disconnect();
  await rekeyed.connect();
  // A new record can not be written beside the one that stands there, as on a full disk.
  const beside = pathIn(full.prefix, String.raw`C:\windows\servpack\intent.json.new`);
  mkdirSync(beside);
  const recorded = intentOn(full);
  for (const hold of holds) hold.release();
  for (const said of ['which is none of those in the fleet file', 'cannot be stored whole at'])
    await until(said, async () => (await servpack.why()).includes(said), servpack.why);
  // Neither is turned back, and what the service was still stands on the client.
  expect(intentOn(full)).toBe(recorded);
  for (const client of [rekeyed, full]) {
    expect(JSON.parse(intentOn(client) ?? 'null')).toMatchObject({ direction: 'forward', step: 'stop' });
    expect(await pcmOf(client)).toEqual({ imagePath: homePcm(client), runs: [] });
  }

  rmdirSync(beside);
  for (const name of [key, `${key}.pub`]) {
    rmSync(name);
    renameSync(`${name}.known`, name);
  }
  await rekeyed.disconnect();
  await rekeyed.connect();
  const isMoved = async () =>
    (await servpack.report('mid')).clients.every(({ relocation }) => relocation === 'done');
  await until('both are moved', isMoved, servpack.why);
  for (const [client, kept] of settings) await expectWhole(client, kept);
});

it('is shared by two servpacks that know nothing of each other', async () => {
  await using first = await openWindowsServpack({ traits: ['pcmInBin'] });
  const { lab } = first;
  const client = lab.client('pc-1');
  const settings = await keptSettings(client);
  await using second = await openServpackOn(lab, { name: 'stranger' });
  const hold = client.hold('after', 'sc stop ');
  const begin = async (servpack: typeof first, campaign: string): Promise<void> => {
    await servpack.importFleet();
    await servpack.stage();
    await servpack.begin(campaignText({ campaign, clients: [client], patience: '3s', ...onlyMoves }));
    await servpack.startWorker(campaign);
  };
  await begin(first, 'ours');
  await until('the first one has stopped the service', () => hold.isReached(), first.why);
  // The second one takes the open procedure over, while the first waits for its answer.
  await begin(second, 'theirs');
  const isDone = async (): Promise<boolean> =>
    (await second.report('theirs')).clients.every(({ relocation }) => relocation === 'done');
  await until('the second one has moved the service', isDone, second.why);
  await expectWhole(client, settings);
  // The answer comes at last: the first one goes on, is refused by the client, and says so.
  hold.release();
  const refused = 'another servpack changes this client';
  const because = async (servpack: typeof first): Promise<readonly string[]> =>
    (await servpack.operator.exportAudit()).map((entry) => entry.because);
  await until(
    'the first one says why it is refused',
    async () => (await because(first)).some((each) => each.includes(refused)),
    first.why,
  );
  await expectWhole(client, settings);
  expect(await because(second)).toContain(
    'found an unfinished relocation of the campaign ours on the client',
  );
});
