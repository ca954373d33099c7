import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Failure } from '../../shared/domain/observation/failure.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { placementOf } from '../../shared/domain/upgrade/placement.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { sorted } from './stands-at.ts';

/** How many waves are open. */
export const opened = ({ state }: Campaign): number => ('openWaves' in state ? state.openWaves : 0);

/** A driver holds its slot; one that a crash or a pause let go may have none. */
export const isCertainlyDriven = (upgrade: Upgrade): boolean => {
  const placement = placementOf(upgrade);
  return placement.kind === 'drive' && upgrade.state.phase !== 'remedying';
};

/** Does this entry of the leader say that a wave opens, or that the campaign has another status? */
export const says = ({ who, from, to, because }: KeptEntry): boolean =>
  who === 'orchestrator' && (from !== to || opensWave.test(because));

const opensWave = /^wave \S+ opens: /u;

/** What the decider does not say, in words. */
export const whyNothing = ({ because, at, to }: KeptEntry): string =>
  opensWave.test(because)
    ? `nothing opens a wave at ${isoOf(at)}: ${because}`
    : `nothing makes the campaign ${to} at ${isoOf(at)}: ${because}`;

/** How the record of a campaign differs from what the decider says, in words. */
export function whyOtherwise({ state, createdAt }: Campaign, decided: CampaignState): string {
  const since = 'startedAt' in state ? state.startedAt : createdAt;
  return `the campaign that started ${isoOf(since)}: its record says ${sorted(state)}, the decider says ${sorted(decided)}`;
}

/** How the call to the client failed; undefined = it did not. */
export const failureIn = (event: UpgradeEvent | undefined): Failure['kind'] | undefined =>
  event !== undefined && 'failure' in event ? event.failure?.kind : undefined;
