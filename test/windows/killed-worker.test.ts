import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StepName, stepsOf } from '../../shared/domain/remediation/procedure.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { pathIn } from '../lab/windows/client-files.ts';
import type { HoldPlace } from '../lab/windows/hold.ts';
import { componentsOf, hashesIn } from '../lab/windows/truth.ts';
import { intentOn, keptSettings, movedPcm, pcmOf } from './pcm.ts';
import { campaignText, openWindowsServpack, until, type WindowsServpack } from './windows-servpack.ts';

/**
 * The promise of servpack on Windows clients: in every step of a relocation, before its command
 * has done anything and after it has done everything, the worker is killed. What it had sent is
 * still with the client, and goes on when another worker is long done.
 */
interface Place {
  readonly step: StepName;
  readonly when: HoldPlace;
}

const inWords = ({ step, when }: Place): string => `${when} ${step}`;

/**
 * What the command line of a step has in it, and no line before it. A step that only looks is
 * known by its announcement.
 */
const commandOf: Readonly<Partial<Record<StepName, string>>> = {
  stop: 'sc stop ',
  copy: 'copy /y /b ',
  protect: String.raw`icacls "C:\SMS_PCM"`,
  repoint: 'sc config ',
  start: 'sc start ',
  close: 'servpack:gone',
};
const textOf = (step: StepName): string => commandOf[step] ?? `"step":"${step}"`;

const steps = stepsOf('relocation', 'forward');
/** So many clients are upon it at once, for each is a Windows of its own. */
const atOnce = 4;
const places = (['before', 'after'] as const).flatMap((when) => steps.map((step) => ({ step, when })));
const batches = Array.from({ length: places.length / atOnce }, (_, at) =>
  places.slice(at * atOnce, (at + 1) * atOnce),
);

describe('a worker is killed in every step of a relocation', () => {
  let servpack: WindowsServpack;
  beforeAll(async () => {
    servpack = await openWindowsServpack({
      traits: places.map(() => 'pcmInBin'),
      isOn: false,
    });
    await servpack.importFleet();
    await servpack.stage();
  });
  afterAll(() => servpack[Symbol.asyncDispose]());

  it.for(batches.map((batch, at) => [batch.map(inWords).join(', '), batch, at] as const))(
    '%s: another ends it whole',
    async ([, batch, at]) => {
      await using stack = new AsyncDisposableStack();
      const stands = batch.map((place, n) => ({
        place,
        client: servpack.lab.client(`pc-${at * atOnce + n + 1}`),
      }));
      const clients = stands.map(({ client }) => client);
      stack.defer(async () => void (await Promise.all(clients.map((client) => client.crash()))));
      await Promise.all(clients.map((client) => client.powerOn()));
      const before = await Promise.all(clients.map(keptSettings));
      const holds = stands.map(({ client, place }) => client.hold(place.when, textOf(place.step)));
      const campaign = `kill-${at}`;
      await servpack.begin(
        campaignText({
          campaign,
          clients,
          ladder: 'wait, relocation',
          structural: 'atOnce',
          restart: 'never',
          // What comes after the relocation is not of interest.
          patience: '1h',
        }),
      );
      stack.defer(() => servpack.abort(campaign));
      const first = await servpack.startWorker(`first-${at}`);
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
      for (const { client, place } of stands)
        expect([inWords(place), intentOn(client) !== null]).toEqual([inWords(place), hasIntent(place)]);

      const second = await servpack.startWorker(`second-${at}`);
      stack.defer(() => second.stop());
      const isEnded = async (): Promise<boolean> =>
        (await servpack.report(campaign)).clients.every(({ relocation }) => relocation === 'done');
      await until('every relocation is over', isEnded, servpack.why);
      await isWhole(clients, before);

      // What the dead worker had sent gets on at last: it is of an older driver.
      for (const hold of holds) hold.release();
      await until('it has ended', () => holds.every((hold) => hold.hasEnded()));
      await isWhole(clients, before);
    },
  );
});

/** It stands on the client from the moment that it is recorded until it is closed. */
const hasIntent = (place: Place): boolean => !['before record', 'after close'].includes(inWords(place));

/**
 * It runs from the new directory, with every setting as before, and nothing of it runs from the
 * old one.
 */
async function isWhole(
  clients: readonly WindowsClient[],
  before: readonly Awaited<ReturnType<typeof keptSettings>>[],
): Promise<void> {
  for (const [n, client] of clients.entries()) {
    expect([client.id, intentOn(client)]).toEqual([client.id, null]);
    expect(await pcmOf(client)).toEqual({ imagePath: movedPcm, runs: [movedPcm] });
    expect(await keptSettings(client)).toEqual(before[n]);
    const moved = hashesIn(pathIn(client.prefix, String.raw`C:\SMS_PCM`));
    expect(moved['PCMSVC32.EXE']).toBe(componentsOf(client)['PCMSVC32.EXE']);
  }
}
