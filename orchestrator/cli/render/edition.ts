import { editionWords } from '../../views/edition-now.ts';
import type { CampaignStatus } from '../../views/status.ts';
import type { View } from './view.ts';
import { wrapped } from './wrap.ts';

/** Who changed a campaign last, when, why and how; nothing for a campaign that was never edited. */
export function editionLines(view: View, { edition }: CampaignStatus): readonly string[] {
  if (edition === undefined) return [];
  return wrapped(view, `edition ${edition.edition}: `, editionWords(edition));
}
