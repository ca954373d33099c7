import { resolve } from 'node:path';
import type { Command } from 'commander';
import { shown, withApi } from '../client/session.ts';
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
    .option('--override', 'stage also what was withdrawn')
    .addHelpText('after', '\nExample:\n  servpack release stage examples/release/release.yaml')
    .action(async (file: string, { override = false }: { override?: boolean }, command: Command) => {
      // The orchestrator has a working folder of its own.
      const path = resolve(file);
      await withApi(command, async (api) =>
        shown(await api.post(stagedAnswer, '/v1/releases', { path, override }), stagedLines),
      );
    });

  release
    .command('withdraw <release>')
    .description(
      'start nothing with a release any more, until it is staged again; refused while it is rolled out',
    )
    .requiredOption('--reason <text>', 'why, for everyone who would start it')
    .addHelpText(
      'after',
      '\nExample:\n  servpack release withdraw sms-1.2-sp4 --reason "restarts do not come back"',
    )
    .action(async (name: string, { reason }: { reason: string }, command: Command) => {
      const path = `/v1/releases/${segment(name)}/withdraw`;
      await withApi(command, async (api) =>
        shown(await api.post(withdrawnAnswer, path, { reason }), (_view, { waiting }) => [
          safe(`release ${name} is withdrawn: nothing is started with it until it is staged again`),
          ...(waiting.length === 0 ? [] : [safe(`campaigns that wait for that: ${waiting.join(', ')}`)]),
        ]),
      );
    });

  release
    .command('servers <release>')
    .description(
      'how the copy on each logon server stands that a campaign needs, and how many clients wait for it',
    )
    .addHelpText('after', '\nExample:\n  servpack release servers sms-1.2-sp4')
    .action(async (name: string, _options: unknown, command: Command) => {
      const path = `/v1/releases/${segment(name)}/servers`;
      await withApi(command, async (api) => shown(await api.get(releaseServersAnswer, path), serverLines));
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
