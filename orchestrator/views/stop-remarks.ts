import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import { numbersOf, stopRuleWords } from './stop-words.ts';

/**
 * What a stop rule has to do with a client on which nothing begins: which rule, what it counted,
 * and what a person can do next.
 */
export function stopRemarks({
  campaign,
  halt = null,
}: {
  readonly campaign: Campaign;
  readonly halt?: Halt | null;
}): readonly string[] {
  return [...ofCampaign(campaign), ...(halt?.by === stopRule ? [ofHalt(halt)] : [])];
}

function ofCampaign({ definition, state }: Campaign): readonly string[] {
  if ((state.status !== 'paused' && state.status !== 'aborted') || state.by !== stopRule) return [];
  const { stop = [], campaign } = definition;
  const rule = stop.find((each) => numbersOf(each, state.because) !== null);
  // An edit may have taken the rule out since then.
  const which = rule === undefined ? 'a stop rule' : `the stop rule "${stopRuleWords([rule])}"`;
  const next =
    state.status === 'paused'
      ? `any person may resume the campaign; then only what happens after that counts for the rule`
      : `nothing of the campaign goes on; another one of its file: servpack campaign clone ${campaign} --as NEW`;
  return [`${which} has ${state.status} the campaign: ${state.because}; ${next}`];
}

const ofHalt = ({ because }: Halt): string =>
  `a stop rule has halted all campaigns: ${because}; any person may end the halt, and the campaign of the rule stays paused until a person resumes it`;
