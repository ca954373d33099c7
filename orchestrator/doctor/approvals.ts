import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { requestsOf } from '../domain/approval-requests.ts';
import { subjectWords } from '../domain/judge-approvals.ts';
import { type Check, fine, warning } from './check.ts';

/** A question that nobody has answered for longer may have been overlooked. */
const forgottenAfterMs = 24 * 60 * 60_000;

/**
 * Says which waves and steps wait for the approval of a person. A question that is older than a day
 * is a warning; a younger one is only named.
 * @param now policy time in milliseconds
 */
export async function checkApprovals(
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
