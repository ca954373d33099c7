import { describe, expect, test } from 'vitest';
import { columnKeys, fitting } from '../../shared/domain/campaign/where.ts';
import { selecting } from '../../orchestrator/domain/plan-waves.ts';
import { fleetColumns } from '../../orchestrator/input/fleet-columns.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { parseWhere } from '../../orchestrator/input/parse-where.ts';
import type { Where } from '../../shared/domain/campaign/definition.ts';
import { accepted } from '../input/given.ts';

const key = `SHA256:${'A'.repeat(43)}`;
const fleet = accepted(
  parseFleet(
    [
      'client,host,logonServer,zone,role,labels,port,hostKey',
      'pc-1,NT-1,LS-PUN,Asia/Kolkata,workstation,office ring=canary,,',
      'pc-2,NT-2,ls-pun,Asia/Kolkata,workstation,Office ring=early kiosk,2222,',
      `pc-3,10.0.0.3,LS-ROM,Europe/Rome,workstation,shop ring=a=b,,${key}`,
      'pc-4,NT-4,LS-ROM,Europe/Rome,server,,,',
    ].join('\n'),
    'fleet.csv',
  ),
);

function where(text: string): Where {
  const read = parseWhere(text);
  if (!read.ok) throw new Error(read.error.wrong);
  return read.value.map(({ condition }) => condition);
}

/** The numbers of the clients that fit. */
const fits = (text: string): string =>
  fleet
    .filter(fitting(where(text)))
    .map(({ client }) => client.slice(3))
    .join(' ');

describe('labels', () => {
  test.each([
    // A plain label is there or missing.
    ['office', '1 2'],
    ['OFFICE', '1 2'],
    ['!office', '3 4'],
    ['!Kiosk', '1 3 4'],
    // A label with a value stands in the fleet as key=value.
    ['ring', '1 2 3'],
    ['!ring', '4'],
    ['ring = canary', '1'],
    ['Ring == CANARY', '1'],
    ['ring in (canary, early)', '1 2'],
    // As in Kubernetes, a client without the key is not canary either.
    ['ring != canary', '2 3 4'],
    ['ring notin (canary, early)', '3 4'],
    ['ring = a=b', '3'],
    ['ring = a', ''],
    // A key is no beginning of a key.
    ['rin', ''],
    ['ring=canar', ''],
    ['office = ring', ''],
    // All conditions must hold; one of several labels is said of the column.
    ['office, kiosk', '2'],
    ['labels in (kiosk, shop)', '2 3'],
    ['labels notin (kiosk, shop)', '1 4'],
    ['labels = ring=canary', '1'],
    ['!labels', '4'],
  ])('%s', (text, clients) => {
    expect(fits(text)).toBe(clients);
  });
});

describe('columns of the fleet', () => {
  test.each([
    ['logonServer = LS-PUN', '1 2'],
    ['LOGONSERVER = \\\\ls-pun', '1 2'],
    ['logonServer notin (LS-PUN)', '3 4'],
    ['client in (PC-1, pc-4)', '1 4'],
    ['host = nt-1', '1'],
    // One address in another spelling, as for twins in the fleet.
    ['host = 10.3', '3'],
    ['zone = europe/rome', '3 4'],
    ['role = server', '4'],
    ['port', '2'],
    ['!port', '1 3 4'],
    ['port = 2222', '2'],
    ['hostKey', '3'],
    [`hostKey = ${key}`, '3'],
    [`hostKey = ${key.replaceAll('A', 'a')}`, ''],
    ['zone', '1 2 3 4'],
    ['office, logonServer = LS-PUN, client != pc-2', '1'],
  ])('%s', (text, clients) => {
    expect(fits(text)).toBe(clients);
  });

  test('are all keys, spelled as in the fleet file', () => {
    expect(columnKeys).toEqual(fleetColumns);
  });
});

test('labels of a selection must all be there, and where holds beside the other criteria', () => {
  const selected = (selection: Partial<Parameters<typeof selecting>[0]>): readonly string[] =>
    fleet
      .filter(selecting({ labels: [], logonServers: [], clients: [], ...selection }))
      .map(({ client }) => client);
  expect(selected({ labels: ['office', 'kiosk'] })).toEqual(['pc-2']);
  expect(selected({ labels: ['office'], where: where('ring = canary') })).toEqual(['pc-1']);
  expect(selected({ logonServers: ['LS-PUN'], where: where('!kiosk') })).toEqual(['pc-1']);
  expect(selected({ where: [] })).toHaveLength(4);
});
