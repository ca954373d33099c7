import type { Client, Criterion, Exclusion } from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { fitting } from '../../shared/domain/campaign/where.ts';

/** Tells which clients fulfil a criterion. */
export function fulfilling(criterion: Criterion): (client: Client) => boolean {
  if ('where' in criterion) return fitting(criterion.where);
  if ('clients' in criterion) {
    const names = new Set(criterion.clients);
    return ({ client }) => names.has(client);
  }
  const servers = new Set(criterion.logonServers.map(logonServerKey));
  return ({ logonServer }) => servers.has(logonServerKey(logonServer));
}

/**
 * Finds the exclusion that leaves a client out, the first of several; null = none does. Exclusions
 * by name are found in one step, because a file may have one for each of many clients.
 */
export function excluding(exclusions: readonly Exclusion[]): (client: Client) => Exclusion | null {
  const byClient = new Map<string, number>();
  const byServer = new Map<string, number>();
  const byCondition: { readonly at: number; readonly fits: (client: Client) => boolean }[] = [];
  for (const [at, exclusion] of exclusions.entries()) {
    if ('where' in exclusion) byCondition.push({ at, fits: fitting(exclusion.where) });
    else if ('clients' in exclusion) noteFirst(byClient, exclusion.clients, at);
    else noteFirst(byServer, exclusion.logonServers.map(logonServerKey), at);
  }
  return (client) => {
    const first = Math.min(
      byClient.get(client.client) ?? none,
      byServer.size === 0 ? none : (byServer.get(logonServerKey(client.logonServer)) ?? none),
      byCondition.find(({ fits }) => fits(client))?.at ?? none,
    );
    return exclusions[first] ?? null;
  };
}

const none = Number.MAX_SAFE_INTEGER;

function noteFirst(places: Map<string, number>, names: readonly string[], at: number): void {
  for (const name of names) if (!places.has(name)) places.set(name, at);
}
