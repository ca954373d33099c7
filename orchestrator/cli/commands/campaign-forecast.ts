import type { Command } from 'commander';
import { forecastAnswer } from '../../http/schemas/campaign-forecast.ts';
import { campaignPath } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { forecastLines } from '../render/campaign-forecast.ts';

export function addForecastCommand(campaign: Command): void {
  campaign
    .command('forecast <campaign>')
    .description(
      'show when a running campaign ends by its own figures, or why nobody can say; changes nothing',
    )
    .addHelpText('after', '\nExample:\n  servpack campaign forecast sms-sp4')
    .action(async (name: string, _options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(forecastAnswer, campaignPath(name, '/end-forecast')), forecastLines),
      );
    });
}
