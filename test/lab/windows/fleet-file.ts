import type { WindowsClient } from './client.ts';

/** The clients as a fleet file: their addresses and host keys. */
export const fleetCsv = (clients: readonly WindowsClient[]): string =>
  [
    'client,host,port,hostKey,logonServer,zone,role,labels',
    ...clients.map(({ id, place, fingerprint, rules, trait }) =>
      [id, place.address, place.port, fingerprint, rules.logonServer, 'UTC', 'workstation', trait].join(','),
    ),
    '',
  ].join('\n');
