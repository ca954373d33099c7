import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OrchestratorContext } from '../../context.ts';
import { beyondCampaign, beyondSite, whyBeyondPart } from '../../beyond-reach.ts';
import { isNarrowed, reachesCampaign, reachesSite } from '../../domain/narrowing.ts';
import { partOf } from '../../fleet/clients.ts';
import type { Refusal } from '../../refusal.ts';
import { fault } from '../../../shared/errors.ts';
import { readYamlFile } from '../../../shared/input/yaml-input.ts';
import { type Narrowing, narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import { reachOf } from '../contract/operation.ts';
import { refuse } from '../problems.ts';
import { narrowedStore } from './narrowed-store.ts';
import { openText, sealText } from './sealed-text.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller sees of the records: all of them, unless its token is narrowed. */
    readonly seen: OrchestratorContext;
    /**
     * Changes all records, for its caller; sentences name other campaigns only where the caller
     * sees them.
     */
    readonly acting: OrchestratorContext;
    /** Set where the token is narrowed. */
    narrowed: NarrowedRequest | null;
  }
}

interface NarrowedRequest extends Pick<OrchestratorContext, 'store'> {
  readonly narrowing: Narrowing;
  /** The place where the next page of a list begins, as a text that the caller cannot read. */
  readonly seal: (cursor: string) => string;
}

/** Says on every answer to a narrowed token that lists and totals are of what it reaches. */
export const narrowedHeader = 'servpack-narrowed-to';

/**
 * Refuses what a narrowed token does not reach, and narrows what the other routes see. Call it
 * after the names were spelled.
 * @param secret of all orchestrators that answer the same callers
 */
export function narrowRequests(app: FastifyInstance, context: OrchestratorContext, secret: string): void {
  app.decorateRequest('narrowed', null);
  app.decorateRequest('seen', {
    getter() {
      return this.narrowed === null ? this.acting : { ...this.acting, store: this.narrowed.store };
    },
  });
  app.decorateRequest('acting', {
    getter() {
      const { caller, narrowed } = this;
      return {
        ...context,
        ...(caller === null ? {} : { caller }),
        ...(narrowed === null ? {} : { asker: narrowed.narrowing }),
      };
    },
  });
  app.addHook('preHandler', async (request, reply) => {
    const { narrowing } = request.principal ?? {};
    if (narrowing === undefined || !isNarrowed(narrowing)) return undefined;
    const words = narrowingWords(narrowing);
    reply.header(narrowedHeader, words);
    const key = `${secret}\n${words}`;
    const seal = (cursor: string): string => sealText('cursor', cursor, key);
    request.narrowed = { store: narrowedStore(context.store, narrowing), narrowing, seal };
    openCursor(request.query, key);
    const refusal = await whyBeyond(context, request, narrowing);
    return refusal === null ? undefined : reply.send(refuse(reply, refusal));
  });
}

/**
 * The last record that was read for a page may be one that the caller does not see, so a narrowed
 * token gets and sends the place in a list sealed. One of another token is no place of any list.
 */
function openCursor(query: unknown, key: string): void {
  const asked = objectIn(query) as { after?: unknown };
  if (typeof asked.after === 'string') asked.after = openText('cursor', asked.after, key) ?? '';
}

/** What the parts of a request may name. */
interface Named {
  readonly campaign?: unknown;
  readonly schedule?: unknown;
  readonly client?: unknown;
  readonly id?: unknown;
  readonly logonServers?: unknown;
  readonly text?: unknown;
}

/** Null = the narrowed token reaches all that the request is about. */
async function whyBeyond(
  context: OrchestratorContext,
  { routeOptions, method, params, query, body }: FastifyRequest,
  narrowing: Narrowing,
): Promise<Refusal | null> {
  const { operation } = routeOptions.config;
  // There is no such route, which the answer says.
  if (operation === undefined) return null;
  const reach = reachOf(operation, method === 'HEAD' ? 'GET' : method, routeOptions.url ?? '');
  const named: Named = { ...objectIn(query), ...objectIn(body), ...objectIn(params) };
  const asked = textIn(named.campaign) ?? textIn(named.schedule);
  if (asked !== null && !reachesCampaign(narrowing, asked)) return beyondCampaign(narrowing);
  switch (reach) {
    case 'open':
    case 'seen':
    case 'campaign':
      return null;
    case 'allSites':
      return narrowing.sites.length > 0 || asked === null ? beyond(narrowing) : null;
    case 'campaigns':
      return narrowing.sites.length > 0 ? beyond(narrowing) : null;
    case 'servers':
      return whyBeyondServers(narrowing, named.logonServers);
    case 'file':
      return narrowing.sites.length > 0 ? beyond(narrowing) : whyBeyondFile(narrowing, textIn(named.text));
    case 'client':
      return whyBeyondClient(context, narrowing, textIn(named.client) ?? '', asked);
    case 'question':
      return whyBeyondQuestion(context, narrowing, textIn(named.id) ?? '');
    case 'refused':
      return beyond(narrowing);
  }
}

const objectIn = (part: unknown): object => (typeof part === 'object' && part !== null ? part : {});
const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function whyBeyondServers(narrowing: Narrowing, named: unknown): Refusal | null {
  const servers = Array.isArray(named) ? named.map(String) : [];
  const foreign = servers.find((each) => !reachesSite(narrowing, each));
  return foreign === undefined ? null : beyondSite(narrowing, `logon server ${foreign}`);
}

/** A file with faults is refused for them. */
function whyBeyondFile(narrowing: Narrowing, text: string | null): Refusal | null {
  const read = readYamlFile(text ?? '', 'the campaign file', z.looseObject({ campaign: z.string() }));
  if (!read.ok) return null;
  const { campaign } = read.value.value;
  return reachesCampaign(narrowing, campaign) ? null : beyondCampaign(narrowing);
}

/** A route that acts checks again what it has read itself: `reachedPart`. */
async function whyBeyondClient(
  { store }: OrchestratorContext,
  narrowing: Narrowing,
  client: string,
  asked: string | null,
): Promise<Refusal | null> {
  const known = await store.readClient(client);
  const part = await partOf(store, client, asked);
  return whyBeyondPart(narrowing, known?.logonServer ?? '', part?.campaign ?? null);
}

/**
 * `sms-sp4/client/pc-7/1/…` and `sms-sp4/undo/pc-7/1` are about one client; any other question is
 * about all sites, and one about a release is of no campaign.
 */
async function whyBeyondQuestion(
  context: OrchestratorContext,
  narrowing: Narrowing,
  id: string,
): Promise<Refusal | null> {
  const [campaign = '', kind, client = '', ...more] = id.split('/');
  if (kind === 'withdraw') return beyond(narrowing);
  if (!reachesCampaign(narrowing, campaign)) return beyondCampaign(narrowing);
  if (narrowing.sites.length === 0) return null;
  const isOfClient = kind === 'client' || (kind === 'undo' && more.length > 0);
  return isOfClient ? whyBeyondClient(context, narrowing, client, campaign) : beyond(narrowing);
}

export const beyond = (narrowing: Narrowing): Refusal =>
  fault('role.narrowed', `the token may not see or do this: it is narrowed to ${narrowingWords(narrowing)}`);
