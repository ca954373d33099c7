import type { JSX } from 'preact';
import { retractRequest } from '../approval-actions.ts';
import type { Approval, Approvals, Campaigns } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { AnswerButtons } from '../parts/answer-buttons.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { Says, Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.approvals;

/** The questions that wait for a person: what, since when, until when, and what follows. */
export function ApprovalsScreen(): JSX.Element {
  const live = useLive<Approvals>('v1/approvals');
  const now = useLive<Campaigns>('v1/campaigns').value.value?.campaigns[0]?.at;
  return (
    <Screen title={words.title}>
      <Loaded live={live}>
        {({ approvals }) =>
          approvals.length === 0 ? (
            <Empty says={words.none} hint={words.noneHint} />
          ) : (
            <ul class="questions">
              {approvals.map((each) => (
                <Question key={each.id} approval={each} now={now} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Question({
  approval,
  now,
}: {
  readonly approval: Approval;
  readonly now: string | undefined;
}): JSX.Element {
  const app = useApp();
  const { id, campaign, release, approvedBy, text, since, expires, expired, onExpiry, by } = approval;
  const [first = id, ...more] = text;
  return (
    <li class="panel question" data-row>
      <div>
        <h2>
          <Link to={release === undefined ? ['campaigns', campaign] : ['releases']}>
            <Says text={first} />
          </Link>
        </h2>
        {more.map((line) => (
          <p key={line}>
            <Says text={line} />
          </p>
        ))}
        {(approval.now ?? []).map((line) => (
          <p key={line}>
            {words.now} <Says text={line} />
          </p>
        ))}
        <p class="dim">
          {words.since} <Time at={since} now={now} />.{' '}
          {expires === null ? (
            words.never
          ) : expired === true ? (
            words.expired
          ) : (
            <>
              {words.expires} <Time at={expires} now={now} />, {words.otherwise}{' '}
              {words.onExpiry[onExpiry] ?? onExpiry}.
            </>
          )}{' '}
          {words.by[by] ?? by}
        </p>
      </div>
      {expired === true || approvedBy !== undefined ? null : (
        <div class="actions">
          <AnswerButtons approval={approval} />
          {approval.isOwn === true ? (
            <Action
              needs="change"
              on={approval.client === null ? 'campaign' : 'seen'}
              onClick={() => retractRequest(app, approval)}
            >
              {texts.actions.retract}
            </Action>
          ) : null}
        </div>
      )}
    </li>
  );
}
