import { reasonOf } from '../../shared/reason-of.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import { restartFaults } from '../../shared/store/restart-fault.ts';
import { violations } from '../../shared/store/safety-net.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import { everything, type News } from './news.ts';
import type { Round } from './repeat.ts';

const perPage = 250;
/** 5,000 clients every ten seconds: a million within the hour. */
const pagesPerRound = 20;
/** The last page of a campaign is mostly short: so much of a page it counts. */
const lastPage = 0.1;

/** Real time after which every campaign is checked again though nothing has changed. */
const everythingMs = 6 * 3_600_000;

/** Campaigns that have upgrades which have not settled, or may have. */
const checked = ['running', 'paused', 'aborted', 'ended'] as const;

/** One pass over all clients of some campaigns. */
interface Pass {
  campaign: string;
  cursor: string;
  /** Campaigns that this pass has not reached yet. */
  left: string[];
  /** Campaigns that limit restarts: their slots are checked, too. */
  readonly limitsRestarts: ReadonlySet<string>;
}

/**
 * A slow pass over every client of every campaign, some pages a round: a client in no index or in
 * two, an index that disagrees with its record, a lost claim or record, counts that differ from a
 * recount. What is wrong is repaired and logged.
 *
 * A pass covers the campaigns that have changed since the pass before. It covers all of them at the
 * beginning of a term, after a break of the connection to Redis, and every six hours.
 */
export function checkInvariants(): Round {
  let pass: Pass | null = null;
  /** Campaigns that the next pass covers; null = all. */
  let changed: Set<string> | null = new Set();
  let lastWhole = -Infinity;
  const gather = (news: News): void => {
    if (news.everything || performance.now() - lastWhole >= everythingMs) changed = null;
    for (const campaign of [...news.campaigns, ...news.clients]) changed?.add(campaign);
  };
  const begin = async (context: LeaderContext): Promise<Pass | null> => {
    const covered = changed;
    if (covered?.size === 0) return null;
    const next = await newPass(context, covered);
    if (covered === null) lastWhole = performance.now();
    changed = new Set();
    return next;
  };
  return {
    name: 'invariants',
    run: async (context, news = everything) => {
      gather(news);
      for (let pages = 0; pages < pagesPerRound;) {
        pass ??= await begin(context);
        if (pass === null) return;
        const cursor = await checkOrPassOver(context, pass);
        pages += cursor === null ? lastPage : 1;
        if (cursor !== null) {
          pass.cursor = cursor;
          continue;
        }
        const next = pass.left.shift();
        if (next === undefined) {
          // The next pass begins in the next round.
          pass = null;
          return;
        }
        Object.assign(pass, { campaign: next, cursor: '' });
      }
    },
  };
}

async function newPass({ store }: LeaderContext, covered: ReadonlySet<string> | null): Promise<Pass | null> {
  const definitions = (await store.campaigns(checked))
    .map(({ campaign }) => campaign.definition)
    .filter((definition) => covered?.has(definition.campaign) ?? true);
  const namesOf = (all: typeof definitions): string[] => all.map((each) => each.campaign);
  const [campaign, ...left] = namesOf(definitions);
  if (campaign === undefined) return null;
  const limiting = definitions.filter(({ budgets }) => budgets.restarts !== undefined);
  return { campaign, cursor: '', left, limitsRestarts: new Set(namesOf(limiting)) };
}

/** A campaign that cannot be checked keeps no other one from the check. */
async function checkOrPassOver(context: LeaderContext, pass: Pass): Promise<string | null> {
  const { store, clock, log } = context;
  const { campaign } = pass;
  try {
    const cursor = await checkPage(context, pass);
    if (cursor === null) await store.clearRoundFailure({ campaign, round: 'invariants' });
    return cursor;
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    log.error({ campaign, round: 'invariants', error }, 'failed; the next pass tries again');
    await store.noteRoundFailure({
      campaign,
      round: 'invariants',
      because: reasonOf(error),
      since: clock.now(),
    });
    return null;
  }
}

/** @returns where the next page begins; null after the last one */
async function checkPage(
  context: LeaderContext,
  { campaign, cursor, limitsRestarts }: Pass,
): Promise<string | null> {
  const { store, clock, log } = context;
  const page = await store.checkInvariants(campaign, cursor, perPage, clock.now());
  for (const { key, found } of page.findings) log.warn({ ...key, found }, violations[found]);
  for (const what of page.recounted) log.warn({ campaign, what }, 'differed from a recount; counted again');
  await dispatchJobs(
    context,
    page.findings.map((each) => each.next).filter((each) => each !== null),
  );
  if (page.cursor === null && limitsRestarts.has(campaign)) await checkSlotsOfRestarts(context, campaign);
  return page.cursor;
}

async function checkSlotsOfRestarts(context: LeaderContext, name: string): Promise<void> {
  const { store, clock, log } = context;
  const { definition, edition = 0 } = (await store.readCampaign(name))?.campaign ?? {};
  const limits = definition?.budgets.restarts;
  if (limits === undefined) return;
  const checked = await store.checkRestarts({ campaign: name, edition, limits, at: clock.now() });
  for (const { key, found } of checked.findings) log.warn({ ...key, found }, restartFaults[found]);
  if (checked.isRecounted) log.warn({ campaign: name }, 'slots of restarts differed from a recount');
  await dispatchJobs(context, checked.woken);
}
