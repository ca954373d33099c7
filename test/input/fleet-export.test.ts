import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { machineOf, nameOf } from '../../shared/domain/campaign/machine.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { exportFleet } from '../../orchestrator/fleet/export.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { isId, isLabel } from '../../orchestrator/input/names.ts';
import { isHost } from '../../shared/input/names.ts';
import { accepted } from './given.ts';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,9}$/).filter(isId);
const host = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,9}$/), fc.ipV4(), fc.ipV6());
const label = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N}._:=/@+-]{0,9}$/u).filter(isLabel);
const hostKey = fc.stringMatching(/^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/);

const client: fc.Arbitrary<Client> = fc
  .record({
    client: id,
    host: host.filter(isHost),
    logonServer: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9-]{0,9}$/).filter(isHost),
    zone: fc.constantFrom('UTC', 'Europe/Rome', 'America/Argentina/Buenos_Aires'),
    role: fc.constantFrom('workstation' as const, 'server' as const),
    labels: fc.array(label, { maxLength: 4 }),
    port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    hostKeys: fc.array(hostKey, { maxLength: 2 }),
  })
  .map(({ port, hostKeys, ...rest }) => ({
    ...rest,
    ...(port === undefined ? {} : { port }),
    ...(hostKeys.length === 0 ? {} : { hostKeys }),
  }));

/** A fleet as imports make it: names and hosts are unique, and a server has one spelling. */
const fleet = fc
  .uniqueArray(client, { selector: (each) => nameOf(each.client), maxLength: 8 })
  .map((clients) => [...new Map(clients.map((each) => [machineOf(each.host), each])).values()])
  .map((clients) => {
    const names = new Map(clients.map((each) => [logonServerKey(each.logonServer), each.logonServer]));
    return clients.map((each) => ({
      ...each,
      logonServer: names.get(logonServerKey(each.logonServer)) ?? each.logonServer,
    }));
  })
  .filter((clients) => clients.length > 0);

test('an exported fleet is imported as the same fleet, and holds no formula', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, async (clients) => {
      const csv = (await Array.fromAsync(exportFleet(clients, 'csv'))).join('');
      expect(accepted(parseFleet(csv, 'export.csv'))).toEqual(clients);
      for (const cell of csv.split(/[,\n]/)) expect(cell).not.toMatch(/^"?[=+@\t\r-]/);
    }),
  );
});
