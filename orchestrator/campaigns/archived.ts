import { readArchiveFile } from '../archive/archive-file.ts';
import type { ArchivedFile } from '../archive/campaign-archive.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { newestFirst, pageOfWhole } from '../lists/whole-list.ts';
import { cameOf, plannedOf } from './look-back.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { campaignReport, type CampaignReport } from '../views/report.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { campaignStatus, type CampaignStatus } from '../views/status.ts';
import { calm } from '../views/surroundings.ts';
import { type CampaignEdition, presentEdition } from '../../shared/domain/campaign/edition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';

type Archived = NonNullable<CampaignReport['archived']>;

/** An archived campaign as it stood when it was archived. */
export interface ArchivedStatus {
  readonly archived: Archived;
  readonly status: CampaignStatus;
}

/** A page of the campaigns that this orchestrator archived, the newest first. */
export async function pageArchived(
  { campaignArchive }: OrchestratorContext,
  question: PageQuestion,
  isSeen: (campaign: string) => boolean = () => true,
): Promise<Result<Page<ArchivedStatus>, Refusal>> {
  const all = (await campaignArchive?.list()) ?? [];
  const files = all.filter(({ head }) => isSeen(head.campaign.definition.campaign));
  const keyOf = ({ head, path }: ArchivedFile): string => newestFirst(head.at, path);
  const page = pageOfWhole(['archive'], files, keyOf, question);
  if (!page.ok) return page;
  const items = page.value.items.map((file) => ({ archived: archivedIn(file), status: statusIn(file) }));
  return ok({ ...page.value, items });
}

/** No person can act on these any more. */
const statusIn = ({ head }: ArchivedFile): CampaignStatus => ({
  ...campaignStatus(head.campaign, head.counters, head.at, calm),
  actions: [],
});

const archivedIn = ({ path, head }: ArchivedFile): Archived => ({
  at: isoOf(head.at),
  by: head.by,
  because: head.because,
  file: path,
});

/** The editions of the campaign of this name that was archived last; null = none was. */
export async function archivedEditions(
  { campaignArchive }: OrchestratorContext,
  name: string,
): Promise<{ readonly present: number; readonly editions: readonly CampaignEdition[] } | null> {
  const files = (await campaignArchive?.list()) ?? [];
  const file = files.find(({ head }) => nameOf(head.campaign.definition.campaign) === nameOf(name));
  if (file === undefined) return null;
  const { campaign, editions = [] } = file.head;
  return { present: presentEdition(campaign, editions), editions };
}

/**
 * The report of the campaign of this name, in any case, that was archived last.
 * @returns fault `notFound.campaign`, and `archive.file` when its file is not whole
 */
export async function readArchivedReport(
  context: OrchestratorContext,
  name: string,
  gone?: AbortSignal,
): Promise<Result<CampaignReport, Refusal>> {
  const found = await readArchived(context, name);
  if (!found.ok) return found;
  const { report, planned } = found.value;
  return ok({ ...report, ...(await planned(gone)) });
}

/** The report of an archived campaign, without what was planned, which takes longer to read. */
interface ArchivedReport {
  readonly campaign: Campaign;
  readonly report: CampaignReport;
  readonly planned: (gone?: AbortSignal) => Promise<Pick<CampaignReport, 'planned'>>;
}

/** The same, in its parts. */
export async function readArchived(
  context: OrchestratorContext,
  name: string,
): Promise<Result<ArchivedReport, Refusal>> {
  const { campaignArchive } = context;
  const files = (await campaignArchive?.list()) ?? [];
  const file = files.find(({ head }) => nameOf(head.campaign.definition.campaign) === nameOf(name));
  if (file === undefined) return err(notFound('campaign', name));
  const read = await readArchiveFile(file.path);
  if (read === null)
    return err(fault('archive.file', `${file.path} is not whole: bring it back from a backup`));
  const { head, clients } = read;
  const { campaign, counters, at, forecasts: kept = null } = head;
  const report = campaignReport(campaign, counters, clients, at, { ...calm, kept });
  return ok({
    campaign,
    report: { ...report, actions: [], archived: archivedIn(file) },
    planned: (gone) => plannedOf(campaign, kept, () => cameOf(context, { campaign, record: null }, gone)),
  });
}
