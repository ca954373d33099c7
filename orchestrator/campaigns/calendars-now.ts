import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { OrchestratorContext } from '../context.ts';
import { readCampaignFile } from '../input/campaign-file.ts';

/**
 * The definition of a campaign as its file would be read now: the blackouts of a calendar file
 * count from the time at which the file is read, so the same file has others on a later day. A
 * campaign without a calendar file costs no read.
 */
export async function asReadNow(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  { definition }: Campaign,
): Promise<CampaignDefinition> {
  const { calendar, campaign } = definition;
  if (calendar?.ics === undefined) return definition;
  const edition = (await store.editions(campaign)).at(-1);
  if (edition === undefined) return definition;
  const { text, file, calendars } = edition;
  const read = readCampaignFile(text, file, { calendars, now: clock.now() });
  if (!read.ok) return definition;
  const { blackouts, ics } = read.value.definition.calendar ?? {};
  if (blackouts === undefined || ics === undefined) return definition;
  return { ...definition, calendar: { ...calendar, blackouts, ics } };
}
