import { clientHookKeeper } from '../../shared/domain/rules/client-hooks.ts';
import { hookKeeper } from '../domain/hooks.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import { type Campaign, unanswered } from '../../shared/domain/campaign/campaign.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { withLateAnswers } from '../views/late-answers.ts';
import { type Check, fine, warning } from './check.ts';

/**
 * Says what holds the work back on purpose: the halt, and every campaign that is paused. A pause by
 * a rule waits for a person, so it is a warning; the pause of a person is only named.
 */
export async function checkStops(
  store: Pick<OperatorStore, 'readHalt' | 'campaigns' | 'counters'>,
): Promise<readonly Check[]> {
  const { halt } = await store.readHalt();
  const paused: Check[] = [];
  for (const { campaign } of await store.campaigns(['paused']))
    paused.push(...pauseOf(await withAnswers(store, campaign)));
  return halt === null ? paused : [haltOf(halt), ...paused];
}

async function withAnswers(store: Pick<OperatorStore, 'counters'>, campaign: Campaign): Promise<Campaign> {
  const { definition, state } = campaign;
  if (state.status !== 'paused' || state.by !== unanswered) return campaign;
  return withLateAnswers(campaign, await store.counters(definition.campaign));
}

const haltOf = ({ by, because, at }: { by: string; because: string; at: number }): Check =>
  warning(
    'campaigns',
    `everything is halted by ${by} since ${isoOf(at)}: ${because}`,
    'nothing new starts on any client of any campaign',
    'servpack unhalt, once the reason is gone',
  );

/** The rule that pauses in place of a person; null = a person did. */
function ruleOf(by: string): string | null {
  if (by === stopRule) return 'a stop rule';
  if (by === hookKeeper) return 'its hooks';
  if (by === clientHookKeeper) return by;
  return by === unanswered ? 'an approval that nobody answered' : null;
}

function pauseOf({ definition: { campaign }, state }: Campaign): readonly Check[] {
  if (state.status !== 'paused') return [];
  const since = isoOf(state.pausedAt);
  const rule = state.byGate ? 'its gate' : ruleOf(state.by);
  if (rule === null)
    return [
      fine('campaigns', `campaign ${campaign} is paused by ${state.by} since ${since}: ${state.because}`),
    ];
  return [
    warning(
      'campaigns',
      `campaign ${campaign} is paused by ${rule} since ${since}: ${state.because}`,
      'nothing new starts on its clients until a person resumes or aborts it',
      `servpack campaign status ${campaign}`,
    ),
  ];
}
