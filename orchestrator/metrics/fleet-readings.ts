import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CommandRequest } from '../../shared/domain/campaign/command-request.ts';
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

/** Campaigns that are over and have series of their open requests: those that expire first. */
const expiriesAtMost = 50;

/**
 * When the first open question of each campaign expires: about a wave, a step, or a command that
 * waits for another person. A campaign that is over has some, too, such as to undo. A release that
 * is to be withdrawn is a question of its campaigns; without one it has the label ''.
 */
export function expiryReadings(
  campaigns: readonly Campaign[],
  requests: readonly RequestRecord[],
): readonly Reading[] {
  const first = new Map<string, number>();
  const take = (campaign: string, until: number): void => {
    first.set(campaign, Math.min(until, first.get(campaign) ?? Infinity));
  };
  for (const campaign of campaigns)
    for (const { answer, until } of requestsOf(campaign))
      if (answer === undefined && until !== null) take(campaign.definition.campaign, until);
  for (const { request } of requests) {
    if (request.state.is !== 'asked') continue;
    for (const campaign of campaignsOf(request, campaigns)) take(campaign, request.until);
  }
  return [...first]
    .toSorted(([, a], [, b]) => a - b)
    .slice(0, campaigns.length + expiriesAtMost)
    .map(([campaign, until]) =>
      reading('approval_next_expiry_timestamp_seconds', until / 1_000, { campaign }),
    );
}

/** The names of the campaigns that a request is about. */
function campaignsOf(
  { command, subject }: CommandRequest,
  campaigns: readonly Campaign[],
): readonly string[] {
  if (command !== 'withdraw') return [subject];
  const ofRelease = campaigns.filter(({ definition }) => definition.release === subject);
  return ofRelease.length === 0 ? [''] : ofRelease.map(({ definition }) => definition.campaign);
}
