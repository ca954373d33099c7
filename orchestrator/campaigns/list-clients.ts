import { type ClientFilter, kindOf, reportIfAsked } from './client-filter.ts';
import type { ClientReport } from '../views/report.ts';
import { didYouMean } from '../did-you-mean.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import { serverMeant } from './server-meant.ts';
import { campaignStatus } from '../views/status.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { NameRange } from '../../shared/store/name-order.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { LineFormat } from '../lists/line-format.ts';
import { linesOf } from '../lists/lines.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

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
