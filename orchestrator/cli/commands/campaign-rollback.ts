import type { Command } from 'commander';
import type { z } from 'zod';
import { ok, type Result } from '../../../shared/errors.ts';
import { planAnswer } from '../../http/schemas/campaigns.ts';
import { rollbackAnswer } from '../../http/schemas/edits.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { confirm, type Terminal } from '../client/confirm.ts';
import { type CommandOutput, outputOf, withApi } from '../client/session.ts';
import { createdLines, planLines } from '../render/plan.ts';
import { plainView } from '../render/view.ts';

interface RollbackOptions {
  readonly release: string;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Creates a campaign that brings the upgraded clients of another one back to an older release. */
export function addRollbackCommand(campaign: Command): void {
  campaign
    .command('rollback <campaign>')
    .description(
      'create a campaign that installs an older release on the clients that a campaign has upgraded, the last wave first. Shows its plan, and asks you to type its name; starts nothing',
    )
    .requiredOption('--release <release>', 'the older release')
    .option('--as <name>', 'the name of the new campaign (default: CAMPAIGN-rollback)')
    .option('--dry-run', 'show the plan, and create nothing')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  servpack campaign rollback agent-2 --release agent-1')
    .action(async (name: string, options: RollbackOptions, command: Command) => {
      await withApi(command, async (api) => rollBack(api, name, options));
    });
}

/** Shows the plan, asks, and creates the campaign of the file that was shown. */
async function rollBack(
  api: ApiClient,
  name: string,
  { release, as, dryRun = false, yes = false }: RollbackOptions,
): Promise<Result<CommandOutput, Refusal>> {
  const query = as === undefined ? { release } : { release, as };
  const found = await api.get(rollbackAnswer, campaignPath(name, '/rollback'), query);
  if (!found.ok) return found;
  const { plan, ...input } = found.value;
  if (dryRun) return outputOf(ok(plan), planLines);
  const confirmed = yes ? ok(undefined) : await confirmRollback(plan, api.named);
  if (!confirmed.ok) return confirmed;
  const created = await api.post(planAnswer, '/v1/campaigns', input);
  return outputOf(created.ok ? ok({ ...created.value, excluded: plan.excluded }) : created, createdLines);
}

/** Shows the plan, and asks for the name of the new campaign. */
export const confirmRollback = (
  plan: z.output<typeof planAnswer>,
  at: string | null,
  terminal?: Terminal,
): Promise<Result<void, Refusal>> =>
  confirm(
    { lines: planLines(plainView, plan), answer: plan.campaign, verb: 'create it', at },
    false,
    terminal,
  );
