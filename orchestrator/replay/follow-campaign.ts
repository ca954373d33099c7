import { awaitingOf, type Campaign, type CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { storedStatus } from '../../shared/domain/campaign/life.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { requestId, requestsOf } from '../domain/approval-requests.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';

/** The numbers on which the leader judges a campaign. */
export interface Judged {
  readonly counters: Counters;
  readonly facts?: readonly FactCounts[];
}

/** The campaign after an entry about it; `how` as with a client. */
export interface FollowedCampaign {
  readonly campaign: Campaign;
  readonly how: 'decided' | 'asked' | 'taken';
  /** What was asked. */
  readonly event?: CampaignEvent;
}

/**
 * Makes the decision of an entry about the whole campaign again: from the numbers where the leader
 * decided, from what a person asked where a person did.
 * @param numbers of this moment first, then those of the moments just before: the leader reads the
 * numbers, and a client may commit before the leader does
 */
export function followCampaign(
  before: Campaign,
  entry: KeptEntry,
  numbers: Iterable<Judged>,
): FollowedCampaign {
  const found = (event: CampaignEvent): Campaign | null => {
    const decision = decideCampaign(before, event, entry.at);
    return decision.kind === 'changed' &&
      decision.because === entry.because &&
      storedStatus(decision.campaign) === entry.to
      ? decision.campaign
      : null;
  };
  let newest: Counters | null = null;
  for (const judged of numbers) {
    newest ??= judged.counters;
    const campaign = found({ type: 'CountersRead', ...judged });
    if (campaign !== null) return { campaign, how: 'decided' };
  }
  for (const event of asked(before, entry, newest ?? {})) {
    const campaign = found(event);
    if (campaign !== null) return { campaign, how: 'asked', event };
  }
  return { campaign: taken(before, entry), how: 'taken' };
}

/** What people, clocks and surveys may have asked, as far as the words of the entry say. */
function* asked(
  before: Campaign,
  { who, because, at }: KeptEntry,
  counters: Counters,
): Iterable<CampaignEvent> {
  const reason = because.slice(because.indexOf(': ') + 2);
  yield { type: 'StartRequested', by: who, releaseStaged: true, overlap: [] };
  yield { type: 'StartRequested', by: who, releaseStaged: false, overlap: [] };
  yield { type: 'ReleaseStaged' };
  yield { type: 'StartTimeCame', releaseStaged: true };
  yield { type: 'StartTimeCame', releaseStaged: false };
  yield { type: 'EndTimeCame' };
  yield { type: 'PauseRequested', by: who, reason: because };
  for (const said of [undefined, reason])
    for (const releaseStaged of [true, false])
      for (const startNow of [undefined, true])
        yield {
          type: 'ResumeRequested',
          by: who,
          override: true,
          reason: said,
          counters,
          releaseStaged,
          startNow,
        };
  yield { type: 'AbortRequested', by: who, reason: because };
  yield { type: 'Reopened', because };
  yield { type: 'Reopened', because: because.replace(/: the soak of its wave begins again$/u, '') };
  yield* holds(who, because, reason);
  yield* answers(before, who, because);
  yield* health(before, because);
  yield { type: 'RemovalRequested', kind: 'archive', by: who, reason: because, counters };
  yield { type: 'UnscheduleRequested', by: who, reason, override: true };
  const awaiting = awaitingOf(before.state);
  if (awaiting !== null) yield { type: 'PostponeRequested', by: who, reason, startAt: at };
}

/** The names of the logon servers stand in the words: `logon servers LS-1, LS-2 are held: …`. */
function* holds(by: string, because: string, reason: string): Iterable<CampaignEvent> {
  const [, names, what] = /^logon servers? (.+?) (?:is|are) (held|released)/u.exec(because) ?? [];
  if (names === undefined) return;
  const logonServers = names.split(', ');
  if (what === 'held') yield { type: 'HoldRequested', by, reason, logonServers };
  else
    for (const said of [undefined, reason])
      yield { type: 'UnholdRequested', by, override: true, reason: said, logonServers };
}

function* answers(before: Campaign, by: string, because: string): Iterable<CampaignEvent> {
  const { campaign } = before.definition;
  const [, ...parts] = because.split('; ');
  const said = parts.map((_, at) => parts.slice(at).join('; '));
  for (const request of requestsOf(before)) {
    if (request.answer !== undefined) continue;
    const id = requestId(campaign, request);
    for (const is of ['approved', 'rejected'] as const)
      for (const shown of said)
        for (const reason of reasonsIn(because))
          yield { type: 'ApprovalAnswered', id, is, by, shown, reason };
  }
}

/** The words after each colon, up to the next semicolon. */
const reasonsIn = (because: string): readonly (string | undefined)[] => [
  undefined,
  ...because
    .split(': ')
    .slice(1)
    .map((each) => each.split('; ')[0]),
];

function* health(before: Campaign, because: string): Iterable<CampaignEvent> {
  const { state } = before;
  const [, clients, survey] = /looks again at (\d+) upgraded clients?, survey (.+)$/u.exec(because) ?? [];
  if (survey !== undefined && 'openWaves' in state)
    yield { type: 'HealthAsked', wave: state.openWaves - 1, survey, clients: Number(clients) };
  const [, healthy, unhealthy, notKnown] =
    /: (\d+) healthy, (\d+) unhealthy, (\d+) of unknown health$/u.exec(because) ?? [];
  const asking = 'openWaves' in state ? (state.health?.survey ?? null) : null;
  if (asking !== null && healthy !== undefined)
    yield {
      type: 'HealthFound',
      survey: asking,
      found: { healthy: Number(healthy), unhealthy: Number(unhealthy), notKnown: Number(notKnown) },
    };
}

/** The status that the entry names, where nothing that may have been asked leads to it. */
function taken(before: Campaign, { to, at, who, because }: KeptEntry): Campaign {
  const { state, waveSizes } = before;
  const running =
    'openWaves' in state ? state : { startedAt: at, openWaves: 1, accepted: waveSizes.map(() => 0) };
  switch (to) {
    case 'running':
      return { ...before, state: { ...running, status: 'running' } };
    case 'paused':
      return {
        ...before,
        state: { ...running, status: 'paused', pausedAt: at, byGate: false, by: who, because },
      };
    case 'aborted':
      return {
        ...before,
        state: { ...running, status: 'aborted', abortedAt: at, by: who, because, endedAt: null },
      };
    case 'ended':
      return { ...before, state: { ...running, status: 'ended', endedAt: at } };
    default:
      return before;
  }
}
