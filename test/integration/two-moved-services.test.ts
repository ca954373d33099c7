import { expect, test } from 'vitest';
import { undoClient } from '../../orchestrator/campaigns/client-actions.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { clientReport } from '../../orchestrator/views/report.ts';
import { remarksOn } from '../../orchestrator/views/remarks.ts';
import { contextOver } from '../fixtures/context.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { recount } from '../twin/recount.ts';
import { permitOf } from '../fixtures/permit.ts';

/** A client with two services that run out of the component directory: both are relocated. */

const pcm = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const monitor = {
  name: 'SMS_CLIENT_MONITOR',
  imagePath: 'C:\\MS\\SMS\\BIN\\CLIMONNT.EXE',
  startType: 'automatic',
  account: 'LocalSystem',
  dependsOn: [],
} as const;
const profile = (builtIn: string): string =>
  `${builtIn.trimEnd()}\n  - name: ${monitor.name}\n    executable: CLIMONNT.EXE\n    relocateTo: C:\\SMS_PCM\n`;

const open = async (): Promise<OneClient> => {
  const one = await oneClient('pcmInBin', { structural: 'atOnce' }, (gateway) => gateway, { profile });
  one.fleet.addService(one.client, monitor);
  return one;
};

const truthOf = async ({ fleet, client }: OneClient) => {
  const truth = await fleet.clientTruth(client);
  if (truth === null) throw new Error('no such machine');
  return truth;
};

const pathsOf = async (one: OneClient): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    (await truthOf(one)).services.flatMap(({ name, imagePath, runsFrom }) =>
      imagePath.toLowerCase() === runsFrom?.toLowerCase() ? [[name, imagePath.toLowerCase()]] : [],
    ),
  );

const atFirst = { [pcm]: 'c:\\ms\\sms\\bin\\pcmsvc32.exe', [monitor.name]: monitor.imagePath.toLowerCase() };
const atEnd = { [pcm]: 'c:\\sms_pcm\\pcmsvc32.exe', [monitor.name]: 'c:\\sms_pcm\\climonnt.exe' };

/** Ends the campaign, and asks to move back what it moved. */
async function undo(one: OneClient): Promise<OneClient> {
  const context = contextOver(one.store, one.clock, one.dispatcher);
  await runCampaigns().run(context);
  const request = { client: one.client, reason: 'because', campaign: null };
  unwrapped(await undoClient(context, permitOf('token default (says anna)'), request));
  return one;
}

test('an undo moves both services back, the newest relocation first', async () => {
  await using one = await open();
  expect(await pathsOf(one)).toMatchObject(atFirst);
  const { upgrade: moved } = await one.settle();
  expect(moved.state).toMatchObject({ end: 'upgraded' });
  expect(await pathsOf(one)).toMatchObject(atEnd);
  const record = await one.store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  expect(remarksOn(record, moved)).toContain(
    'its services were moved and run from C:\\SMS_PCM\\climonnt.exe and C:\\SMS_PCM\\pcmsvc32.exe',
  );

  const hold = await one.fleet.hold({
    client: one.client,
    procedure: 'relocation',
    direction: 'back',
    step: 'removeCopy',
    when: 'after',
  });
  const settled = (await undo(one)).settle();
  await hold.reached();
  expect(await pathsOf(one)).toMatchObject({ ...atEnd, [monitor.name]: atFirst[monitor.name] });
  await hold.release();
  const { upgrade } = await settled;
  expect(upgrade.state).toMatchObject({
    end: 'upgraded',
    cause: 'proved',
    because: expect.stringContaining(
      `; ${monitor.name} and ${pcm} were moved back for token default (says anna): because`,
    ),
  });
  expect(await pathsOf(one)).toMatchObject(atFirst);
  const truth = await truthOf(one);
  expect([truth.intent, truth.violations]).toEqual([null, []]);
  expect(Object.keys(truth.otherFiles).filter((path) => path.startsWith('c:\\sms_pcm'))).toEqual([]);
  expect(upgrade.memory).toMatchObject({
    learned: { relocation: 'undone', beforeRelocation: null, movedEarlier: [], servicePath: null },
    request: null,
  });
  expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
});

test('a service that another person has moved since is left alone and named; the other one is moved back', async () => {
  await using one = await open();
  await one.settle();
  one.fleet.setService(one.client, monitor.name, { imagePath: 'C:\\MONITOR\\PKGMON.EXE' });
  const { upgrade } = await (await undo(one)).settle();
  expect(upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: 'not moved back',
    because: `${pcm} moved back for token default (says anna); ${monitor.name} is not where it was moved to, and was left alone`,
  });
  const { services } = await truthOf(one);
  const paths = Object.fromEntries(services.map(({ name, imagePath }) => [name, imagePath.toLowerCase()]));
  expect(paths).toMatchObject({ [pcm]: atFirst[pcm], [monitor.name]: 'c:\\monitor\\pkgmon.exe' });
});

test('a second relocation that fails is undone alone: the first service stays relocated, and can be moved back', async () => {
  await using one = await open();
  const faulty = await one.fleet.hold({
    client: one.client,
    procedure: 'relocation',
    direction: 'forward',
    step: 'record',
    nth: 2,
    when: 'after',
  });
  const settled = one.settle();
  await faulty.reached();
  // The second relocation finds a file in the directory that servpack did not bring.
  one.fleet.plant(one.client, 'C:\\SMS_PCM\\PLANTED.DLL');
  await faulty.release();
  const { upgrade } = await settled;
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at protect' });
  expect(upgrade.memory.learned).toMatchObject({
    relocation: 'done',
    beforeRelocation: { service: { name: pcm } },
  });
  const record = await one.store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  expect(clientReport(record.campaign, { kind: 'admitted', upgrade })).toMatchObject({
    relocation: 'done',
    servicePath: expect.stringMatching(/^C:\\SMS_PCM\\pcmsvc32\.exe$/i),
  });
  expect((await (await undo(one)).settle()).upgrade.state).toMatchObject({
    end: 'needsAttention',
    because: expect.stringContaining(`; ${pcm} was moved back for token default (says anna)`),
  });
  expect(await pathsOf(one)).toMatchObject(atFirst);
});
