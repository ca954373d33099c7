import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type Copies, type NotStaged, serversNotStaged } from '../../shared/domain/campaign/copies.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { States } from '../../shared/domain/outcome/states.ts';
import type { WaveNotStaged } from './gate-words.ts';
import { holdOver } from './holds.ts';

interface ServerStates {
  readonly logonServer: string;
  readonly states: States;
}

/** Servers that clients wait for. Those with most waiting clients first. */
export const notStagedIn = (copies: Copies | null, servers: readonly ServerStates[]): readonly NotStaged[] =>
  copies === null
    ? []
    : serversNotStaged(
        copies,
        servers.map(({ logonServer, states }) => ({ logonServer, clients: states.waiting })),
      );

/**
 * By wave: its clients that wait for a copy of the release that is not verified. Clients of a held
 * logon server wait for its release first.
 */
export function waitingForCopies(
  campaign: Campaign,
  counters: Counters,
  copies: Copies | null,
): readonly WaveNotStaged[] {
  if (copies === null) return [];
  return campaign.definition.waves.map((_, wave) => {
    const waiting = Object.entries(counters).flatMap(([name, clients]) => {
      const [kind, at, logonServer = '', bucket] = name.split('|');
      const isAsked = kind === 'state' && at === String(wave) && bucket === 'waiting';
      return isAsked && holdOver(campaign, logonServer) === null ? [{ logonServer, clients }] : [];
    });
    const missing = serversNotStaged(copies, waiting);
    return {
      clients: missing.reduce((sum, each) => sum + each.waiting, 0),
      logonServers: missing.map(({ logonServer }) => logonServer),
    };
  });
}
