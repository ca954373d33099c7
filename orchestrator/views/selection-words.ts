import type { Selection } from '../../shared/domain/campaign/definition.ts';
import { printCondition } from '../../shared/domain/campaign/where.ts';

/**
 * Which clients a selection means, with AND and OR where its lists leave that open; null = the
 * whole fleet. Exclusions are not part of it.
 */
export function selectionWords({
  labels,
  logonServers,
  clients,
  where = [],
  share,
}: Selection): string | null {
  const parts = [
    ...(labels.length === 0 ? [] : [`with ${labels.map((label) => `label ${label}`).join(' AND ')}`]),
    ...(logonServers.length === 0 ? [] : [`on logon server ${listed(logonServers)}`]),
    ...(clients.length === 0 ? [] : [`named ${listed(clients)}`]),
    ...(where.length === 0 ? [] : [`that fulfil ${where.map(printCondition).join(' AND ')}`]),
    ...(share === undefined ? [] : [`in the stable ${share.percent} % with seed ${share.seed}`]),
  ];
  return parts.length === 0 ? null : `clients ${parts.join(', AND ')}`;
}

/** The most entries that a list shows. */
export const namesAtMost = 10;

const listed = (names: readonly string[]): string =>
  names.length <= namesAtMost
    ? names.join(' OR ')
    : `${names.slice(0, namesAtMost).join(' OR ')} OR ${names.length - namesAtMost} more`;
