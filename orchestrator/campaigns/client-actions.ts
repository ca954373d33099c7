import { retry, type Reopening, undo, whyTooEarly } from '../domain/reopen.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { idleWaiting } from './commit-idle.ts';
import { endClient, type EndedClient } from './end-client.ts';
import { runAgain, reopenOne, whyOver } from './retry.ts';
import { type Part, reachedPart } from '../fleet/clients.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Permit } from '../requests/permit.ts';
import { notFound, type Refusal } from '../refusal.ts';

/** What a person asks of one client. */
export interface ClientRequest {
  readonly client: string;
  readonly reason: string;
  /** Null = the campaign that holds it now, else the newest that knows it. */
  readonly campaign: string | null;
}

export interface ClientResult {
  readonly client: string;
  readonly campaign: string;
  /** What became of the request, in one sentence. */
  readonly because: string;
}

/** Tries against the leader, a driver and other people. */
const triesAtMost = 10;

/** Opens a settled client again, as its next attempt. */
export async function retryClient(
  context: OrchestratorContext,
  who: string,
  order: ClientRequest,
): Promise<Result<ClientResult, Refusal>> {
  const part = await findPart(context, order);
  if (!part.ok) return part;
  const { campaign } = part.value;
  const record = await context.store.readCampaign(campaign);
  const over = record === null ? null : whyOver(record.campaign, context.clock.now());
  if (over !== null) return err(over);
  const early =
    record === null || part.value.kind === 'waiting'
      ? null
      : whyTooEarly(record.campaign, part.value.stored.upgrade.wave);
  if (early !== null) return err(refused(order.client, campaign, early));
  return reopenClient(context, who, part.value, order, (upgrade) =>
    retry(upgrade, `${who}: ${order.reason}`),
  );
}

/** Moves the service of a client back to where it was before its relocation. */
export async function undoClient(
  context: OrchestratorContext,
  permit: Permit,
  order: ClientRequest,
): Promise<Result<ClientResult, Refusal>> {
  const part = await findPart(context, order);
  return part.ok
    ? reopenClient(context, permit.by, part.value, order, (upgrade) => undo(upgrade, permit.by, order.reason))
    : part;
}

/** The campaign in which the service of a client would move back, or why it cannot. */
export async function undoneIn(
  context: OrchestratorContext,
  order: ClientRequest,
): Promise<Result<string, Refusal>> {
  const part = await findPart(context, order);
  if (!part.ok) return part;
  const { campaign } = part.value;
  if (part.value.kind === 'waiting') return err(refused(order.client, campaign, nothingDone));
  const undone = undo(part.value.stored.upgrade, '', order.reason);
  return undone.kind === 'refused' ? err(refused(order.client, campaign, undone.because)) : ok(campaign);
}

const nothingDone = 'the client is waiting: nothing was done to it yet';

async function reopenClient(
  context: OrchestratorContext,
  who: string,
  part: Part,
  { client }: ClientRequest,
  reopen: (upgrade: Upgrade) => Reopening,
): Promise<Result<ClientResult, Refusal>> {
  const { campaign } = part;
  if (part.kind === 'waiting') return err(refused(client, campaign, nothingDone));
  const opened = await reopenOne(context, who, part.stored, reopen);
  // Also when the client is open already: the request that opened it may have died in between.
  const isOpen = opened.ok || part.stored.upgrade.state.phase !== 'settled';
  if (isOpen) await runAgain(context, who, campaign, `client ${client} is open again`);
  return opened.ok ? ok({ client, campaign, because: opened.value }) : opened;
}

/** Gives one client up: it ends as skipped as soon as nothing is open on the client. */
export async function skipClient(
  context: OrchestratorContext,
  who: string,
  order: ClientRequest,
): Promise<Result<ClientResult, Refusal>> {
  const { client, reason } = order;
  const because = `skipped by ${who}: ${reason}`;
  const ending: Ending = { end: 'skipped', cause: 'by hand', because, blockers: [] };
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const part = await findPart(context, order);
    if (!part.ok) return part;
    const { campaign } = part.value;
    const stored = part.value.kind === 'waiting' ? idleWaiting(campaign, part.value.pick) : part.value.stored;
    if (part.value.kind === 'waiting' && (await isAborted(context, campaign)))
      return err(
        refused(client, campaign, 'the campaign was aborted before anything was done to the client'),
      );
    const ended = await endClient(context, stored, who, ending);
    if (ended === 'unchanged') return err(refused(client, campaign, whyUnchanged(stored.upgrade)));
    if (ended !== 'again')
      return ok({ client, campaign, because: await inWords(context, campaign, client, ended) });
  }
  return err(fault('client.busy', `client ${client} is changed by other requests all the time; try again`));
}

const isAborted = async ({ store }: OrchestratorContext, campaign: string): Promise<boolean> =>
  (await store.readCampaign(campaign))?.campaign.state.status === 'aborted';

function whyUnchanged({ state, memory }: Upgrade): string {
  if (state.phase === 'settled') return `the client is already finished: ${state.because}`;
  if (memory.request?.kind === 'end')
    return 'a person has skipped the client already, or its campaign was aborted; it finishes when its work in progress is completed';
  return memory.request === null
    ? 'the worker of the client has this order already'
    : `${requestWords[memory.request.kind]} first`;
}

const requestWords = {
  undo: 'its services are moved back',
  unmark: 'its mark is taken back',
} as const;

async function inWords(
  { store }: OrchestratorContext,
  campaign: string,
  client: string,
  ended: EndedClient,
): Promise<string> {
  if (ended === 'delivered')
    return 'the client is skipped as soon as its work in progress is completed (a worker is busy with it)';
  if (ended === 'finishing') return 'the client is skipped as soon as its work in progress is completed';
  const stored = await store.readUpgrade({ campaign, client });
  return stored?.upgrade.state.phase === 'settled' ? stored.upgrade.state.because : 'the client is skipped';
}

async function findPart(
  context: OrchestratorContext,
  { client, campaign }: ClientRequest,
): Promise<Result<Part, Refusal>> {
  const part = await reachedPart(context, client, campaign);
  if (!part.ok) return part;
  if (part.value !== null) return ok(part.value);
  if (campaign !== null && (await context.store.readCampaign(campaign)) === null)
    return err(notFound('campaign', campaign));
  const where = campaign === null ? 'no campaign' : `campaign ${campaign}`;
  return err(fault('notFound.upgrade', `client ${client} is ${campaign === null ? '' : 'not '}in ${where}`));
}

const refused = (client: string, campaign: string, because: string): Refusal =>
  fault('client.refused', `client ${client} in campaign ${campaign}: ${because}`);
