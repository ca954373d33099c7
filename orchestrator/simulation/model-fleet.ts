import type { Client } from '../../shared/domain/campaign/definition.ts';
import { chance, pick } from './machines/chance.ts';

/** What a campaign file names of its clients: a fleet without it could not be selected from. */
export interface NamedInFile {
  readonly clients: readonly string[];
  readonly logonServers: readonly string[];
  readonly zones: readonly string[];
  readonly labels: readonly string[];
}

const usualZones = ['Europe/Rome', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'] as const;

/** So many clients have one logon server. */
const clientsPerServer = 500;
const leastServers = 4;
/** One client of a hundred is a server, which servpack leaves alone. */
const shareOfServers = 0.01;

/** A fleet of so many clients, with what the campaign file names. The same seed, the same fleet. */
export function modelFleet(count: number, seed: string, named: NamedInFile): readonly Client[] {
  const servers = serversOf(count, named.logonServers);
  const zones = [...named.zones, ...usualZones];
  const width = String(count).length;
  return Array.from({ length: count }, (_, index): Client => {
    const client = named.clients[index] ?? `pc-${String(index + 1).padStart(width, '0')}`;
    const at = Math.floor(chance(seed, client, 'logon server') * servers.length);
    return {
      client,
      host: client,
      logonServer: servers[at] ?? 'LS-1',
      zone: zones[at % zones.length] ?? 'UTC',
      role: chance(seed, client, 'role') < shareOfServers ? 'server' : 'workstation',
      labels: labelsOf(client, seed, named.labels),
    };
  });
}

function serversOf(count: number, named: readonly string[]): readonly string[] {
  const wanted = Math.max(leastServers, Math.ceil(count / clientsPerServer));
  const more = Array.from({ length: Math.max(0, wanted - named.length) }, (_, index) => `LS-${index + 1}`);
  return [...named, ...more];
}

/**
 * Half of the clients have each plain label. Of the `key=value` labels of a key each client has one
 * or none, so that a wave that takes the rest is not empty.
 */
function labelsOf(client: string, seed: string, labels: readonly string[]): readonly string[] {
  const byKey = Map.groupBy(labels, (label) =>
    label.includes('=') ? label.slice(0, label.indexOf('=')) : '',
  );
  return [...byKey].flatMap(([key, own]) => {
    if (key === '') return own.filter((label) => chance(seed, client, 'label', label) < 0.5);
    const label = pick([null, ...own], chance(seed, client, 'label', key));
    return label === null ? [] : [label];
  });
}
