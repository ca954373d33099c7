import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import type { CampaignEdition } from '../../../shared/domain/campaign/edition.ts';
import type { EditionLine } from '../format/attachment-lines.ts';
import { type Dated, keepNewest } from './dated.ts';
import { lifeId } from './picks.ts';

/** The editions of every campaign, by campaign, life and number. */
export type Editions = Map<string, Dated<CampaignEdition>>;

export function addEdition(all: Editions, { edition, life = 0, whole }: EditionLine, until: string): void {
  keepNewest(all, lifeId(edition, life, String(whole.edition)), whole, until);
}

/** The editions that this campaign has had, in order, as far as the files hold them. */
export function editionsIn(
  all: ReadonlyMap<string, Dated<CampaignEdition>>,
  { definition, life = 0, edition: last = 0 }: Campaign,
): readonly CampaignEdition[] {
  const names = Array.from({ length: last + 1 }, (_, edition) =>
    lifeId(definition.campaign, life, String(edition)),
  );
  return names.flatMap((name) => all.get(name)?.value ?? []);
}
