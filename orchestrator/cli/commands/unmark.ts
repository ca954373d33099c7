import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../views/status.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import { reopenedAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirmAbout } from '../client/confirm-campaign.ts';
import type { Terminal } from '../client/confirm.ts';
import { askedOutput, postCommand } from '../client/command-answer.ts';
import { isAsked } from '../../http/schemas/approvals.ts';
import type { CommandOutput } from '../client/session.ts';
import { many, number, safe } from '../render/view.ts';

/**
 * Real time. Work that takes longer continues in the orchestrator, and the command can be
 * repeated.
 */
const patienceMs = 60_000;
const everyMs = 300;

/**
 * Has the orchestrator remove the marks, waits until every client was looked at, and reports the
 * result.
 */
export async function removeMarks(
  api: ApiClient,
  campaign: string,
  reason: string,
  withinMs = patienceMs,
): Promise<Result<CommandOutput, Refusal>> {
  const status = () => api.get(statusAnswer, campaignPath(campaign));
  const before = await status();
  if (!before.ok) return before;
  const asked = await postCommand(api, reopenedAnswer, campaignPath(campaign, '/unmark'), { reason });
  if (!asked.ok) return asked;
  if (isAsked(asked.value)) return ok(askedOutput(api, asked.value));
  const { reopened, passedOver } = asked.value;
  const until = performance.now() + withinMs;
  let after = await status();
  for (
    ;
    after.ok && inProgress(after.value) > inProgress(before.value) && performance.now() < until;
    after = await status()
  )
    await delay(everyMs);
  if (!after.ok) return after;
  const underWay = Math.max(0, inProgress(after.value) - inProgress(before.value));
  const marked = after.value.aborted?.stillMarked ?? 0;
  const value = {
    campaign: before.value.campaign,
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

/** Says who would still install, and asks for their number. */
export async function confirmUnmark(
  api: ApiClient,
  name: string,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> {
  const { unmarkQuestion } = await import('../../views/questions/unmark.ts');
  return confirmAbout(api, name, unmarkQuestion, terminal);
}

/** The number of clients with work in progress. */
const inProgress = ({ states: { active, restarting, deferred, remedying } }: CampaignStatus): number =>
  active + restarting + deferred + remedying;

interface Unmarked {
  readonly campaign: string;
  readonly asked: number;
  readonly passedOver: number;
  readonly unmarked: number;
  readonly installedMeanwhile: number;
  readonly stillMarked: number;
  readonly underWay: number;
  /** Marked clients that are not in `asked`: their work in progress is completed first. */
  readonly finishing: number;
}

function linesOf(found: Unmarked): readonly string[] {
  const { campaign, asked, unmarked, installedMeanwhile, stillMarked, underWay, finishing } = found;
  if (asked === 0 && stillMarked === 0 && finishing === 0)
    return [safe(`No client of campaign ${campaign} is marked.`)];
  const list = `servpack campaign clients ${campaign} --marked`;
  const installed =
    installedMeanwhile === 0 ? '' : `, ${number(installedMeanwhile)} had already installed the release`;
  return [
    ...(asked === 0 ? [] : [`${number(unmarked)} of ${many(asked, 'client')} withdrawn${installed}.`]),
    ...(underWay === 0
      ? []
      : [safe(`${number(underWay)} still in progress. Follow: servpack campaign status ${campaign}`)]),
    ...(finishing === 0
      ? []
      : [
          safe(
            `${many(finishing, 'client')} ${finishing === 1 ? 'is' : 'are'} still marked until ${finishing === 1 ? 'its' : 'their'} work in progress is completed. Then run: servpack campaign unmark ${campaign} --reason TEXT`,
          ),
        ]),
    ...(stillMarked === 0
      ? []
      : [
          safe(`${number(stillMarked)} could not be reached or unmarked - these WILL still install: ${list}`),
        ]),
  ];
}
