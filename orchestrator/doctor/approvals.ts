import { type CommandRequest, requestName } from '../../shared/domain/campaign/command-request.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { subjectWords } from '../domain/judge-approvals.ts';
import { openRequests } from '../requests/open-requests.ts';
import { waitingWords } from '../views/request-words.ts';
import { type Check, fine, warning } from './check.ts';

/** A question that nobody has answered for longer may have been overlooked. */
const forgottenAfterMs = 24 * 60 * 60_000;

/**
 * Says which waves, steps and commands wait for the approval of a person. A question that is older
 * than a day is a warning; a younger one is only named.
 * @param now policy time in milliseconds
 */
export async function checkApprovals(
  store: Pick<OperatorStore, 'campaigns' | 'requests' | 'readClient'>,
  now: number,
): Promise<readonly Check[]> {
  const commands = (await openRequests(store)).map((request) => checkRequest(request, now));
  return [...commands, ...(await checkQuestions(store, now))];
}

function checkRequest(request: CommandRequest, now: number): Check {
  const { command, subject, at } = request;
  const words = waitingWords(request);
  const what = command === 'withdraw' ? words : `campaign ${subject}: ${words}`;
  if (now - at <= forgottenAfterMs || request.state.is === 'approved') return fine('campaigns', what);
  const todo = `servpack campaign approve ${requestName(request)}`;
  return warning('campaigns', what, 'the command is not carried out', todo);
}

async function checkQuestions(
  store: Pick<OperatorStore, 'campaigns'>,
  now: number,
): Promise<readonly Check[]> {
  return (await store.campaigns(['running', 'paused'])).flatMap(({ campaign }) =>
    requestsOf(campaign)
      .filter(({ answer }) => answer === undefined)
      .map(({ subject, since }) => {
        const name = campaign.definition.campaign;
        const what = `campaign ${name}: ${subjectWords(subject)} waits for approval since ${isoOf(since)}`;
        return now - since > forgottenAfterMs
          ? warning(
              'campaigns',
              what,
              'what needs the approval does not begin',
              `servpack campaign approvals ${name}`,
            )
          : fine('campaigns', what);
      }),
  );
}
