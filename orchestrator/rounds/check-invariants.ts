import { reasonOf } from '../../shared/reason-of.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import { violations } from '../../shared/store/safety-net.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import type { Round } from './repeat.ts';

const perPage = 250;
/** 5,000 clients every ten seconds: a million within the hour. */
const pagesPerRound = 20;

/** Campaigns that have upgrades which have not settled, or may have. */
const checked = ['running', 'paused', 'aborted', 'ended'] as const;

/** One pass over all clients of all campaigns. */
interface Pass {
  campaign: string;
  cursor: string;
  /** Campaigns that this pass has not reached yet. */
  left: string[];
}

/**
 * A slow pass over every client of every campaign, some pages a round: a client in no index or in
 * two, an index that disagrees with its record, a lost claim or record, counts that differ from a
 * recount. What is wrong is repaired and logged.
 */
export function checkInvariants(): Round {
  let pass: Pass | null = null;
  return {
    name: 'invariants',
    run: async (context) => {
      for (let page = 0; page < pagesPerRound; page += 1) {
        pass ??= await newPass(context);
        if (pass === null) return;
        const cursor = await checkOrPassOver(context, pass);
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

async function newPass({ store }: LeaderContext): Promise<Pass | null> {
  const names = (await store.campaigns(checked)).map(({ campaign }) => campaign.definition.campaign);
  const [campaign, ...left] = names;
  return campaign === undefined ? null : { campaign, cursor: '', left };
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
async function checkPage(context: LeaderContext, { campaign, cursor }: Pass): Promise<string | null> {
  const { store, clock, log } = context;
  const page = await store.checkInvariants(campaign, cursor, perPage, clock.now());
  for (const { key, found } of page.findings) log.warn({ ...key, found }, violations[found]);
  for (const what of page.recounted) log.warn({ campaign, what }, 'differed from a recount; counted again');
  await dispatchJobs(
    context,
    page.findings.map((each) => each.next).filter((each) => each !== null),
  );
  return page.cursor;
}
