import type { DeferralClass, WaitClass } from '../../shared/domain/rules/policy.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { ForecastQuestion } from './question.ts';

/** The question under another definition of its campaign. */
export const withDefinition = (
  question: ForecastQuestion,
  definition: CampaignDefinition,
): ForecastQuestion => ({ ...question, campaign: { ...question.campaign, definition } });

/** The question with clients due at once that wait for one of these reasons. */
export function withDue(question: ForecastQuestion, due: readonly WaitClass[]): ForecastQuestion {
  if (due.length === 0) return question;
  const { easing } = question;
  return { ...question, easing: { ...easing, due: [...(easing?.due ?? []), ...due] } };
}

/** The question with these waits over, besides those that are over already. */
export function withoutWaits(
  question: ForecastQuestion,
  isOver: (client: string, kind: DeferralClass) => boolean,
): ForecastQuestion {
  const { easing } = question;
  return {
    ...question,
    easing: {
      ...easing,
      isOver: (client, kind) => isOver(client, kind) || easing?.isOver?.(client, kind) === true,
    },
  };
}
