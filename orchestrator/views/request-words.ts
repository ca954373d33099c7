import {
  type CommandRequest,
  type GuardedCommand,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { isAsker } from '../domain/command-requests.ts';

/**
 * What a person who reads of an open request can do about it, in one sentence.
 * @param who reads it; null = anybody does
 */
export function nextStep(request: CommandRequest, who: string | null): string {
  const name = requestName(request);
  if (request.state.is === 'approved') return 'it is being carried out';
  const until = `until ${isoOf(request.until)}`;
  return who !== null && isAsker(request, who)
    ? `another person with the role approver or administrator approves it ${until} with "servpack campaign approve ${name}"; take it back with: servpack campaign retract ${name} --reason TEXT`
    : `a person with the role approver or administrator, other than the one who asked, approves it ${until} with "servpack campaign approve ${name}", or rejects it with: servpack campaign reject ${name} --reason TEXT`;
}

/** A command on a campaign or its release that waits for another person, for the status. */
export interface WaitingCommand {
  readonly id: string;
  readonly command: GuardedCommand;
  /** Null = it is about the whole campaign, or its release. */
  readonly client: string | null;
  readonly askedBy: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly expires: string;
  readonly says: string;
  /** What another person can do, as commands. */
  readonly actions: readonly string[];
}

export function waitingCommand(request: CommandRequest): WaitingCommand {
  const { command, client = null, by, at, until } = request;
  const id = requestName(request);
  return {
    id,
    command,
    client,
    askedBy: by,
    since: isoOf(at),
    expires: isoOf(until),
    says: waitingWords(request),
    actions:
      request.state.is === 'approved'
        ? []
        : [`servpack campaign approve ${id}`, `servpack campaign reject ${id} --reason TEXT`],
  };
}

/** `abort waits for another person since …`: what waits, who asked, until when, what decides it. */
export function waitingWords(request: CommandRequest): string {
  const { command, subject, client, by, at, state } = request;
  const what =
    command === 'withdraw'
      ? `the withdrawal of release ${subject}`
      : client === undefined
        ? command
        : `${command} of client ${client}`;
  return state.is === 'approved'
    ? `${what}, asked by ${by}, is approved by ${state.by}, and is being carried out`
    : `${what} waits for another person since ${isoOf(at)}, asked by ${by}; ${nextStep(request, null)}`;
}
