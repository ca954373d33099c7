import { violations } from '../../shared/store/safety-net.ts';
import { dispatch, type OrchestratorContext } from '../context.ts';

const perPage = 250;
/** 5,000 clients every ten seconds: a million within the hour. */
const pagesPerRound = 20;

/** Campaigns that have upgrades which are not settled, or may have. */
const inspected = ['running', 'paused', 'aborted', 'ended'] as const;

interface Pass {
  campaign: string;
  cursor: string;
  /** Those that come after it in this pass. */
  left: string[];
}

const passes = new WeakMap<OrchestratorContext['log'], Pass>();

/**
 * A slow pass over every client of every campaign, some pages a round: who is in no index or in two, whose index disagrees with the
 * record, who has lost claim or record, and counts that differ from a recount. What is wrong is put right, and said.
 */
export async function checkInvariantsRound(context: OrchestratorContext): Promise<void> {
  for (let page = 0; page < pagesPerRound; page += 1) {
    const pass = passes.get(context.log) ?? (await newPass(context));
    if (pass === null) return;
    passes.set(context.log, pass);
    const cursor = await inspectPage(context, pass);
    if (cursor !== null) {
      pass.cursor = cursor;
      continue;
    }
    const next = pass.left.shift();
    if (next === undefined) {
      // The next pass begins in the next round.
      passes.delete(context.log);
      return;
    }
    Object.assign(pass, { campaign: next, cursor: '' });
  }
}

async function newPass({ store }: OrchestratorContext): Promise<Pass | null> {
  const names = (await store.campaigns(inspected)).map(({ campaign }) => campaign.definition.campaign);
  const [campaign, ...left] = names;
  return campaign === undefined ? null : { campaign, cursor: '', left };
}

async function inspectPage(context: OrchestratorContext, { campaign, cursor }: Pass): Promise<string | null> {
  const { store, clock, log } = context;
  const {
    findings,
    recounted,
    cursor: next,
  } = await store.checkInvariants(campaign, cursor, perPage, clock.now());
  for (const { key, found } of findings) log.warn({ ...key, found }, violations[found]);
  for (const what of recounted) log.warn({ campaign, what }, 'differed from a recount; counted anew');
  await dispatch(
    context,
    findings.map((each) => each.next).filter((each) => each !== null),
  );
  return next;
}
