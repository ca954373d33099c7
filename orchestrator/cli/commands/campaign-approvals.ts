import type { Command } from 'commander';
import { ok, type Result } from '../../../shared/errors.ts';
import { approvalAnswer, approvalsAnswer } from '../../http/schemas/approvals.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { confirm } from '../client/confirm.ts';
import { outputOf, withApi } from '../client/session.ts';
import { approvalLines, approvalsLines, questionLines } from '../render/approvals.ts';
import type { View } from '../render/view.ts';
import { requiredReason } from './reason-option.ts';

interface AnswerOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** `approvals`, `approve`, `reject` and `retract`: what waits for the approval of a person. */
export function addApprovalCommands(campaign: Command): void {
  campaign
    .command('approvals [campaign]')
    .description('list what waits for the approval of a person, in a campaign or in all; changes nothing')
    .addHelpText('after', '\nExample:\n  servpack campaign approvals sms-sp4')
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      await withApi(command, async (api) => listApprovals(api, name));
    });

  campaign
    .command('approve <id>')
    .description(
      'approve what waits for it: shows numbers, gate and clients, and asks you to type the id. A command that another person has asked for is carried out. The audit keeps what you were shown',
    )
    .option('--reason <text>', 'why; kept in the audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign approve sms-sp4/wave/early')
    .action(async (id: string, { yes = false, reason }: AnswerOptions, command: Command) => {
      await withApi(command, async (api) => {
        const shown = yes ? ok({}) : await confirmAnswer(api, id);
        return shown.ok ? answer(api, { id, answer: 'approved', reason, ...shown.value }) : shown;
      });
    });

  campaign
    .command('retract <id>')
    .description(
      'take back a command that you have asked for, and that waits for the approval of another person',
    )
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign retract sms-sp4/abort/1 --reason "it was another campaign"',
    )
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.post(approvalAnswer, '/v1/approvals/retract', { id, reason }), approvalLines),
      );
    });

  campaign
    .command('reject <id>')
    .description(
      'reject what waits for approval: a wave stays closed and the campaign pauses, a client goes on without the step, a command is not carried out',
    )
    .addOption(requiredReason('why; shown in the status'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack campaign reject sms-sp4/wave/early --reason "payroll runs until Friday"',
    )
    .action(async (id: string, { reason }: AnswerOptions, command: Command) => {
      await withApi(command, async (api) => answer(api, { id, answer: 'rejected', reason }));
    });
}

/** Who may not answer is shown no command for it. */
async function listApprovals(api: ApiClient, name: string | undefined) {
  const { sessionAnswer } = await import('../../http/schemas/access.ts');
  const [open, session] = await Promise.all([ask(api, name), api.get(sessionAnswer, '/v1/session')]);
  const mayAnswer = !session.ok || session.value.permissions.includes('answer');
  return outputOf(open, (view: View, found) => approvalsLines(view, found, mayAnswer));
}

const ask = (api: ApiClient, name: string | undefined) =>
  api.get(approvalsAnswer, '/v1/approvals', name === undefined ? {} : { campaign: name });

const answer = async (api: ApiClient, body: unknown) =>
  outputOf(await api.post(approvalAnswer, '/v1/approvals', body), approvalLines);

/** Shows the question; the answer is good for what was shown alone. */
async function confirmAnswer(
  api: ApiClient,
  id: string,
): Promise<Result<{ readonly shown?: string }, Refusal>> {
  const [of, kind] = id.split('/');
  const open = await ask(api, kind === 'withdraw' ? undefined : of);
  if (!open.ok) return open;
  const { spelledAs } = await import('../../../shared/input/nearest.ts');
  const ids = open.value.approvals.map((each) => each.id);
  const found = open.value.approvals.find((each) => each.id === spelledAs(id, ids));
  // The answer says what became of a question that is not open any more, and that who has asked for
  // a command cannot approve it.
  if (found === undefined || found.isOwn === true) return ok({});
  const confirmed = await confirm(
    { lines: questionLines(found), answer: found.id, verb: 'approve', at: api.named },
    false,
  );
  return confirmed.ok ? ok({ shown: found.shown }) : confirmed;
}
