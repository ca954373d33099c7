import type { ApprovalRequest } from '../../shared/domain/campaign/approval.ts';
import {
  type Campaign,
  type CampaignDecision,
  type Running,
  unanswered,
} from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { type ApprovalAnswer, answerWords } from '../../shared/domain/rules/approval-rules.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { newestAbout, requestsOf, type Subject, termsOf } from './approval-requests.ts';
import { transition } from './decision.ts';
import { evaluateGate } from './gate.ts';
import { gateQuestion } from './gate-question.ts';
import { waveProgress } from './wave-progress.ts';

type IsRunning = Extract<Campaign['state'], { status: 'running' }>;

/**
 * Asks the questions of a running campaign when they come up, and draws the consequence of those
 * that nobody has answered in time. Level-triggered: the same counters may be read any number of
 * times.
 * @returns null where nothing changes
 */
export function judgeApprovals(
  campaign: Campaign,
  state: IsRunning,
  counters: Counters,
  now: number,
): CampaignDecision | null {
  const { approvals, waves } = campaign.definition;
  if (approvals === undefined && !waves.some(({ gate }) => gate.approval === true)) return null;
  const late = requestsOf(campaign).find(
    ({ answer, until }) => answer === undefined && until !== null && now >= until,
  );
  if (late !== undefined) return expire(campaign, state, late, now);
  const expired = counters['approvalExpired'] ?? 0;
  if (expired !== (campaign.approvals?.expired ?? 0)) return noteExpired(campaign, state, expired, now);
  const subject = waveAsked(campaign, state, counters, now) ?? stepAsked(campaign, counters);
  return subject === null ? null : ask(campaign, state, subject, now);
}

/** When a question of the campaign expires next; null = never, or not before it is resumed. */
export function nextApprovalMoment(campaign: Campaign): number | null {
  if (campaign.state.status !== 'running') return null;
  const times = requestsOf(campaign)
    .filter(({ answer }) => answer === undefined)
    .flatMap(({ until }) => (until === null ? [] : [until]));
  return times.length === 0 ? null : Math.min(...times);
}

/** The wave that would open now if a person had approved it; null = none, or already asked. */
function waveAsked(campaign: Campaign, state: Running, counters: Counters, now: number): Subject | null {
  const index = state.openWaves - 1;
  const progress = waveProgress(campaign.waveSizes, counters)[index];
  const question = gateQuestion(campaign, state, { index, progress, now });
  const next = campaign.definition.waves[index + 1];
  if (question === null || next === undefined || question.wave.gate.approval !== true) return null;
  if (evaluateGate(question).kind !== 'closed') return null;
  const yes = [...(state.approvals ?? []), { wave: index + 1, by: '', at: now }];
  if (evaluateGate({ ...question, state: { ...state, approvals: yes } }).kind !== 'open') return null;
  const newest = newestAbout(campaign, { wave: next.name });
  return newest === undefined || newest.answer !== undefined ? { wave: next.name } : null;
}

/** A step for all clients that a client waits for and nobody was asked about. */
function stepAsked(campaign: Campaign, counters: Counters): Subject | null {
  for (const rule of campaign.definition.approvals ?? []) {
    if (!('remediation' in rule)) continue;
    const { remediation } = rule;
    if ((counters[`asks|${remediation}`] ?? 0) > 0 && newestAbout(campaign, { remediation }) === undefined)
      return { remediation };
  }
  return null;
}

function ask(campaign: Campaign, state: IsRunning, subject: Subject, now: number): CampaignDecision {
  const { expiresMs } = termsOf(campaign.definition, subject);
  const until = expiresMs === undefined ? null : now + expiresMs;
  const round = (newestAbout(campaign, subject)?.round ?? 0) + 1;
  const requests = [...requestsOf(campaign), { subject, round, since: now, until }];
  const expires = until === null ? '' : `; the question expires at ${isoOf(until)}`;
  const asked = { ...campaign, approvals: { ...campaign.approvals, requests } };
  return transition(asked, state, `${subjectWords(subject)} waits for approval${expires}`);
}

export const subjectWords = (subject: Subject): string =>
  'wave' in subject ? `wave ${subject.wave}` : `step ${subject.remediation}`;

function expire(campaign: Campaign, state: IsRunning, late: ApprovalRequest, now: number): CampaignDecision {
  const { onExpiry } = termsOf(campaign.definition, late.subject);
  const nobody = `nobody answered whether ${subjectWords(late.subject)} may begin`;
  if (onExpiry !== 'pause') {
    const is = onExpiry === 'approve' ? 'approved' : 'rejected';
    return withAnswer(campaign, state, late, { is, by: null, at: now });
  }
  return transition(campaign, pausedFor(state, nobody, now), nobody);
}

/**
 * The campaign with new time for the questions that pause it when nobody answers. Called when it is
 * resumed: a question that has expired would pause it again at once.
 */
export const withTimeToAnswer = (campaign: Campaign, now: number): Campaign =>
  requestsOf(campaign)
    .filter(({ answer, until }) => answer === undefined && until !== null && now >= until)
    .reduce((before, request) => {
      const { onExpiry, expiresMs = 0 } = termsOf(campaign.definition, request.subject);
      return onExpiry === 'pause' ? withRequest(before, { ...request, until: now + expiresMs }) : before;
    }, campaign);

/** A client whose own question has expired and pauses the campaign counts once. */
function noteExpired(campaign: Campaign, state: IsRunning, expired: number, now: number): CampaignDecision {
  const noted = { ...campaign, approvals: { ...campaign.approvals, expired } };
  const more = expired - (campaign.approvals?.expired ?? 0);
  if (more <= 0) return transition(noted, state, 'a client whose question had expired was opened again');
  const because = `nobody answered ${more === 1 ? 'a question' : `${more} questions`} about single clients in time`;
  return transition(noted, pausedFor(state, because, now), because);
}

const pausedFor = (state: IsRunning, because: string, now: number) =>
  ({ ...state, status: 'paused', pausedAt: now, byGate: false, by: unanswered, because }) as const;

const withRequest = (campaign: Campaign, request: ApprovalRequest): Campaign => ({
  ...campaign,
  approvals: {
    ...campaign.approvals,
    requests: requestsOf(campaign).map((each) =>
      each.round === request.round && each.since === request.since ? request : each,
    ),
  },
});

/**
 * The campaign after an answer. A rejected wave stays closed, and the campaign pauses. An answer
 * about a step changes the rules of the clients, so workers read them with the next activation.
 */
export function withAnswer(
  campaign: Campaign,
  state: Extract<Campaign['state'], { status: 'running' | 'paused' }>,
  request: ApprovalRequest,
  answer: ApprovalAnswer,
  shown = '',
): CampaignDecision {
  const { subject } = request;
  const answered = withRequest(campaign, { ...request, answer });
  const because = `${subjectWords(subject)} ${answerWords(answer)}`;
  const says = `${because}${shown}`;
  if ('remediation' in subject)
    return transition({ ...answered, stepAnswers: (campaign.stepAnswers ?? 0) + 1 }, state, says);
  if (answer.is === 'approved') {
    const wave = campaign.definition.waves.findIndex(({ name }) => name === subject.wave);
    const by = answer.by ?? 'nobody (expired)';
    return transition(
      answered,
      { ...state, approvals: [...(state.approvals ?? []), { wave, by, at: answer.at }] },
      says,
    );
  }
  if (state.status === 'paused') return transition(answered, state, says);
  const paused = pausedFor(state, because, answer.at);
  return transition(answered, { ...paused, by: answer.by ?? unanswered }, says);
}
