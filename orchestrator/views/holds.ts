import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { type Hold, holdAt } from '../../shared/domain/campaign/hold.ts';
import { type Counters, heldCounter } from '../../shared/domain/outcome/counters.ts';
import { noStates, statesBy } from '../../shared/domain/outcome/states.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** Clients in progress on which nothing starts, by their column. */
export interface Held {
  readonly active: number;
  readonly remedying: number;
}

/** A held logon server of a campaign: who holds it, why, and what that means for its clients. */
export interface HoldStatus {
  readonly logonServer: string;
  readonly by: string;
  readonly because: string;
  readonly at: string;
  /** Its clients that have not finished. */
  readonly clients: number;
  readonly held: Held;
  /** Clients in progress whose work is completed all the same. */
  readonly completing: number;
}

/** The holds that matter: in an aborted campaign nothing begins anyway. */
const holdsOf = ({ state, holds = [] }: Campaign): readonly Hold[] =>
  state.status === 'aborted' ? [] : holds;

/** The hold that keeps clients of this logon server from going on; null = there is none. */
export const holdOver = (campaign: Campaign, logonServer: string): Hold | null =>
  holdAt({ holds: holdsOf(campaign) }, logonServer);

/** The held logon servers of a campaign, in the order of the holds. */
export function holdStatuses(campaign: Campaign, counters: Counters): readonly HoldStatus[] {
  const servers = statesBy(counters, 'logonServer');
  return holdsOf(campaign).map(({ logonServer, by, because, at }) => {
    const { waiting, active, restarting, deferred, remedying } = servers.get(logonServer) ?? noStates;
    const inProgress = active + restarting + remedying;
    const held = {
      active: heldAt(counters, 'active', logonServer),
      remedying: heldAt(counters, 'remedying', logonServer),
    };
    return {
      logonServer,
      by,
      because,
      at: isoOf(at),
      clients: waiting + deferred + inProgress,
      held,
      completing: Math.max(0, inProgress - held.active - held.remedying),
    };
  });
}

/**
 * Earlier versions counted these clients without their logon server. A recount counts them again
 * within the hour; until then a number may be too low.
 */
const heldAt = (counters: Counters, bucket: keyof Held, logonServer: string): number =>
  Math.max(0, counters[heldCounter(bucket, logonServer)] ?? 0);

/**
 * The clients on which nothing starts now: of the whole campaign while it is paused or everything
 * is halted, else of its held logon servers; null = of none.
 */
export function heldNow(
  { state }: Campaign,
  counters: Counters,
  holds: readonly HoldStatus[],
  halt: Halt | null,
): Held | null {
  if (state.status === 'paused' || (state.status === 'running' && halt !== null)) return heldInAll(counters);
  if (state.status !== 'running' || holds.length === 0) return null;
  return {
    active: holds.reduce((sum, { held }) => sum + held.active, 0),
    remedying: holds.reduce((sum, { held }) => sum + held.remedying, 0),
  };
}

function heldInAll(counters: Counters): Held {
  const held = { active: 0, remedying: 0 };
  for (const [name, count] of Object.entries(counters)) {
    const [kind, bucket] = name.split('|');
    if (kind === 'held' && (bucket === 'active' || bucket === 'remedying')) held[bucket] += count;
  }
  return held;
}

/** Clients of one wave on held logon servers. */
export interface WaveHeld {
  /** Those that have not finished. */
  readonly clients: number;
  /** Those of them that are not admitted yet. */
  readonly waiting: number;
  readonly logonServers: readonly string[];
}

/** By wave: its clients for which it waits because their logon server is held. */
export function heldInWaves(campaign: Campaign, counters: Counters): readonly WaveHeld[] {
  const servers = holdsOf(campaign).map(({ logonServer }) => logonServer);
  return campaign.definition.waves.map((_, wave) => {
    const own = Object.entries(counters).filter(([name]) => name.startsWith(`state|${wave}|`));
    const found = statesBy(Object.fromEntries(own), 'logonServer');
    const there = servers.map((logonServer) => {
      const states = found.get(logonServer) ?? noStates;
      const { waiting, active, restarting, deferred, remedying } = states;
      return { logonServer, waiting, clients: waiting + active + restarting + deferred + remedying };
    });
    return {
      clients: there.reduce((sum, { clients }) => sum + clients, 0),
      waiting: there.reduce((sum, { waiting }) => sum + waiting, 0),
      logonServers: there.filter(({ clients }) => clients > 0).map(({ logonServer }) => logonServer),
    };
  });
}

/** `logon server LS-PUN is held by anna since 2026-11-16T20:00:00Z: payroll`. */
export const holdInWords = ({ logonServer, by, because, at }: Hold): string =>
  `logon server ${logonServer} is held by ${by} since ${isoOf(at)}: ${because}`;
