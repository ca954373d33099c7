import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { isSame } from './value-differences.ts';

/**
 * Why an edit does what an abort does: it cancels clients, or has servpack cancel them later.
 * @returns null where it does not
 */
export function whyCancels(before: CampaignDefinition, next: CampaignDefinition): string | null {
  const found = [endsSooner(before, next), stopsByAbort(before, next), mayTakeOut(before, next)];
  return found.find((why) => why !== null) ?? null;
}

/**
 * `finish` cancels the clients on which nothing has begun, `cancel` those that are marked, too. An
 * end that stays, or moves out, cancels nobody who was not to be cancelled.
 */
function endsSooner({ policy: before }: CampaignDefinition, { policy: next }: CampaignDefinition) {
  const [was, is] = [before.end, next.end];
  if (is === undefined || is.does === 'force') return null;
  const wasAsMany = was?.does === 'cancel' || was?.does === is.does;
  return wasAsMany && was.at <= is.at ? null : 'it cancels clients at the end of the campaign';
}

function stopsByAbort({ stop: before = [] }: CampaignDefinition, { stop: next = [] }: CampaignDefinition) {
  const isNew = next.some((rule) => rule.does === 'abort' && !before.some((each) => isSame(each, rule)));
  return isNew ? 'a stop rule of it aborts the campaign' : null;
}

/** Clients that the selection no longer has leave a campaign which others join. */
function mayTakeOut(before: CampaignDefinition, next: CampaignDefinition) {
  return isSame(before.select, next.select) ? null : 'clients that are no longer selected leave the campaign';
}
