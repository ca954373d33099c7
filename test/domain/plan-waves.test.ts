import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder, planWaves } from '../../orchestrator/domain/plan-waves.ts';
import { selectionWarnings } from '../../orchestrator/domain/selection-warnings.ts';
import { fitting } from '../../shared/domain/campaign/where.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import type { CampaignDefinition, Client, Wave } from '../../shared/domain/campaign/definition.ts';
import { accepted } from '../input/given.ts';
import { campaign } from './given-campaign.ts';

const client = (n: number, logonServer: string, ...labels: readonly string[]): Client => ({
  client: `pc-${n}`,
  host: `pc-${n}`,
  logonServer,
  zone: 'UTC',
  role: 'workstation',
  labels,
});

const fleet = [
  client(1, 'LS-PUN', 'office'),
  client(2, 'LS-PUN', 'office'),
  client(3, 'LS-PUN', 'kiosk'),
  client(4, 'LS-HYD', 'office'),
  client(5, 'LS-HYD', 'kiosk'),
  client(6, 'LS-HYD', 'office'),
  client(7, 'LS-ROM', 'office'),
  client(8, 'LS-ROM'),
];

const definitionOf = (more: string): CampaignDefinition =>
  accepted(parseCampaign(`campaign: c\nrelease: r\n${more}\n`, 'c.yaml'));

const numbers = (clients: readonly Client[]): string =>
  clients
    .map((each) => each.client.slice(3))
    .toSorted()
    .join(' ');

const wavesOf = (waves: string) => {
  const { waves: planned, left } = planWaves(definitionOf(`waves: ${waves}`), fleet);
  return [...planned.map(({ name, clients }) => `${name}: ${numbers(clients)}`), left];
};

describe('a client falls into the first wave that fits', () => {
  test.each([
    [
      '[{ name: a, clients: [pc-2, pc-4] }, { name: b, where: logonServer = LS-PUN }, { name: c, rest: true }]',
      ['a: 2 4', 'b: 1 3', 'c: 5 6 7 8', 0],
    ],
    [
      '[{ name: a, where: kiosk }, { name: b, logonServers: [ls-pun, LS-HYD] }, { name: c, rest: true }]',
      ['a: 3 5', 'b: 1 2 4 6', 'c: 7 8', 0],
    ],
    ['[{ name: a, where: kiosk }, { name: b, clients: [pc-3, pc-8] }]', ['a: 3 5', 'b: 8', 5]],
  ])('%s', (waves, expected) => {
    expect(wavesOf(waves)).toEqual(expected);
  });

  test('a percentage is a share of all selected clients, taken of those that are free', () => {
    const { waves } = planWaves(
      definitionOf(
        'waves: [{ name: a, where: logonServer = LS-PUN }, { name: b, percent: 25 % }, { name: c, rest: true }]',
      ),
      fleet,
    );
    expect(waves.map(({ clients }) => clients.length)).toEqual([3, 2, 3]);
  });
});

const anySize: fc.Arbitrary<Wave['size']> = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
  fc.constant({ rest: true as const }),
  fc.record({
    clients: fc.subarray(
      fleet.map((each) => each.client),
      { minLength: 1 },
    ),
  }),
  fc.constantFrom(
    { where: [{ key: 'office', is: 'there' as const }] },
    { where: [{ key: 'logonServer', is: 'notIn' as const, values: ['LS-PUN'] }] },
    { logonServers: ['LS-ROM', 'LS-HYD'] },
  ),
);

const withSizes = (sizes: readonly Wave['size'][]): CampaignDefinition => {
  const [wave] = campaign.definition.waves;
  if (wave === undefined) throw new Error('no wave');
  return { ...campaign.definition, waves: sizes.map((size, n) => ({ ...wave, name: `w${n}`, size })) };
};

test('every client is in one wave or left over, and never in a later wave than the first that names it', () => {
  fc.assert(
    fc.property(fc.array(anySize, { minLength: 1, maxLength: 5 }), (sizes) => {
      const { waves, left } = planWaves(withSizes(sizes), fleet);
      const all = waves.flatMap(({ clients }) => clients);
      expect(new Set(all).size).toBe(all.length);
      expect(all.length + left).toBe(fleet.length);
      const late = fleet.flatMap((each) => {
        const at = waves.findIndex(({ clients }) => clients.includes(each));
        const named = sizes.findIndex((size) => names(size, each));
        return named !== -1 && (at === -1 || at > named) ? [each.client] : [];
      });
      expect(late).toEqual([]);
    }),
  );
});

function names(size: Wave['size'], each: Client): boolean {
  if ('clients' in size) return size.clients.includes(each.client);
  if ('logonServers' in size) return size.logonServers.includes(each.logonServer);
  return 'where' in size && fitting(size.where)(each);
}

test('waves by number alone are the pieces of the order, as in campaigns of earlier versions', () => {
  const numbersOnly = anySize.filter((size) => 'count' in size || 'percent' in size || 'rest' in size);
  fc.assert(
    fc.property(fc.array(numbersOnly, { minLength: 1, maxLength: 5 }), (sizes) => {
      const definition = withSizes(sizes);
      const order = inOrder(definition, fleet);
      let taken = 0;
      const pieces = sizes.map((size) => {
        const part = 'percent' in size ? Math.ceil((order.length * size.percent) / 100) : order.length;
        const clients = order.slice(taken, taken + ('count' in size ? size.count : part));
        taken += clients.length;
        return clients;
      });
      expect(planWaves(definition, fleet).waves.map(({ clients }) => clients)).toEqual(pieces);
    }),
  );
});

describe('the plan warns', () => {
  const warned = (more: string): readonly string[] => {
    const definition = definitionOf(more);
    return selectionWarnings(definition, planWaves(definition, fleet));
  };

  test.each([
    [
      'waves: [{ name: a, rest: true }]\nselect: { labels: [office], exclude: [{ where: kiosk, reason: kiosks }] }',
      ['exclude: "kiosks" leaves out no client that is selected'],
    ],
    [
      'waves: [{ name: a, where: labels }, { name: b, where: "office, client != pc-1" }, { name: c, rest: true }]',
      ['wave b has no client: no client is left that fulfils office, client != pc-1'],
    ],
    [
      'waves: [{ name: a, count: 8 }, { name: b, logonServers: [LS-PUN, LS-ROM] }, { name: c, rest: true }]',
      [
        'wave b has no client: no client is left on logon server LS-PUN or LS-ROM',
        'wave c has no client: the waves before it have every client',
      ],
    ],
    [
      'waves: [{ name: a, clients: [pc-1, pc-3, pc-8] }, { name: b, clients: [pc-1] }, { name: c, rest: true }]\n' +
        'select: { labels: [office], where: "!none" }',
      [
        'wave a: 2 of 3 named clients are not in it: pc-3 is not selected, pc-8 is not selected',
        'wave b has no client: no named client is left',
        'wave b: 1 of 1 named client is not in it: pc-1 is in wave a',
      ],
    ],
    [
      'waves: [{ name: a, clients: [pc-1, pc-3] }, { name: b, rest: true }]\n' +
        'select: { exclude: [{ where: kiosk, reason: kiosks }] }',
      ['wave a: 1 of 2 named clients is not in it: pc-3 is left out (kiosks)'],
    ],
    ['waves: [{ name: a, where: kiosk }, { name: b, rest: true }]', []],
  ])('of %s', (more, warnings) => {
    expect(warned(more)).toEqual(warnings);
  });
});
