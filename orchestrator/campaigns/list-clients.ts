import { clientReport, type ClientReport, type Reported } from '../views/report.ts';
import { didYouMean } from '../did-you-mean.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import { serverMeant } from './server-meant.ts';
import { campaignStatus } from '../views/status.ts';
import { bucketOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { stuckSince } from '../../shared/domain/upgrade/waits.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { NameRange } from '../../shared/store/name-order.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { MemberFound, MemberKind } from '../../shared/store/upgrade-store.ts';
import type { LineFormat } from '../lists/line-format.ts';
import { linesOf } from '../lists/lines.ts';
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
  /** Only clients whose names begin so, in any case. */
  readonly prefix?: string | undefined;
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
 * Clients of a campaign as lines of text with their line ends, in the order of their names: JSON,
 * or CSV with a header. They are read page by page while the reader takes them.
 */
export async function listClients(
  { store, clock }: OrchestratorContext,
  name: string,
  question: ClientFilter,
  format: LineFormat,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  const asked = await findCampaign(store, name, question);
  if (!asked.ok) return asked;
  const { campaign, filter } = asked.value;
  return ok(clientLines(clientsAsked(store, campaign, filter, clock.now()), format));
}

/** Clients as lines of text with their line ends: JSON, or CSV with a header. */
export const clientLines = (
  clients: AsyncIterable<ClientReport>,
  format: LineFormat,
): AsyncIterable<string> => linesOf(clients, format, columns);

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

const readAtOnce = 1_000;

/** The clients of a campaign that a filter lets through, in the order of their names. */
export async function* clientsAsked(
  store: OperatorStore,
  campaign: Campaign,
  filter: ClientFilter,
  now: number,
): AsyncGenerator<ClientReport> {
  const name = campaign.definition.campaign;
  let after: string | null = null;
  do {
    const range: NameRange = { after, prefix: filter.prefix, limit: readAtOnce };
    const page = await store.membersByName(name, range, kindOf(campaign, filter));
    for (const found of page.members) {
      const report = reportIfAsked(campaign, filter, found, now);
      if (report !== null) yield report;
    }
    after = page.through;
  } while (after !== null);
}

/** Of which kind of clients records are read: the others cannot be in the asked state. */
export function kindOf(
  { state: { status } }: Campaign,
  { state, stuck, marked = false }: ClientFilter,
): MemberKind | undefined {
  if (marked || stuck !== undefined) return 'admitted';
  if (state === 'waiting') return 'waiting';
  const isOfBoth = state === undefined || (state === 'cancelled' && status === 'aborted');
  return isOfBoth ? undefined : 'admitted';
}

/** What is said of a client; null = the filter does not let it through. */
export function reportIfAsked(
  campaign: Campaign,
  filter: ClientFilter,
  found: MemberFound,
  now: number,
): ClientReport | null {
  const reported: Reported =
    found.kind === 'waiting'
      ? { kind: 'waiting', ...found.pick }
      : { kind: 'admitted', upgrade: found.stored.upgrade };
  const state = stateOf(campaign, reported);
  // Most clients are passed over by their state: what is said of a client takes longer.
  if (filter.state !== undefined && filter.state !== state) return null;
  if (!isStuck(filter, reported, now)) return null;
  const report = clientReport(campaign, reported);
  return isAsked(filter, report) ? report : null;
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

function isAsked({ wave, server, cause, marked = false }: ClientFilter, report: ClientReport): boolean {
  if (marked && !report.stillMarked) return false;
  if (wave !== undefined && wave !== report.wave) return false;
  if (server !== undefined && server !== report.logonServer) return false;
  if (cause === undefined) return true;
  const { waitsFor } = report;
  const waits = waitsFor === null ? [] : [waitsFor, waitWords[waitsFor]];
  const text = [report.cause, report.reason, ...waits].join('\n');
  return text.toLowerCase().includes(cause.toLowerCase());
}
