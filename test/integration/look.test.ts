import { describe, expect, test } from 'vitest';
import { extraTraits, type Trait } from '../../orchestrator/simulation/machines/traits.ts';
import type { ClientTruth } from '../lab/fleet/truth.ts';
import { bin } from '../../orchestrator/simulation/machines/sms.ts';
import { startLookLab } from './look-lab.ts';

/** Surveys from the API to the machines of the lab. */

const usual: readonly Trait[] = [
  'free',
  'pcmInBin',
  'userProgram',
  'offlineForDays',
  'pcmBusy',
  'fileMissing',
  'staysHome',
  'neverComesBack',
  'server',
];
const everyTrait: readonly Trait[] = [...usual, ...extraTraits];

/** What a look must say about a machine, by the lab's own view of it. */
function expectedOf({ reachable, role, services, trait }: ClientTruth): string {
  if (!reachable) return 'couldNotLook';
  if (role === 'server') return 'server';
  const runsInBin = services.some(({ runsFrom }) => runsFrom?.toLowerCase().startsWith(bin.toLowerCase()));
  // From service pack 3 on, the update stops the service by itself (Q157677).
  if (runsInBin && trait !== 'atSp3') return 'blocked';
  // The user of the machine has had the program open since the morning.
  return trait === 'userProgram' ? 'blocked' : 'free';
}

describe('a look', () => {
  test.each([1, 3])(
    'says what is on every machine, and changes nothing on any: %i shards',
    async (shards) => {
      await using lab = await startLookLab({ traits: everyTrait, shards });
      await lab.startWorker();
      const before = await lab.fleet.truth();
      const survey = await lab.startSurvey({ from: 'fleet' });
      const status = await lab.over(survey);
      const looks = new Map((await lab.looksOf(survey)).map((look) => [look.client, look]));
      const after = await lab.fleet.truth();
      expect(after.clients).toEqual(before.clients);

      expect(status).toMatchObject({ status: 'done', total: everyTrait.length, looked: everyTrait.length });
      const found = after.clients.map(({ client, trait }) => [trait, looks.get(client)?.verdict]);
      expect(found).toEqual(after.clients.map((truth) => [truth.trait, expectedOf(truth)]));
      // The fleet has a machine of each kind.
      expect(new Set(found.map(([, verdict]) => verdict))).toEqual(
        new Set(['free', 'blocked', 'server', 'couldNotLook']),
      );
      const saysOf = (trait: Trait): string => looks.get(lab.clients.get(trait) ?? '')?.says ?? '';
      expect(saysOf('pcmInBin')).toBe(
        'BLOCKED pcmsvc32.exe, automatic, runs from c:\\ms\\sms\\bin (structural)',
      );
      expect(saysOf('userProgram')).toMatch(
        /^BLOCKED pcmwin32\.exe, started by CORP\\pc-\d+\.user in session 1$/,
      );
      expect(saysOf('offlineForDays')).toMatch(/^COULD NOT LOOK \(unreachable\): /);
      expect(saysOf('loadTwice')).toBe('free [Load starts the update program twice]');
      const structural = [...looks.values()].filter((look) => look.structural).length;
      expect([status.structural, status.movable]).toEqual([structural, structural]);
      expect(structural).toBeGreaterThan(5);

      const blocked = lab.clients.get('userProgram') ?? '';
      await lab.store.putBackFreeTimes(new Map([[blocked, 'd1730:3/4']]));
      const page = await lab.ask<{ looks: readonly { client: string; freeTime?: string }[] }>(
        'GET',
        `/v1/surveys/${survey}/looks?freeTime=true`,
      );
      const counted = page.looks.filter(({ freeTime }) => freeTime !== undefined);
      expect(counted).toEqual([expect.objectContaining({ client: blocked, freeTime: 'd1730:3/4' })]);
    },
  );
});
