import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excluding, fulfilling } from '../../orchestrator/domain/criterion.ts';
import { planWaves } from '../../orchestrator/domain/plan-waves.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import type { Criterion, Exclusion } from '../../shared/domain/campaign/definition.ts';
import { accepted } from '../input/given.ts';

const fleet = accepted(
  parseFleet(
    [
      'client,logonServer,labels',
      'pc-1,LS-1,office',
      'pc-2,LS-1,kiosk',
      'pc-3,LS-2,kiosk',
      'pc-4,LS-2,shop',
      'pc-5,LS-3,',
    ].join('\n'),
    'fleet.csv',
  ),
);

const plan = (select: string) =>
  planWaves(accepted(parseCampaign(`campaign: c\nrelease: r\nselect: ${select}\n`, 'c.yaml')), fleet);

const namesOf = (clients: readonly { readonly client: string }[]): string =>
  clients
    .map(({ client }) => client.slice(3))
    .toSorted()
    .join(' ');

const outcome = (select: string) => {
  const { waves, excluded } = plan(select);
  return [
    namesOf(waves.flatMap(({ clients }) => clients)),
    ...excluded.map(({ exclusion, clients }) => `${exclusion.reason}: ${namesOf(clients)}`),
  ];
};

test.each([
  ['{ exclude: [{ clients: [pc-1, pc-5], reason: a }] }', ['2 3 4', 'a: 1 5']],
  ['{ exclude: [{ where: "!kiosk", reason: a }] }', ['2 3', 'a: 1 4 5']],
  ['{ exclude: [{ logonServers: [ls-1, LS-3], reason: a }] }', ['3 4', 'a: 1 2 5']],
  // A client counts once, for the first exclusion that names it.
  [
    '{ exclude: [{ where: kiosk, reason: a }, { logonServers: [LS-1], reason: b }] }',
    ['4 5', 'a: 2 3', 'b: 1'],
  ],
  // Only clients that the campaign would have are counted.
  ['{ logonServers: [LS-1], exclude: [{ where: kiosk, reason: a }] }', ['1', 'a: 2']],
  ['{ labels: [shop], exclude: [{ where: kiosk, reason: a }] }', ['4', 'a: ']],
  ['{ exclude: [{ where: client, reason: a }] }', ['', 'a: 1 2 3 4 5']],
  ['{ exclude: [] }', ['1 2 3 4 5']],
])('%s', (select, expected) => {
  expect(outcome(select)).toEqual(expected);
});

const anyExclusion: fc.Arbitrary<Exclusion> = fc
  .oneof(
    fc.record({ clients: fc.subarray(fleet.map(({ client }) => client)) }),
    fc.record({ logonServers: fc.subarray(['ls-1', 'LS-2', 'LS-3']) }),
    fc.constantFrom<Criterion>(
      { where: [{ key: 'kiosk', is: 'there' }] },
      { where: [{ key: 'office', is: 'missing' }] },
    ),
  )
  .map((criterion) => ({ ...criterion, reason: 'a' }));

test('the first exclusion that a client fulfils leaves it out, however many there are', () => {
  fc.assert(
    fc.property(fc.array(anyExclusion, { maxLength: 8 }), (exclusions) => {
      const exclusionOf = excluding(exclusions);
      for (const client of fleet)
        expect(exclusionOf(client)).toBe(exclusions.find((each) => fulfilling(each)(client)) ?? null);
    }),
  );
});
