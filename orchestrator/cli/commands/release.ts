import { resolve } from 'node:path';
import type { Command } from 'commander';
import { releasesAnswer, stagedAnswer } from '../../../shared/protocol/clients.ts';
import { shown, withApi } from '../session.ts';
import { releaseLines, stagedLines } from '../text/client-text.ts';

export function addReleaseCommands(program: Command): void {
  const release = program
    .command('release')
    .description('what is rolled out: staged trees and their manifests')
    .addHelpText('after', '\nExample:\n  servpack release stage examples/release/release.yaml');

  release
    .command('stage <file>')
    .description(
      "run the upgrade command of a release file on the orchestrator's machine, read the manifest, and start the campaigns that wait for it",
    )
    .addHelpText('after', '\nExample:\n  servpack release stage examples/release/release.yaml')
    .action(async (file: string, _options: unknown, command: Command) => {
      // The orchestrator has a working folder of its own.
      const path = resolve(file);
      await withApi(command, async (api) =>
        shown(await api.post(stagedAnswer, '/v1/releases', { path }), stagedLines),
      );
    });

  release
    .command('list')
    .description('the releases that are staged')
    .addHelpText('after', '\nExample:\n  servpack release list --json')
    .action(async (_options: unknown, command: Command) => {
      await withApi(command, async (api) =>
        shown(await api.get(releasesAnswer, '/v1/releases'), releaseLines),
      );
    });
}
