import type { JSX } from 'preact';
import { answerApproval } from '../approval-actions.ts';
import type { Approval } from '../answers.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Action } from './action.tsx';

/** How a person answers a question. Nobody approves what they have asked for. */
export function AnswerButtons({ approval }: { readonly approval: Approval }): JSX.Element {
  const app = useApp();
  const on = approval.client === null ? 'campaign' : 'seen';
  return (
    <>
      <Action
        needs="answer"
        on={on}
        tone="primary"
        refused={approval.isOwn === true ? texts.approvals.own : undefined}
        onClick={() => answerApproval(app, approval, 'approved')}
      >
        {texts.actions.approve}
      </Action>
      <Action needs="answer" on={on} onClick={() => answerApproval(app, approval, 'rejected')}>
        {texts.actions.reject}
      </Action>
    </>
  );
}
