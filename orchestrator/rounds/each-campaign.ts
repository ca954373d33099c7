import { reasonOf } from '../../shared/reason-of.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { LeaderContext } from '../context.ts';

/** What a round does for one campaign. */
type RunOne = (context: LeaderContext, record: CampaignRecord) => Promise<unknown>;

interface RunOfRound {
  readonly round: string;
  readonly records: readonly CampaignRecord[];
  /** Names of the campaigns that the run looked for; null = all. */
  readonly asked: readonly string[] | null;
}

/** A failure is shown on a screen in one line. */
const shownAtMost = 300;

/**
 * Runs a round for each of these campaigns. A campaign that fails does not hold up the others. Its
 * failure is logged once, not ten times a second, and stands in the store until the round works
 * again or is over for this campaign: `campaign status` and `doctor` show it.
 * @returns names of the campaigns that failed
 */
export async function eachCampaign(
  context: LeaderContext,
  { round, records, asked }: RunOfRound,
  run: RunOne,
): Promise<readonly string[]> {
  const { store, clock, log } = context;
  const known = (await store.roundFailures()).filter((failure) => failure.round === round);
  const failing = new Map(known.map((failure) => [failure.campaign, failure]));
  const failed: string[] = [];
  for (const record of records) {
    const { campaign } = record.campaign.definition;
    const before = failing.get(campaign);
    failing.delete(campaign);
    try {
      await run(context, record);
      if (before === undefined) continue;
      log.info({ campaign, round }, 'works again');
      await store.clearRoundFailure(before);
    } catch (error) {
      failed.push(campaign);
      const because = reasonOf(error).slice(0, shownAtMost);
      if (before?.because === because) continue;
      log.error({ campaign, round, error }, 'failed; tries again');
      const since = before?.since ?? clock.now();
      // Redis may be what fails; then the round itself fails next, and says so.
      await store.noteRoundFailure({ campaign, round, because, since }).catch(() => undefined);
    }
  }
  const over = [...failing.values()].filter(({ campaign }) => asked?.includes(campaign) ?? true);
  for (const each of over) await store.clearRoundFailure(each);
  return failed;
}
