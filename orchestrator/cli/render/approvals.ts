import type { z } from 'zod';
import type { approvalAnswer, approvalsAnswer, askedAnswer } from '../../http/schemas/approvals.ts';
import { safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** What waits for the approval of a person, on the screen. */

type Open = z.infer<typeof approvalsAnswer>['approvals'][number];

export function approvalsLines(
  view: View,
  { approvals }: z.infer<typeof approvalsAnswer>,
  mayAnswer: boolean,
): readonly string[] {
  if (approvals.length === 0) return ['Nothing waits for approval.'];
  return approvals.flatMap((each, index) => [
    ...(index === 0 ? [] : ['']),
    view.paint('bold', safe(each.id)),
    ...questionLines(each).flatMap((line) => wrapped(view, '  ', line)),
    ...wrapped(view, '  ', answerWords(each, mayAnswer)),
  ]);
}

/** Who has asked cannot approve, so only the other way is named. */
function answerWords({ id, isOwn }: Open, mayAnswer: boolean): string {
  if (isOwn === true)
    return `you have asked for it; take it back: servpack campaign retract ${id} --reason TEXT`;
  return mayAnswer
    ? `answer: servpack campaign approve ${id}`
    : 'your role may not answer; an approver or an administrator may';
}

/** The question as the person who answers is shown it. */
export const questionLines = ({ text, now = [], since, by, ...open }: Open): readonly string[] => [
  ...text,
  ...now.map((line) => `now: ${line}`),
  `waits since ${since}; ${expiryWords(open)}`,
  ...(open.approvedBy === undefined ? [] : [`approved by ${open.approvedBy}, and being carried out`]),
  ...(by === 'another'
    ? [
        open.command === undefined
          ? 'another person than its authors must approve'
          : 'another person must approve',
      ]
    : []),
];

/** A command that was not carried out: what is asked, of whom, until when, and what comes next. */
export const askedLines = (view: View, { asked }: z.infer<typeof askedAnswer>): readonly string[] => [
  ...wrapped(view, '', `Nothing was done yet: ${asked.id} waits for the approval of another person.`, 'bold'),
  ...questionLines(asked).flatMap((line) => wrapped(view, '  ', line)),
  ...wrapped(view, '', `next: ${asked.next ?? ''}`),
];

function expiryWords({ expires, expired, onExpiry }: Pick<Open, 'expires' | 'expired' | 'onExpiry'>): string {
  if (expires === null) return 'does not expire';
  return expired === true
    ? `expired ${expires} without an answer (${onExpiry})`
    : `expires ${expires}, then: ${onExpiry}`;
}

export const approvalLines = (
  view: View,
  { id, because, next }: z.infer<typeof approvalAnswer>,
): readonly string[] => [
  ...wrapped(view, '', `${id}: ${because}`),
  ...(next === undefined
    ? []
    : [...wrapped(view, '', next.because), ...next.actions.map((action) => safe(`next: ${action}`))]),
];
