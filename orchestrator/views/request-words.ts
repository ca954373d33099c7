import { type CommandRequest, requestName } from '../../shared/domain/campaign/command-request.ts';
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
