import { describe, expect, test } from 'vitest';
import { extraTraits, type Trait } from '../lab/fleet/traits.ts';
import type { ClientTruth } from '../lab/fleet/truth.ts';
import { bin } from '../lab/fleet/sms.ts';
import { type LookHouse, startLookHouse } from './look-house.ts';

/** `servpack look`, from the API to the machines of the lab. */

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

async function ask<T>({ url, token }: LookHouse, method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const given =
    body === undefined
      ? { headers: { authorization: headers.authorization } }
      : { headers, body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, { method, ...given });
  return (await answer.json()) as T;
}

interface Status {
  readonly survey: string;
  readonly status: string;
  readonly total: number;
  readonly looked: number;
  readonly structural: number;
  readonly movable: number;
  readonly verdicts: Readonly<Record<string, number>>;
}

interface Look {
  readonly client: string;
  readonly verdict: string;
  readonly says: string;
  readonly remarks: readonly string[];
  readonly structural: boolean;
}

async function over(house: LookHouse, survey: string): Promise<Status> {
  const read = () => ask<Status>(house, 'GET', `/v1/surveys/${survey}`);
  await expect.poll(async () => (await read()).status).not.toBe('running');
  return read();
}

async function lookAt(house: LookHouse, targets: object, more: object = {}) {
  const { survey } = await ask<Status>(house, 'POST', '/v1/surveys', { targets, ...more });
  const status = await over(house, survey);
  const { looks } = await ask<{ looks: readonly Look[] }>(house, 'GET', `/v1/surveys/${survey}/looks`);
  return { status, looks: new Map(looks.map((look) => [look.client, look])) };
}

/** What a look must say of a machine, by its truth and nothing else. */
function expectedOf({ reachable, role, services, trait }: ClientTruth): string {
  if (!reachable) return 'couldNotLook';
  if (role === 'server') return 'server';
  const runsInBin = services.some(({ runsFrom }) => runsFrom?.toLowerCase().startsWith(bin.toLowerCase()));
  // From service pack 3 on the product gets past its own service (Q157677).
  if (runsInBin && trait !== 'atSp3') return 'blocked';
  // Its user has been at work since the morning and has left it open.
  return trait === 'userProgram' ? 'blocked' : 'free';
}

describe('a look', () => {
  test.each([1, 3])(
    'says what is on every machine, and changes nothing on any: %i shards',
    async (shards) => {
      await using house = await startLookHouse({ traits: everyTrait, shards });
      await house.startWorker();
      const before = await house.fleet.truth();
      const { status, looks } = await lookAt(house, { from: 'fleet' });
      const after = await house.fleet.truth();
      expect(after.clients).toEqual(before.clients);

      expect(status).toMatchObject({ status: 'done', total: everyTrait.length, looked: everyTrait.length });
      const found = after.clients.map(({ client, trait }) => [trait, looks.get(client)?.verdict]);
      expect(found).toEqual(after.clients.map((truth) => [truth.trait, expectedOf(truth)]));
      // Something of each kind was there to be found.
      expect(new Set(found.map(([, verdict]) => verdict))).toEqual(
        new Set(['free', 'blocked', 'server', 'couldNotLook']),
      );
      const saysOf = (trait: Trait): string => looks.get(house.clients.get(trait) ?? '')?.says ?? '';
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
    },
  );
});
