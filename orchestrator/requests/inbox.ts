import { type CommandRequest, requestName } from '../../shared/domain/campaign/command-request.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { withNextStep } from '../campaigns/after-answer.ts';
import {
  answerApproval,
  type ApprovalRequested,
  type ApprovalResult,
  oldestFirst,
  openApprovals,
  type OpenApproval,
} from '../campaigns/approvals.ts';
import type { OrchestratorContext } from '../context.ts';
import {
  approve,
  close,
  expire,
  isRequestId,
  reject,
  type RequestAnswer,
  type RequestDecision,
  requestIn,
  retract,
} from '../domain/command-requests.ts';
import { notFound, type Refusal } from '../refusal.ts';
import type { RequestRecord } from '../../shared/store/request-store.ts';
import { shownOf, viewOfRequest } from './ask.ts';
import { carryOut, closer, voidOf, whyVoid } from './carry-out.ts';
import { effectNow } from './commands.ts';
import { commitRequest } from './commit-request.ts';
import { openRequests } from './open-requests.ts';

/**
 * Every question that waits for a person: those of campaigns, and commands that need a second
 * person. Oldest first.
 * @param who reads them
 * @param name null = of all campaigns, and of releases
 */
export async function openQuestions(
  context: OrchestratorContext,
  who: string,
  name: string | null,
): Promise<Result<readonly OpenApproval[], Refusal>> {
  const questions = await openApprovals(context, name);
  if (!questions.ok) return questions;
  const requests = await questionsOfRequests(context, who);
  const asked = name === null ? requests : requests.filter(({ campaign }) => campaign === name);
  if (asked.length === 0) return questions;
  return ok([...questions.value, ...asked].sort(oldestFirst));
}

async function questionsOfRequests(
  context: OrchestratorContext,
  who: string,
): Promise<readonly OpenApproval[]> {
  const found: OpenApproval[] = [];
  for (const request of await openRequests(context.store)) {
    const view = viewOfRequest(request, context.clock.now(), who);
    const now = await effectNow(context, request);
    const isAsBefore = now === null || now.every((line) => request.text.includes(line));
    found.push(isAsBefore ? view : { ...view, now });
  }
  return found;
}

/** Approves or rejects a question. An approved command is carried out before the answer. */
export async function answerQuestion(
  context: OrchestratorContext,
  who: string,
  asked: ApprovalRequested,
): Promise<Result<ApprovalResult, Refusal>> {
  if (!isRequestId(asked.id)) return withNextStep(context, await answerApproval(context, who, asked));
  const decide = asked.answer === 'approved' ? approve : reject;
  const decided = await answerRequest(context, who, asked, decide);
  if (!decided.ok || decided.value.request?.state.is !== 'approved') return resultOf(asked.id, decided);
  const done = await carryOut(context, requestIn(asked.id).key);
  // Something else has changed the record at the same time: the leader carries it out.
  if (!done.ok && done.error.code === 'approval.void') return done;
  const words = done.ok ? done.value : `it is carried out as soon as possible: ${done.error.message}`;
  return resultOf(asked.id, ok({ ...decided.value, because: `${decided.value.because}; ${words}` }));
}

/** Takes back what the same person has asked for. */
export const retractRequest = async (
  context: OrchestratorContext,
  who: string,
  asked: { readonly id: string; readonly reason: string },
): Promise<Result<ApprovalResult, Refusal>> =>
  isRequestId(asked.id)
    ? resultOf(asked.id, await answerRequest(context, who, asked, retract))
    : err(notFound('request', asked.id));

/** `request`: as it is now; null = the answer has changed nothing. */
interface Answered {
  /** '' = it is about a release. */
  readonly campaign: string;
  readonly request: CommandRequest | null;
  readonly because: string;
}

const resultOf = (id: string, answered: Result<Answered, Refusal>): Result<ApprovalResult, Refusal> =>
  answered.ok ? ok({ id, campaign: answered.value.campaign, because: answered.value.because }) : answered;

/** Losing this often in a row against other people does not happen by chance. */
const triesAtMost = 20;

async function answerRequest(
  context: OrchestratorContext,
  who: string,
  { id, reason, shown }: Pick<ApprovalRequested, 'id' | 'reason' | 'shown'>,
  decide: (request: CommandRequest, answer: RequestAnswer) => RequestDecision,
): Promise<Result<Answered, Refusal>> {
  const { store, clock } = context;
  const { key, number } = requestIn(id);
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const record = await store.readRequest(key);
    if (record === null || record.request.number !== number) return err(notFound('request', id));
    const { request } = record;
    const campaign = request.command === 'withdraw' ? '' : request.subject;
    const at = clock.now();
    if (shown !== undefined && shown !== shownOf(request))
      return err(fault('approval.changed', `${id} is another question than the one that was shown`));
    const over = await closedMeanwhile(context, record);
    if (over === 'lost') continue;
    if (over !== null) return err(over);
    const decision = decide(request, { by: who, at, reason });
    if (decision.kind === 'refused') return err(fault('approval.refused', decision.because));
    if (decision.kind === 'ignored')
      return ok({ campaign, request: null, because: `ignored: ${decision.because}` });
    if (await commitRequest(context, who, record, decision.request, decision.because))
      return ok({ campaign, request: decision.request, because: decision.because });
  }
  return err(fault('approval.busy', `${id} is answered by others all the time; try again`));
}

/**
 * Closes an open request that has expired, or whose command has become wrong or needless.
 * @returns why it is closed; null = it is not; `lost` = another change came first
 */
export async function closedMeanwhile(
  context: OrchestratorContext,
  record: RequestRecord,
): Promise<Refusal | 'lost' | null> {
  const { request } = record;
  if (request.state.is !== 'asked') return null;
  const at = context.clock.now();
  const because = at < request.until ? await whyVoid(context, request) : null;
  const decision =
    at >= request.until ? expire(request, at) : because === null ? null : close(request, 'void', at, because);
  if (decision?.kind !== 'changed') return null;
  if (!(await commitRequest(context, closer, record, decision.request, decision.because))) return 'lost';
  return at >= request.until
    ? fault('approval.refused', `${requestName(request)} has expired: ${decision.because}; ask again`)
    : voidOf(request, decision.because);
}
