import { holdInWords, holdOver } from './holds.ts';
import { stateWord } from './state-words.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** The decisions of people that may stop a client. */
export interface GivenStops {
  readonly campaign: Campaign;
  /** Everything is held. */
  readonly halt?: Halt | null;
}

/** Who keeps anything new from starting on a client, and what becomes of work in progress on it. */
export function stoppedRemarks({ campaign, halt = null }: GivenStops, upgrade: Upgrade): readonly string[] {
  if (upgrade.state.phase === 'settled') return [];
  const { state } = campaign;
  const hold = holdOver(campaign, upgrade.logonServer);
  const until = (end: string): string =>
    isFinishing(upgrade)
      ? 'work in progress on the client is completed'
      : `nothing new starts on the client until ${end}`;
  return [
    ...endingRemarks(campaign, upgrade),
    ...(halt === null
      ? []
      : [`everything is halted by ${halt.by}: ${halt.because}; ${until('the halt ends')}`]),
    ...(state.status === 'paused'
      ? [`the campaign is paused by ${state.by}: ${state.because}; ${until('the campaign is resumed')}`]
      : []),
    ...(hold === null ? [] : [`${holdInWords(hold)}; ${until('the logon server is released')}`]),
  ];
}

/** That the client is cancelled or skipped, and what comes before. */
function endingRemarks({ state }: Campaign, upgrade: Upgrade): readonly string[] {
  const { request } = upgrade.memory;
  if (request?.kind === 'end')
    return [
      `${request.ending.because}; the client ends as ${stateWord(request.ending.end)} as soon as what has begun on it is completed`,
    ];
  if (state.status !== 'aborted') return [];
  const aborted = `the campaign was aborted by ${state.by}: ${state.because}`;
  return [
    request === null
      ? `${aborted}; the client is still being cancelled`
      : `${aborted}; work in progress on the client is completed`,
  ];
}

/** The campaign was aborted, and the abort has not come to this client yet. */
export const isToBeCancelled = ({ state }: Campaign, upgrade: Upgrade): boolean =>
  state.status === 'aborted' && upgrade.state.phase !== 'settled' && upgrade.memory.request === null;
