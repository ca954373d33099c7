import type { CampaignNotify } from '../../shared/domain/campaign/definition.ts';
import { list, matching, section } from '../../shared/input/fields.ts';

/** A name of a destination is part of the name of a job, which holds no dot. */
export const isDestination = (value: string): boolean => /^[a-z][a-z0-9-]{0,62}$/.test(value);

export const destinationForm = 'the name of a destination: 1 to 63 of a-z, 0-9 and -';

const destinationName = () => matching(destinationForm, isDestination);

/** The section `notify` of a campaign file: which destinations hear of the campaign. */
export const notifySection = section({
  to: list(destinationName(), 'a list of destinations, such as [ops, chat]; [] for nobody'),
})
  .transform(({ to }): CampaignNotify => ({ to: [...new Set(to)] }))
  .optional();

/** Left out where the file does not say it: then every destination hears of the campaign. */
export const toNotify = (notify: CampaignNotify | undefined): { readonly notify?: CampaignNotify } =>
  notify === undefined ? {} : { notify };
