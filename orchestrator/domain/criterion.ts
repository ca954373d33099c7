import type { Client, Criterion, Exclusion } from '../../shared/domain/campaign/definition.ts';
import { logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { fitting } from './where.ts';

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

/** Finds the exclusion that leaves a client out, the first of several; null = none does. */
export function excluding(exclusions: readonly Exclusion[]): (client: Client) => Exclusion | null {
  const tests = exclusions.map((exclusion) => ({ exclusion, isFulfilled: fulfilling(exclusion) }));
  return (client) => tests.find(({ isFulfilled }) => isFulfilled(client))?.exclusion ?? null;
}
