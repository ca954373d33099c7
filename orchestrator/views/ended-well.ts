import type { CampaignStatus } from './status.ts';
import { notOk } from '../../shared/domain/outcome/states.ts';

/**
 * Has the campaign ended without a client that failed, needs attention or is unhealthy? The exit
 * code of `campaign watch` and `campaign report`.
 */
export const endedWell = ({ status, states, health }: CampaignStatus): boolean =>
  status === 'ended' && notOk(states) + (health?.unhealthy ?? 0) === 0;
