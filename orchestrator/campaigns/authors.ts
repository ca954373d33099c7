import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { isEdit } from '../../shared/domain/campaign/edition.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { readEntries } from '../audit/read.ts';
import type { OrchestratorContext } from '../context.ts';
import { asksAnother } from '../domain/approval-requests.ts';

/**
 * Who has created, started or edited a campaign once this person gives it a definition. While the
 * campaign notes its authors, they stand in its record. A definition that asks for another person
 * for the first time, or again, finds the authors in the editions and in the audit.
 * @returns null where it is not known who created the campaign
 */
export async function authorsWith(
  context: OrchestratorContext,
  campaign: Campaign,
  next: CampaignDefinition,
  who: string,
): Promise<readonly string[] | null> {
  if (!asksAnother(next)) return null;
  const { definition, approvals } = campaign;
  const noted = approvals?.authors;
  if (asksAnother(definition) && noted !== undefined) return [...noted, who];
  const before = await authorsSoFar(context, campaign);
  return before === null ? null : [...(noted ?? []), ...before, who];
}

async function authorsSoFar(
  context: OrchestratorContext,
  { definition, createdAt }: Campaign,
): Promise<readonly string[] | null> {
  const { store, archive, contents } = context;
  const { campaign } = definition;
  const editions = await store.editionHeads(campaign);
  const authors = editions.flatMap(({ by, author }) => (author === undefined ? [by] : [by, author]));
  let isCreatorKnown = editions.some(({ edition }) => edition === 0);
  const ofItself = { campaign, isOfNoClient: true };
  for await (const entry of readEntries(store, archive, ofItself, { contents })) {
    // An earlier campaign may have had the same name.
    if (entry.at < createdAt || !isByAuthor(entry)) continue;
    authors.push(entry.who);
    isCreatorKnown ||= isCreation(entry);
  }
  return isCreatorKnown ? authors : null;
}

type Step = Pick<KeptEntry, 'from' | 'to'>;

const isCreation = ({ from, to }: Step): boolean => from === '' && to === 'created';

/** A creation, a start or an edit; the orchestrator alone ends a move that broke off. */
const isByAuthor = (step: Step): boolean =>
  isCreation(step) || (step.from === 'created' && startsTo.has(step.to)) || isEdit(step);

const startsTo: ReadonlySet<string> = new Set(['scheduled', 'waitingForRelease', 'running']);
