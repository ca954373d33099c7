import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../views/status.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import { reopenedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import type { Shown } from '../client/session.ts';
import { many, number, safe } from '../render/view.ts';

/**
 * Real time. Work that takes longer goes on in the orchestrator, and the command can be repeated.
 */
const patienceMs = 60_000;
const everyMs = 300;

/**
 * Asks for the marks to be taken back, waits until every client was looked at, and reports the
 * result.
 */
export async function takeMarksBack(
  api: ApiClient,
  campaign: string,
  reason: string | undefined,
  withinMs = patienceMs,
): Promise<Result<Shown, Refusal>> {
  const status = () => api.get(statusAnswer, campaignPath(campaign));
  const before = await status();
  if (!before.ok) return before;
  const asked = await api.post(
    reopenedAnswer,
    campaignPath(campaign, '/unmark'),
    reason === undefined ? {} : { reason },
  );
  if (!asked.ok) return asked;
  const { reopened, passedOver } = asked.value;
  const until = performance.now() + withinMs;
  let after = await status();
  for (
    ;
    after.ok && openIn(after.value) > openIn(before.value) && performance.now() < until;
    after = await status()
  )
    await delay(everyMs);
  if (!after.ok) return after;
  const underWay = Math.max(0, openIn(after.value) - openIn(before.value));
  const marked = after.value.aborted?.stillMarked ?? 0;
  const value = {
    campaign,
    asked: reopened,
    passedOver,
    unmarked: after.value.unmarked - before.value.unmarked,
    installedMeanwhile: Math.max(0, after.value.states.upgraded - before.value.states.upgraded),
    stillMarked: after.value.stillMarked,
    underWay,
    finishing: Math.max(0, marked - after.value.stillMarked - underWay),
  };
  return ok({ value, lines: () => linesOf(value) });
}

/** Clients at work. */
const openIn = ({ states: { active, restarting, deferred, remedying } }: CampaignStatus): number =>
  active + restarting + deferred + remedying;

interface Unmarked {
  readonly campaign: string;
  readonly asked: number;
  readonly passedOver: number;
  readonly unmarked: number;
  readonly installedMeanwhile: number;
  readonly stillMarked: number;
  readonly underWay: number;
  /** Marked, and not asked: what the abort found begun on them is being finished first. */
  readonly finishing: number;
}

function linesOf(found: Unmarked): readonly string[] {
  const { campaign, asked, unmarked, installedMeanwhile, stillMarked, underWay, finishing } = found;
  if (asked === 0 && stillMarked === 0 && finishing === 0)
    return [safe(`No client of campaign ${campaign} is marked.`)];
  const list = `servpack campaign clients ${campaign} --cause "still marked"`;
  return [
    `${number(unmarked)} of ${many(asked, 'client')} withdrawn, ${number(installedMeanwhile)} installed meanwhile.`,
    ...(underWay === 0
      ? []
      : [safe(`${number(underWay)} are still being looked at: servpack campaign status ${campaign}`)]),
    ...(finishing === 0
      ? []
      : [
          safe(
            `${number(finishing)} more marked, still being finished; then again: servpack campaign unmark ${campaign}`,
          ),
        ]),
    ...(stillMarked === 0
      ? []
      : [safe(`${number(stillMarked)} not reachable or not unmarked: these WILL still install: ${list}`)]),
  ];
}
