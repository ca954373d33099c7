import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { approvalAhead, timesOfAnswers } from '../domain/approvals-ahead.ts';
import { counted } from '../domain/counted.ts';
import { waveProgress } from '../domain/wave-progress.ts';
import { holdStatuses } from './holds.ts';
import type { Surroundings } from './surroundings.ts';
import { waitingForCopies } from './waiting-for-copies.ts';

/** Figures of fewer clients say nothing about the others. */
export const leastKnown = 20;

/** How many clients of a campaign are finished. */
export function progressOf({ waveSizes }: Campaign, counters: Counters) {
  const waves = waveProgress(waveSizes, counters);
  return {
    finished: waves.reduce((sum, wave) => sum + wave.finished, 0),
    size: waves.reduce((sum, { size }) => sum + size, 0),
  };
}

/**
 * Why nobody can say when a campaign ends, as far as it shows without its records, in words; null =
 * its figures may say it.
 */
export function whyNoEnd(campaign: Campaign, counters: Counters, surroundings: Surroundings): string | null {
  return (
    whyStill(campaign, counters, surroundings) ??
    whyChanging(campaign) ??
    whyStopped(campaign, counters, surroundings) ??
    whyAsking(campaign) ??
    whyShared(surroundings) ??
    whyFew(campaign, counters)
  );
}

/** Who or what lets the campaign stand still: a forecast of before does not fit when it goes on. */
export function whyStill(
  campaign: Campaign,
  counters: Counters,
  { halt, withdrawn }: Surroundings,
): string | null {
  const standing = whyStanding(campaign);
  if (standing !== null) return standing;
  if (halt !== null) return 'everything is halted';
  if (withdrawn !== null) return `its release is withdrawn: ${withdrawn.because}`;
  return whyHeld(campaign, counters);
}

/** Why a campaign that does not run has no forecast, in words; null = it runs. */
export function whyStanding({ state }: Campaign): string | null {
  if (state.status === 'paused') return `it is paused, and nobody knows when it goes on: ${state.because}`;
  if (state.status === 'ended') return 'it has ended';
  if (state.status === 'aborted') return 'it was aborted';
  return state.status === 'running' ? null : 'it has not started';
}

function whyChanging({ removal, memberChange, movingTo }: Campaign): string | null {
  if (removal !== undefined) return 'it is being removed';
  return memberChange === undefined && movingTo === undefined ? null : 'its clients change at this moment';
}

/** A hold of a logon server whose clients are finished holds nothing up. */
function whyHeld(campaign: Campaign, counters: Counters): string | null {
  const waited = holdStatuses(campaign, counters).filter(({ clients }) => clients > 0);
  if (waited.length === 0) return null;
  const names = waited.map(({ logonServer }) => logonServer).join(', ');
  return `nobody knows until when ${names} ${waited.length === 1 ? 'is' : 'are'} held`;
}

/** Something must be mended first, and nobody knows when. */
function whyStopped(
  campaign: Campaign,
  counters: Counters,
  { copies = null, failures = [], missing = [] }: Surroundings,
): string | null {
  const gone = missing.map(({ process }) => process);
  if (gone.includes('leader')) return 'no orchestrator leads, so no client is admitted and no wave opens';
  if (gone.includes('worker')) return 'no worker runs, so nothing is done on any client';
  const [failure] = failures;
  if (failure !== undefined) return `the leader fails at this campaign: ${failure.because}`;
  const waiting = waitingForCopies(campaign, counters, copies);
  const clients = waiting.reduce((sum, wave) => sum + wave.clients, 0);
  const servers = new Set(waiting.flatMap(({ logonServers }) => logonServers));
  return clients === 0
    ? null
    : `${counted(clients, 'client')} ${clients === 1 ? 'waits' : 'wait'} for the copy of the release on ${counted(servers.size, 'logon server')}`;
}

export function whyAsking(campaign: Campaign): string | null {
  const { hooks } = campaign.definition;
  if (hooks !== undefined) return 'it waits for its hooks, and nobody knows how long they take';
  const asks = approvalAhead(campaign);
  return asks === null || timesOfAnswers(campaign) !== null
    ? null
    : `${asks}, and nobody knows when a person gives it`;
}

/** What other campaigns do next on the same logon servers is not simulated. */
function whyShared({ shares = [] }: Surroundings): string | null {
  const taken = shares.find(({ slots, own }) => slots > own);
  return taken === undefined
    ? null
    : `other campaigns take slots of logon server ${taken.logonServer}, which all campaigns share`;
}

function whyFew(campaign: Campaign, counters: Counters): string | null {
  const { finished, size } = progressOf(campaign, counters);
  if (finished >= leastKnown) return null;
  if (size < leastKnown) return `it has ${counted(size, 'client')}; ${leastKnown} finished ones are needed`;
  return `${counted(finished, 'client')} ${finished === 1 ? 'is' : 'are'} finished so far; ${leastKnown} are needed`;
}
