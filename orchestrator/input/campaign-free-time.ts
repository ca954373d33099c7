import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import { oneOf } from '../../shared/input/fields.ts';

/** `freeTime`: whether deferred clients are looked at when looks have usually found them free. */
export const freeTimeField = oneOf('ignore', 'learn').default('ignore');

export const toFreeTime = (word: 'ignore' | 'learn'): Pick<CampaignPolicy, 'learnsFreeTime'> =>
  word === 'learn' ? { learnsFreeTime: true } : {};
