import {
  type CommandRequest,
  type GuardedCommand,
  isClosed,
  requestKey,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';
import { personOf } from '../../shared/domain/campaign/person.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { OpenApproval } from '../campaigns/approvals.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { isAsker } from '../domain/command-requests.ts';
import type { Refusal } from '../refusal.ts';
import { nextStep } from '../views/request-words.ts';
import { withAsker } from '../views/request-text.ts';
import { commitRequest } from './commit-request.ts';
import { Permit } from './permit.ts';

/** The command was not carried out: another person has to approve it first. */
export interface AskedFirst {
  readonly asked: OpenApproval;
}

export type Commanded<T> = Result<T | AskedFirst, Refusal>;

/** What is asked for, without who asks and when. */
export type Asking = Pick<
  CommandRequest,
  'command' | 'subject' | 'life' | 'client' | 'reason' | 'text' | 'edit'
>;

/**
 * Carries a command out, or asks for the approval of another person where the setting wants it.
 * @param commands what this counts as, its own name first
 * @param asking what the command would do, or why it would be refused
 */
export async function guarded<T>(
  context: OrchestratorContext,
  commands: readonly GuardedCommand[],
  who: string,
  asking: () => Promise<Result<Asking, Refusal>>,
  act: (permit: Permit) => Promise<Result<T, Refusal>>,
): Promise<Commanded<T>> {
  const permit = Permit.alone(context.fourEyes, commands, who);
  if (permit !== null) return act(permit);
  if (personOf(who) === null) return err(fault('approval.person', nobodyCould(commands[0] ?? '', who)));
  const asked = await asking();
  return asked.ok ? ask(context, who, asked.value) : asked;
}

/** Where it is not proved who asks, every other person may be the same one. */
const nobodyCould = (command: string, who: string): string =>
  `${command} needs the approval of another person, and nobody could approve what ${who} asks for: it is not proved to be one person. Ask with a token that belongs to a person (servpack token create … --person NAME), or sign in`;

async function ask(
  context: OrchestratorContext,
  who: string,
  asking: Asking,
): Promise<Result<AskedFirst, Refusal>> {
  const { store, clock, fourEyes } = context;
  const at = clock.now();
  const found = await store.readRequest(requestKey(asking));
  const until = at + (fourEyes?.expiresMs ?? 0);
  const text = withAsker(asking.text, { by: who, at, reason: asking.reason });
  if (found !== null && !isClosed(found.request) && at < found.request.until)
    return err(openAlready(found.request, who));
  const number = await store.takeRequestNumber(found?.request.number ?? 0);
  const next: CommandRequest = { ...asking, text, number, by: who, at, until, state: { is: 'asked' } };
  const before = found ?? { version: 0, request: next };
  // What a person typed comes last, so it cannot look like servpack's own words.
  const because = `asked by ${who}; ${nextStep(next, null)}; shown (SHA-256 ${shownOf(next)}): ${text.join('; ')}`;
  const ended = await whyEnded(context.caller);
  if (ended !== null) return err(ended);
  if (await commitRequest(context, who, before, next, because.slice(0, becauseAtMost)))
    return ok({ asked: viewOfRequest(next, at, who) });
  const other = await store.readRequest(requestKey(asking));
  return err(openAlready(other?.request ?? next, who));
}

/** An entry of the audit is a line on the screen; the request has every line. */
const becauseAtMost = 2_000;

const openAlready = (request: CommandRequest, who: string): Refusal =>
  fault(
    'approval.open',
    `${request.by} has asked for it already, and it waits for another person: ${requestName(request)}; ${nextStep(request, who)}`,
  );

/** SHA-256 of what the person who approves is shown. */
export const shownOf = ({ text }: CommandRequest): string => sha256(text.join('\n'));

/**
 * A request as a question that waits for a person.
 * @param who reads it
 */
export function viewOfRequest(request: CommandRequest, now: number, who: string): OpenApproval {
  const { command, subject, client = null, at, until, text, by, state } = request;
  return {
    id: requestName(request),
    campaign: command === 'withdraw' ? '' : subject,
    ...(command === 'withdraw' ? { release: subject } : {}),
    command,
    client,
    since: isoOf(at),
    expires: isoOf(until),
    ...(now < until ? {} : { expired: true as const }),
    onExpiry: 'reject',
    by: 'another',
    askedBy: by,
    isOwn: isAsker(request, who),
    next: nextStep(request, who),
    ...(state.is === 'approved' ? { approvedBy: state.by } : {}),
    text,
    shown: shownOf(request),
  };
}
