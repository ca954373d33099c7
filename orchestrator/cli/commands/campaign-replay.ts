import type { Command } from 'commander';
import { replayAnswer } from '../../http/schemas/replay.ts';
import { campaignPath } from '../client/api-client.ts';
import { readCampaignOf } from '../client/campaign-input.ts';
import { outputOf, withApi } from '../client/session.ts';
import { replayLines } from '../render/replay.ts';

export function addReplayCommand(campaign: Command): void {
  campaign
    .command('replay <campaign>')
    .description(
      'make every decision of a campaign again from its audit, also of an archived one, and say what differs; changes nothing',
    )
    .option('--with <file>', 'also say what this campaign file would have done with what the clients did')
    .addHelpText(
      'after',
      '\nExamples:\n  servpack campaign replay sms-sp4\n  servpack campaign replay sms-sp4 --with shorter-waits.yaml',
    )
    .action(async (name: string, options: { readonly with?: string }, command: Command) => {
      await withApi(command, async (api) => {
        const file = options.with === undefined ? null : await readCampaignOf(options.with);
        if (file !== null && !file.ok) return file;
        const body = file === null ? {} : { with: file.value };
        return outputOf(await api.postLong(replayAnswer, campaignPath(name, '/replay'), body), replayLines);
      });
    });
}
