import { inWords, seenNames } from '../domain/narrowing.ts';
import { counted } from '../domain/counted.ts';
import { type Reopening, retry, unmark, whyTooEarly } from '../domain/reopen.ts';
import { type ChosenClients, filterOf, isChosen, upgradesAmong } from './chosen-clients.ts';
import { findCampaign } from './list-clients.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { groupsOf } from '../../shared/streams.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isOver } from '../../shared/domain/rules/campaign-end.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { changeIdle } from './commit-idle.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Permit } from '../requests/permit.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { changeCampaign } from './transitions.ts';
import type { Overlap } from '../../shared/store/campaign-store.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';
import type { CommitIdleOutcome } from '../../shared/store/upgrade-store.ts';

/** How many clients were opened again, and how many could not be. */
export interface ReopenedClients {
  readonly campaign: string;
  readonly reopened: number;
  /** Clients that another campaign has now, or that another request changed first. */
  readonly passedOver: number;
}

/** Clients opened at the same time. */
const atOnce = 50;

/**
 * Opens every client that ended marked: each is looked at, and its mark is taken back. Works for an
 * aborted campaign too.
 */
export const unmarkCampaign = (
  context: OrchestratorContext,
  permit: Permit,
  name: string,
  reason: string,
): Promise<Result<ReopenedClients, Refusal>> =>
  reopenAll(context, permit.by, name, {
    isAsked: endedMarked,
    reopen: (upgrade) => unmark(upgrade, `${permit.by}: ${reason}`),
  });

export interface RetryOrder {
  readonly chosen: ChosenClients;
  readonly reason: string;
  /** Only counts. */
  readonly isDryRun: boolean;
}

/** Opens the chosen clients again, each as its next attempt. Refused for an aborted campaign. */
export async function retryCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  { chosen, reason, isDryRun }: RetryOrder,
): Promise<Result<ReopenedClients, Refusal>> {
  const now = context.clock.now();
  const found = await findCampaign(context.store, name, filterOf(chosen));
  if (!found.ok) return found;
  const { campaign, filter } = found.value;
  const over = whyOver(campaign, now);
  if (over !== null) return err(over);
  const asked = 'filter' in chosen ? { filter } : chosen;
  const done = await reopenAll(context, who, name, {
    among: upgradesAmong(context.store, name, asked),
    isAsked: (_upgrade, stored) => isChosen(asked, campaign, stored, now),
    reopen: (upgrade) => {
      const early = whyTooEarly(campaign, upgrade.wave);
      return early === null ? retry(upgrade, `${who}: ${reason}`) : { kind: 'refused', because: early };
    },
    isDryRun,
  });
  if (!done.ok || !('clients' in chosen)) return done;
  // Nothing was begun on those that still wait, so there is nothing to retry.
  return ok({ ...done.value, passedOver: new Set(chosen.clients).size - done.value.reopened });
}

/** Why no client of this campaign is tried again; null = one may be. */
export function whyOver({ definition, state }: Campaign, now: number): Refusal | null {
  if (state.status === 'aborted') return wasAborted(definition.campaign);
  const { end } = definition.policy;
  if (end === undefined || !isOver(definition.policy, now)) return null;
  return fault(
    'campaign.over',
    `campaign ${definition.campaign} was to end at ${isoOf(end.at)}: nothing starts in it any more; create another campaign`,
  );
}

const wasAborted = (name: string): Refusal =>
  fault(
    'campaign.aborted',
    `campaign ${name} was aborted: nothing starts in it any more; create another campaign, or archive this one first and use its name again`,
  );

interface Reopen {
  readonly isAsked: (upgrade: Upgrade, stored: StoredUpgrade) => boolean;
  /** Left out = all upgrades of the campaign. */
  readonly among?: AsyncIterable<StoredUpgrade>;
  /** Only counts those that would be opened. */
  readonly isDryRun?: boolean;
  readonly reopen: (upgrade: Upgrade) => Reopening;
  /** Called with each client that is passed over, and why. */
  readonly onRefused?: (client: string, because: string) => void;
}

