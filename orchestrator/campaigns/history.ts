import {
  type CampaignEdition,
  type EditionHead,
  presentEdition,
} from '../../shared/domain/campaign/edition.ts';
import { sha256 } from '../../shared/evidence.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { CampaignText, EditRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import { copiedCampaign } from '../input/copied-campaign.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { archivedEditions } from './archived.ts';

/** The editions of a campaign's definition, without their files. */
export interface CampaignHistory {
  readonly campaign: string;
  /** The present one. */
  readonly edition: number;
  readonly editions: readonly {
    readonly edition: number;
    /** ISO 8601, UTC. */
    readonly at: string;
    readonly by: string;
    readonly because: string;
    readonly changes: readonly string[];
    readonly file: string;
    /** The earlier edition whose campaign file it has again; left out = it has another file. */
    readonly revertsTo?: number | undefined;
  }[];
}

/** Who changed a campaign, when, why and how; also of one that is archived. */
export async function readHistory(
  context: OrchestratorContext,
  name: string,
): Promise<Result<CampaignHistory, Refusal>> {
  const record = await context.store.readCampaign(name);
  const archived = record === null ? await archivedEditions(context, name) : null;
  if (record === null && archived === null) return err(notFound('campaign', name));
  const editions = archived?.editions ?? (await context.store.editionHeads(name));
  const present = archived?.present ?? presentEdition(record?.campaign ?? {}, editions);
  const newest = archived?.editions.at(-1)?.text;
  const hash = newest === undefined ? record?.campaign.definition.hash : sha256(newest);
  return ok({
    campaign: name,
    edition: present,
    editions: editions.map(({ edition, at, by, because, changes, file }, index) => ({
      edition,
      at: isoOf(at),
      by,
      because,
      changes,
      file,
      ...revertedTo(editions, index, hash),
    })),
  });
}

/**
 * A revert is an edit with the file of an earlier edition. Each edition but the first says the hash
 * of the file that it replaced.
 * @param newest the hash of the file of the newest edition
 */
function revertedTo(
  editions: readonly EditionHead[],
  index: number,
  newest: string | undefined,
): { readonly revertsTo?: number } {
  const hashOf = (at: number): string | undefined =>
    at === editions.length - 1 ? newest : editions[at + 1]?.before;
  const own = hashOf(index);
  const earlier = own === undefined ? [] : editions.slice(0, index).filter((_, at) => hashOf(at) === own);
  const found = earlier.at(-1);
  return found === undefined ? {} : { revertsTo: found.edition };
}

/** Which edition is to come back. */
export interface RevertRequest extends Pick<EditRequest, 'campaign' | 'reason' | 'dryRun' | 'version'> {
  readonly edition: number;
}

interface Editions {
  readonly present: number;
  readonly editions: readonly CampaignEdition[];
}

async function editionsOf(context: OrchestratorContext, name: string): Promise<Result<Editions, Refusal>> {
  const record = await context.store.readCampaign(name);
  if (record !== null) {
    const editions = await context.store.editions(name);
    return ok({ present: presentEdition(record.campaign, editions), editions });
  }
  const archived = await archivedEditions(context, name);
  return archived === null ? err(notFound('campaign', name)) : ok(archived);
}

/**
 * An edition of a campaign with its file; null = the present one.
 * @returns fault `campaign.edition` where no such edition is kept
 */
export async function readEdition(
  context: OrchestratorContext,
  name: string,
  asked: number | null,
): Promise<Result<CampaignEdition, Refusal>> {
  const found = await editionsOf(context, name);
  if (!found.ok) return found;
  const { present, editions } = found.value;
  const number = asked ?? present;
  const edition = editions.find((each) => each.edition === number);
  if (edition !== undefined) return ok(edition);
  const numbers = editions.map((each) => each.edition);
  const there =
    numbers.length === 0
      ? 'an earlier version of servpack created it and kept no file'
      : `kept are the editions ${numbers.join(', ')}`;
  return err(fault('campaign.edition', `campaign ${name} has no file of edition ${number}: ${there}`));
}

/** The edit that makes an earlier edition the present one: it has the file of then. */
export async function revertEdit(
  context: OrchestratorContext,
  { campaign, edition, ...order }: RevertRequest,
): Promise<Result<EditRequest, Refusal>> {
  const found = await readEdition(context, campaign, edition);
  if (!found.ok) return found;
  const { file, text, calendars } = found.value;
  return ok({ ...order, campaign, file, text, ...(calendars === undefined ? {} : { calendars }) });
}

/**
 * The file of a campaign under another name, and for another release where one is named, with the
 * calendar files that it names.
 */
export async function cloneCampaign(
  context: OrchestratorContext,
  name: string,
  { as, release }: { readonly as: string; readonly release?: string | undefined },
): Promise<Result<CampaignText, Refusal>> {
  const found = await readEdition(context, name, null);
  if (!found.ok) return found;
  const { file, calendars } = found.value;
  const text = copiedCampaign(found.value.text, { campaign: as, release });
  return ok({ file, text, ...(calendars === undefined ? {} : { calendars }) });
}
