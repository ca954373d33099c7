import { holdInWords, holdOver } from './holds.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** Who keeps anything new from starting on a client, and what becomes of work in progress on it. */
export function stoppedRemarks(campaign: Campaign, upgrade: Upgrade): readonly string[] {
  if (upgrade.state.phase === 'settled') return [];
  const { state } = campaign;
  const hold = holdOver(campaign, upgrade.logonServer);
  const until = (end: string): string =>
    isFinishing(upgrade)
      ? 'work in progress on the client is completed'
      : `nothing new starts on the client until ${end}`;
  return [
    ...(state.status === 'paused'
      ? [`the campaign is paused by ${state.by}: ${state.because}; ${until('the campaign is resumed')}`]
      : []),
    ...(hold === null ? [] : [`${holdInWords(hold)}; ${until('the logon server is released')}`]),
  ];
}
