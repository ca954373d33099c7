import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { type CampaignReport, campaignReport, type ClientReport } from '../views/report.ts';
import { readArchived } from './archived.ts';
import { lastEdit } from './last-edit.ts';
import type { LineFormat } from '../lists/line-format.ts';
import { clientLines, clientsAsked } from './list-clients.ts';
import { cameOf, plannedOf } from './look-back.ts';
import { surroundingsOf } from './report.ts';

/** What a report is made of, before its clients are read. */
export interface ReportSource {
  readonly campaign: Campaign;
  /** Without its clients, and without what was planned. */
  readonly report: CampaignReport;
  /** The clients of an archived campaign; null = they are in the store. */
  readonly archived: readonly ClientReport[] | null;
  /**
   * What was planned, against what came. Reads the audit where that is due.
   * @param gone aborted = nobody waits for the report; rejects with its reason
   */
  readonly planned: (gone?: AbortSignal) => Promise<Pick<CampaignReport, 'planned'>>;
}

/**
 * Reads the campaign of a report, or the file of an archived one.
 * @param isArchived only the file, also where another campaign of the same name is there
 */
export async function readSource(
  context: OrchestratorContext,
  name: string,
  isArchived: boolean,
): Promise<Result<ReportSource, Refusal>> {
  const { store, clock } = context;
  const record = isArchived ? null : await store.readCampaign(name);
  if (record === null) {
    const found = await readArchived(context, name);
    if (!found.ok) return found;
    const { report, ...parts } = found.value;
    return ok({ ...parts, report: { ...report, clients: [] }, archived: report.clients });
  }
  const { campaign } = record;
  const surroundings = await surroundingsOf(context, campaign);
  const counters = await store.counters(campaign.definition.campaign);
  const report = campaignReport(campaign, counters, [], clock.now(), surroundings);
  const { version } = record;
  return ok({
    campaign,
    report: { ...report, ...(await lastEdit(context, campaign)) },
    archived: null,
    planned: (gone) =>
      plannedOf(campaign, surroundings.kept ?? null, () =>
        cameOf(context, { campaign, record: { version, counters } }, gone),
      ),
  });
}

/**
 * Every client of a report as lines of text with their line ends, read while the reader takes them:
 * JSON, or CSV with a header.
 */
export async function listReport(
  context: OrchestratorContext,
  name: string,
  isArchived: boolean,
  format: LineFormat,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  const source = await readSource(context, name, isArchived);
  return source.ok ? ok(clientLines(everyClient(context, source.value), format)) : source;
}

/** Every client of it once, in no order. */
export async function* everyClient(
  { store, clock }: OrchestratorContext,
  { campaign, archived }: ReportSource,
): AsyncGenerator<ClientReport> {
  if (archived === null) yield* clientsAsked(store, campaign, {}, clock.now());
  else yield* archived;
}
