import { ended, given } from './actions.ts';
import type { Approval } from './answers.ts';
import type { App } from './app.ts';
import { localText } from './format.ts';
import { texts } from './texts.ts';

/** What a person does about a question that waits, as the commands of the same names do. */

const { ask: words } = texts;

export function answerApproval(app: App, approval: Approval, answer: 'approved' | 'rejected'): void {
  const { id, text, now = [], shown, command } = approval;
  const isYes = answer === 'approved';
  app.dialogs.ask({
    title: isYes ? `Approve ${id}` : `Reject ${id}`,
    lines: [
      ...[...text, ...now.map((line) => `${texts.approvals.now} ${line}`)].map((line) =>
        localText(line, app.prefs.zone.value),
      ),
      ...(isYes ? [] : [command === undefined ? words.reject : words.rejectCommand]),
    ],
    ...(isYes ? { answer: id } : {}),
    reason: isYes ? 'optional' : 'required',
    button: isYes ? 'Approve' : 'Reject',
    isDangerous: !isYes,
    run: ({ reason }) =>
      ended<{ readonly because: string }>(
        app,
        app.api.post('v1/approvals', { id, answer, ...given(reason), ...(isYes ? { shown } : {}) }),
        ({ because }) => because,
      ),
  });
}

/** The person who has asked takes the request back. */
export function retractRequest(app: App, { id, text }: Approval): void {
  app.dialogs.ask({
    title: `Take back ${id}`,
    lines: [...text],
    reason: 'required',
    button: 'Take back',
    run: ({ reason }) =>
      ended<{ readonly because: string }>(
        app,
        app.api.post('v1/approvals/retract', { id, reason }),
        ({ because }) => because,
      ),
  });
}
