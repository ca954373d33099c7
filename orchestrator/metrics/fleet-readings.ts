import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { limitAt } from '../../shared/domain/campaign/server-limits.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { rankBlockers } from '../../shared/domain/outcome/ranking.ts';
import type { ServerLimits } from '../../shared/store/types.ts';
import type { RequestRecord } from '../../shared/store/request-store.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { type Reading, reading } from './figures.ts';

const blockersAtMost = 20;

/** What is in the way on the clients of these campaigns. */
export function blockerReadings(all: readonly Counters[]): readonly Reading[] {
  const sum: Record<string, number> = {};
  for (const counters of all)
    for (const [name, count] of Object.entries(counters))
      if (name.startsWith('blocked|') || name.startsWith('seen|')) sum[name] = (sum[name] ?? 0) + count;
  const ranked = rankBlockers(sum).filter(({ blocks }) => blocks > 0);
  const other = ranked.slice(blockersAtMost).reduce((total, { blocks }) => total + blocks, 0);
  return [
    ...ranked
      .slice(0, blockersAtMost)
      .map(({ blocker, blocks }) => reading('blocker_clients', blocks, { blocker })),
    reading('blocker_clients', other, { blocker: 'other' }),
  ];
}

/** Clients that download, by logon server. */
export function downloadReadings(
  all: readonly ReadonlyMap<string, number>[],
  serversAtMost: number,
): readonly Reading[] {
  const perServer = new Map<string, number>();
  for (const downloading of all)
    for (const [server, count] of downloading) perServer.set(server, (perServer.get(server) ?? 0) + count);
  const ranked = [...perServer].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const rest = ranked.slice(serversAtMost).reduce((total, [, count]) => total + count, 0);
  return [
    ...ranked
      .slice(0, serversAtMost)
      .map(([server, count]) => reading('logon_server_downloads', count, { logon_server: server })),
    reading('logon_server_downloads', rest, { logon_server: 'other' }),
  ];
}

/** The slots of logon servers over all campaigns, the fullest first. */
export function serverReadings(
  inUse: Readonly<Record<string, number>>,
  { limits }: ServerLimits,
  serversAtMost: number,
): readonly Reading[] {
  const named = limits.flatMap(({ logonServer }) => logonServer ?? []);
  const names = new Set([...Object.keys(inUse), ...named]);
  return [...names]
    .toSorted((a, b) => (inUse[b] ?? 0) - (inUse[a] ?? 0) || (a < b ? -1 : 1))
    .slice(0, serversAtMost)
    .flatMap((server) => {
      const labels = { budget: 'logonServer', logon_server: server };
      const limit = limitAt(limits, server);
      return [
        reading('slots_used', inUse[server] ?? 0, labels),
        ...(limit === null ? [] : [reading('slots_limit', limit, labels)]),
      ];
    });
}

/** Open questions about campaigns and about single clients, and commands that wait for a person. */
export function approvalReading(
  all: readonly { readonly campaign: Campaign; readonly counters: Counters }[],
  requests: readonly RequestRecord[],
): Reading {
  const asked = requests.filter(({ request }) => request.state.is === 'asked').length;
  const open = all
    .filter(({ campaign }) => campaign.state.status === 'running' || campaign.state.status === 'paused')
    .map(({ campaign, counters }) => {
      const ofAll = Object.entries(counters).reduce(
        (total, [name, count]) => (name.startsWith('asks|') ? total + count : total),
        0,
      );
      const ofClients = Math.max(0, (counters['deferred|approval'] ?? 0) - ofAll);
      return requestsOf(campaign).filter(({ answer }) => answer === undefined).length + ofClients;
    });
  return reading(
    'approvals_open',
    open.reduce((total, count) => total + count, asked),
  );
}