/** Opens the clients that are asked for, many at the same time. */
export async function reopenAll(
  context: OrchestratorContext,
  who: string,
  name: string,
  { isAsked, reopen, onRefused, among = context.store.upgrades(name), isDryRun = false }: Reopen,
): Promise<Result<ReopenedClients, Refusal>> {
  if ((await context.store.readCampaign(name)) === null) return err(notFound('campaign', name));
  let [reopened, passedOver] = [0, 0];
  for await (const group of groupsOf(askedAmong(among, isAsked), atOnce)) {
    const overlaps = await overlapsOf(context, name, group);
    const outcomes = await Promise.all(
      group.map((stored) => reopenUnlessWanted(context, who, stored, { reopen, overlaps, isDryRun })),
    );
    const done = outcomes.filter((each) => each.ok).length;
    outcomes.forEach((each, at) => {
      if (!each.ok) onRefused?.(group[at]?.key.client ?? '', each.error.message);
    });
    reopened += done;
    passedOver += group.length - done;
  }
  if (isDryRun) return ok({ campaign: name, reopened, passedOver });
  if (reopened > 0)
    await runAgain(
      context,
      who,
      name,
      `${counted(reopened, 'client')} ${reopened === 1 ? 'is' : 'are'} open again`,
    );
  context.log.info({ campaign: name, who, reopened, passedOver }, 'clients are open again');
  return ok({ campaign: name, reopened, passedOver });
}

async function* askedAmong(
  among: AsyncIterable<StoredUpgrade>,
  isAsked: Reopen['isAsked'],
): AsyncGenerator<StoredUpgrade> {
  for await (const stored of among) if (isAsked(stored.upgrade, stored)) yield stored;
}

/** Opens one settled client again. */
export const reopenOne = async (
  context: OrchestratorContext,
  who: string,
  stored: StoredUpgrade,
  reopen: Reopen['reopen'],
): Promise<Result<string, Refusal>> =>
  reopenUnlessWanted(context, who, stored, {
    reopen,
    overlaps: await overlapsOf(context, stored.key.campaign, [stored]),
  });

type Overlaps = ReadonlyMap<string, Overlap>;

/** By client: the campaign at work that has not settled the machine. */
async function overlapsOf(
  { store, asker }: OrchestratorContext,
  campaign: string,
  asked: readonly StoredUpgrade[],
): Promise<Overlaps> {
  const found = await store.overlapWith(
    campaign,
    asked.map(({ key }) => key.client),
  );
  return new Map(seenNames(asker, found).map((overlap) => [overlap.client, overlap]));
}

async function reopenUnlessWanted(
  context: OrchestratorContext,
  who: string,
  stored: StoredUpgrade,
  {
    reopen,
    overlaps,
    isDryRun = false,
  }: Pick<Reopen, 'reopen' | 'isDryRun'> & { readonly overlaps: Overlaps },
): Promise<Result<string, Refusal>> {
  const { campaign, client } = stored.key;
  const refuse = (because: string): Result<string, Refusal> =>
    err(fault('client.refused', `client ${client} in campaign ${campaign}: ${because}`));
  const reopening = reopen(stored.upgrade);
  if (reopening.kind === 'refused') return refuse(reopening.because);
  const overlap = overlaps.get(client);
  if (overlap !== undefined) return refuse(whyOverlaps(overlap));
  const { upgrade, because } = reopening;
  if (isDryRun) return ok(because);
  const outcome = await changeIdle(context, stored, { upgrade, because, who });
  const not = whyNot(outcome);
  return not === null ? ok(because) : refuse(not);
}

/**
 * The check of a campaign's start. Two campaigns must not drive one machine, under whatever names.
 */
function whyOverlaps({ client, campaign, twin }: Overlap): string {
  const machine = twin === undefined ? 'the client' : `the same machine, as client ${twin},`;
  return `${machine} is not finished in ${inWords(campaign)}; wait until ${twin ?? client} is finished there`;
}

function whyNot(outcome: CommitIdleOutcome): string | null {
  switch (outcome.kind) {
    case 'committed':
      return null;
    case 'claimed':
      return `campaign ${outcome.campaign} works on the client now; wait until the client is finished there`;
    case 'gone':
      return 'it was removed from the fleet; a client that has its name now is another one';
    case 'held':
      return outcome.because;
    case 'driven':
    case 'stale':
      return 'another request changed the client in this moment; try again';
  }
}

/**
 * Lets an ended campaign run again, so that its budgets and gates hold for the clients that were
 * opened. Called after they were opened: else the campaign would end at once.
 */
export async function runAgain(
  context: OrchestratorContext,
  who: string,
  name: string,
  because: string,
): Promise<void> {
  const moved = await changeCampaign(context, who, name, async () => ({
    event: { type: 'Reopened', because },
  }));
  if (!moved.ok) context.log.warn({ campaign: name, because: moved.error.message }, 'does not run again');
}
