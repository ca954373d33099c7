import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { FleetStore } from '../../shared/store/fleet-store.ts';
import { didYouMean } from '../did-you-mean.ts';
import { namesOf } from '../domain/logon-server-names.ts';
import type { Refusal } from '../refusal.ts';

/**
 * Logon servers as the fleet spells them, for names in any case. Refused when the fleet has no
 * client of one of them. Reads no client.
 */
export async function fleetServers(
  store: Pick<FleetStore, 'logonServers'>,
  asked: readonly string[],
): Promise<Result<readonly string[], Refusal>> {
  if (asked.length === 0) return ok([]);
  const servers = await store.logonServers();
  const known = new Set([...servers.keys()].map(logonServerKey));
  const unknown = asked.find((name) => !known.has(logonServerKey(name)));
  const names = namesOf(servers);
  if (unknown === undefined) return ok(asked.map((name) => names.of(name)));
  const because = `the fleet has no clients of a logon server ${unknown}${didYouMean(unknown, [...servers.keys()])}`;
  return err(fault('notFound.server', because));
}
