import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { OrchestratorContext } from '../context.ts';
import { type Edited, editionNow } from '../views/edition-now.ts';

/** The last change of a campaign. A campaign that was never edited costs no read. */
export async function lastEdit(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  { definition, edition = 0 }: Campaign,
): Promise<Edited> {
  if (edition === 0) return {};
  const [present] = await store.editionHeads(definition.campaign, edition);
  const found = present ?? (await store.editionHeads(definition.campaign)).at(-1);
  return found === undefined || found.edition === 0 ? {} : { edition: editionNow(found, clock.now()) };
}
