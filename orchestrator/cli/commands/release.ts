import { resolve } from 'node:path';
import type { Command } from 'commander';
import { outputOf, withApi } from '../client/session.ts';
import { serverLines } from '../render/server.ts';
import { releaseLines, stagedLines } from '../render/fleet.ts';
import { safe } from '../render/view.ts';
import { segment } from '../client/api-client.ts';
import {
  releasesAnswer,
  releaseServersAnswer,
  stagedAnswer,
  withdrawnAnswer,
} from '../../http/schemas/releases.ts';
import { commandOutput } from '../client/command-answer.ts';
import { allPages } from '../client/all-pages.ts';
import { requiredReason } from './reason-option.ts';

export function addReleaseCommands(program: Command): void {
  const release = program
    .command('release')
    .description('stage, list and withdraw releases: what campaigns roll out')
    .addHelpText('after', '\nExample:\n  servpack release stage examples/release/release.yaml');

  release
    .command('stage <file>')
    .description(
      "run the upgrade command of a release file on the orchestrator's machine, hash the staged files, and start the campaigns that wait for this release",
    )
    .option('--override', 'also stage a release that was withdrawn')
    .addHelpText('after', '\nExample:\n  servpack release stage examples/release/release.yaml')
    .action(async (file: string, { override = false }: { override?: boolean }, command: Command) => {
      // The orchestrator may have another working folder.
      const path = resolve(file);
      await withApi(command, async (api) =>
        outputOf(await api.postLong(stagedAnswer, '/v1/releases', { path, override }), stagedLines),
      );
    });

  release
    .command('withdraw <release>')
    .description(
      'forbid new starts with a release until it is staged again; refused while a campaign rolls it out',
    )
    .addOption(requiredReason('why; shown to everyone who would start it'))
    .addHelpText(
      'after',
      '\nExample:\n  servpack release withdraw sms-1.2-sp4 --reason "restarts do not come back"',
    )
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      const path = `/v1/releases/${segment(name)}/withdraw`;
      const { withdrawEffect } = await import('../../views/request-text.ts');
      await withApi(command, async (api) =>
        commandOutput(api, withdrawnAnswer, path, { reason }, (_view, { release: spelled, waiting }) =>
          withdrawEffect(spelled, waiting).map(safe),
        ),
      );
    });

  release
    .command('servers <release>')
    .description(
      'show for each logon server if its copy of the release is complete, and how many clients wait for it',
    )
    .addHelpText('after', '\nExample:\n  servpack release servers sms-1.2-sp4')
    .action(async (name: string, _options: unknown, command: Command) => {
      const path = `/v1/releases/${segment(name)}/servers`;
      await withApi(command, async (api) => outputOf(await api.get(releaseServersAnswer, path), serverLines));
    });

  release
    .command('list')
    .description('list the staged releases')
    .addHelpText('after', '\nExample:\n  servpack release list --json')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await allPages(api, releasesAnswer, '/v1/releases', 'releases'), releaseLines),
      );
    });
}
