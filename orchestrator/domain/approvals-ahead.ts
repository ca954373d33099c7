import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { newestAbout, requestsOf } from './approval-requests.ts';

/** What of a campaign waits, or will wait, for an approval, in words; null = nothing. */
export function approvalAhead(campaign: Campaign): string | null {
  const { definition, state } = campaign;
  const { approvals = [], waves } = definition;
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  const closed = waves.slice(openWaves).map(({ name }) => name.toLowerCase());
  const gate = waves.find((wave, at) => wave.gate.approval === true && at >= openWaves - 1);
  if (gate !== undefined && closed.length > 0) return `wave ${gate.name} is followed by an approval`;
  for (const rule of approvals) {
    if ('wave' in rule && closed.includes(rule.wave.toLowerCase()))
      return `wave ${rule.wave} opens after an approval`;
    if ('each' in rule) return 'steps of single clients wait for the approval of a person';
    if (
      'remediation' in rule &&
      newestAbout(campaign, { remediation: rule.remediation })?.answer === undefined
    )
      return `the ${rule.remediation} waits for the approval of a person`;
  }
  return null;
}

/** A person takes about as long as people took so often. */
const leastAnswers = 5;

/**
 * How long people took to answer the questions of this campaign, in milliseconds; null = they have
 * not answered often enough to say how long the next answer takes. A question about a single client
 * keeps no time.
 */
export function timesOfAnswers(campaign: Campaign): readonly number[] | null {
  if ((campaign.definition.approvals ?? []).some((rule) => 'each' in rule)) return null;
  const times = requestsOf(campaign).flatMap(({ since, answer }) =>
    answer === undefined || answer.by === null ? [] : [Math.max(0, answer.at - since)],
  );
  return times.length < leastAnswers ? null : times;
}
