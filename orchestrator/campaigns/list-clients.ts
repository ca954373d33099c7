import { clientReport, type ClientReport, type Reported } from '../views/report.ts';
import { didYouMean } from '../did-you-mean.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import { serverMeant } from './server-meant.ts';
import { campaignStatus } from '../views/status.ts';
import { bucketOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { stuckSince } from '../../shared/domain/upgrade/waits.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { csvField } from '../views/csv.ts';
import { visibleJson } from '../../shared/visible-text.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { Bucket } from '../../shared/domain/outcome/counters.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';

/** Which clients of a campaign are listed. A filter that is absent does not apply. */
export interface ClientFilter {
  /** A column of the status table. */
  readonly state?: Bucket | undefined;
  readonly wave?: string | undefined;
  readonly server?: string | undefined;
  /** Part of the cause, of what the client waits for, or of the reason, in any case. */
  readonly cause?: string | undefined;
  /** Only clients that have ended and install at their next logon all the same. */
  readonly marked?: boolean;
  /** Only clients that have waited at least so many milliseconds of policy time. */
  readonly stuck?: number | undefined;
}

export interface ClientsQuestion extends ClientFilter {
  readonly format: 'jsonl' | 'csv';
}

const columns = [
  'client',
  'wave',
  'logonServer',
  'attempt',
  'state',
  'end',
  'cause',
  'reason',
  'settledAt',
  'waitsFor',
  'since',
  'next',
  'tries',
  'stillMarked',
  'relocation',
  'servicePath',
  'willBlockAgain',
  'blockers',
  'evidence',
  'held',
] as const satisfies readonly (keyof ClientReport)[];

/**
 * Clients of a campaign as lines of text with their line ends, streamed in no order: JSON, or CSV
 * with a header.
 */
export async function listClients(
  { store, clock }: OrchestratorContext,
  name: string,
  question: ClientsQuestion,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  const asked = await findCampaign(store, name, question);
  if (!asked.ok) return asked;
  const { campaign, filter } = asked.value;
  return ok(linesOf(store, campaign, filter, clock.now()));
}

/** A campaign, and a filter in its own spelling of wave and logon server. */
export interface AskedClients<Filter> {
  readonly campaign: Campaign;
  readonly filter: Filter;
}

/** The campaign, when it has the wave and the logon server of the filter, in any case. */
export async function findCampaign<Filter extends ClientFilter>(
  store: OperatorStore,
  name: string,
  question: Filter,
): Promise<Result<AskedClients<Filter>, Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const waves = campaign.definition.waves.map((each) => each.name);
  const wave = question.wave === undefined ? undefined : spelledAs(question.wave, waves);
  if (wave !== undefined && !waves.includes(wave)) {
    const because = `campaign ${name} has no wave ${wave}${didYouMean(wave, waves)}; its waves are ${waves.join(', ')}`;
    return err(fault('notFound.wave', because));
  }
  const server =
    question.server === undefined
      ? null
      : serverMeant(name, question.server, [...(await serversOf(store, campaign))]);
  if (server?.ok === false) return server;
  const filter = { ...question, wave, ...(server === null ? {} : { server: server.value }) };
  return ok({ campaign, filter });
}

/** The logon servers of all clients, read from the counters. */
async function serversOf(store: OperatorStore, campaign: Campaign): Promise<ReadonlySet<string>> {
  const counters = await store.counters(campaign.definition.campaign);
  return new Set(campaignStatus(campaign, counters, 0).logonServers.map(({ logonServer }) => logonServer));
}

async function* linesOf(
  store: OperatorStore,
  campaign: Campaign,
  question: ClientsQuestion,
  now: number,
): AsyncGenerator<string> {
  const { format } = question;
  if (format === 'csv') yield `${columns.join(',')}\n`;
  for await (const report of clientsAsked(store, campaign, question, now)) {
    yield format === 'csv'
      ? `${columns.map((name) => cellOf(report[name])).join(',')}\n`
      : `${visibleJson(JSON.stringify(report))}\n`;
  }
}

/** The clients of a campaign that a filter lets through, in no order. */
export async function* clientsAsked(
  store: OperatorStore,
  campaign: Campaign,
  question: ClientFilter,
  now: number,
): AsyncGenerator<ClientReport> {
  for await (const reported of reportedIn(store, campaign.definition.campaign)) {
    const report = clientReport(campaign, reported);
    const isFound = isAsked(question, report, stateOf(campaign, reported));
    if (isFound && isStuck(question, reported, now)) yield report;
  }
}

/** Every client once. A client admitted between the two readings is listed as waiting. */
async function* reportedIn(store: OperatorStore, name: string): AsyncGenerator<Reported> {
  const waited = new Set<string>();
  for await (const pick of store.waiting(name)) {
    waited.add(pick.client);
    yield { kind: 'waiting', ...pick };
  }
  for await (const { upgrade } of store.upgrades(name))
    if (!waited.has(upgrade.client)) yield { kind: 'admitted', upgrade };
}

function stateOf({ state }: Campaign, reported: Reported): Bucket {
  if (reported.kind === 'admitted') return bucketOf(reported.upgrade);
  return state.status === 'aborted' ? 'cancelled' : 'waiting';
}

/** Has the client waited as long as was asked? One that waits for its turn is not stuck. */
function isStuck({ stuck }: ClientFilter, reported: Reported, now: number): boolean {
  if (stuck === undefined) return true;
  const since = reported.kind === 'waiting' ? null : stuckSince(reported.upgrade);
  return since !== null && now - since >= stuck;
}

function isAsked(
  { wave, server, state, cause, marked = false }: ClientFilter,
  report: ClientReport,
  found: Bucket,
): boolean {
  if (state !== undefined && state !== found) return false;
  if (marked && !report.stillMarked) return false;
  if (wave !== undefined && wave !== report.wave) return false;
  if (server !== undefined && server !== report.logonServer) return false;
  if (cause === undefined) return true;
  const { waitsFor } = report;
  const waits = waitsFor === null ? [] : [waitsFor, waitWords[waitsFor]];
  const text = [report.cause, report.reason, ...waits].join('\n');
  return text.toLowerCase().includes(cause.toLowerCase());
}

const cellOf = (value: ClientReport[(typeof columns)[number]]): string =>
  csvField(typeof value === 'object' && value !== null ? value.join('; ') : value);
