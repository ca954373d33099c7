import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAuditCommands } from './commands/audit.ts';
import { addBlockersCommand } from './commands/blockers.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addCertifyCommand } from './commands/certify.ts';
import { addClientCommands } from './commands/client.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addFleetCommands } from './commands/fleet.ts';
import { addHaltCommands } from './commands/halt.ts';
import { addLookCommand } from './commands/look.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addRebuildCommand } from './commands/rebuild.ts';
import { addReleaseCommands } from './commands/release.ts';
import { addSurveyCommands } from './commands/survey.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';
import { fault, messageOf } from '../../shared/errors.ts';
import { defaultDataDir, defaultUrl, showRefusal } from './client/session.ts';

const environmentHelp = [
  'Environment:',
  '  SERVPACK_URL    as --url',
  '  SERVPACK_DATA   as --data',
  '  SERVPACK_TOKEN  the token itself; --token-file wins over it',
].join('\n');

/**
 * The command line. Every command is a thin client of the HTTP API, except those that are servpack
 * itself.
 */
export function buildProgram(): Command {
  const program = new Command('servpack')
    .description(
      'Rolls a service pack out over a fleet of Windows clients and gets it past the components that are in use.',
    )
    .version(packageJson.version)
    .option('--json', 'print one JSON document on stdout instead of text, refusals included')
    .option(
      '--url <url>',
      `the orchestrator (default: the one that used the data folder last, else ${defaultUrl})`,
    )
    .option('--data <folder>', `the data folder (default: ${defaultDataDir})`)
    .option('--token-file <file>', 'file with the token of the API (default: token in the data folder)')
    .exitOverride()
    .showHelpAfterError('(--help shows how)')
    .addHelpText(
      'after',
      `\n${environmentHelp}\n\n${exitCodesHelp}\n\nExample:\n  servpack campaign watch sms-sp4`,
    );
  addProcessCommands(program);
  addFleetCommands(program);
  addLookCommand(program);
  addSurveyCommands(program);
  addReleaseCommands(program);
  addCampaignCommands(program);
  addClientCommands(program);
  addHaltCommands(program);
  addBlockersCommand(program);
  addAuditCommands(program);
  addDoctorCommand(program);
  addCertifyCommand(program);
  addRebuildCommand(program);
  inheritSettings(program);
  return program;
}

/**
 * Commands made with `.command()` copy the settings of their parent. This shows the common options
 * in the help of each command too.
 */
function inheritSettings(command: Command): void {
  command.configureHelp({ showGlobalOptions: true });
  for (const child of command.commands) inheritSettings(child);
}

/** Runs one command line to its end; how it ended stands in `process.exitCode`. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const isJson = args.includes('--json');
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) {
      showRefusal(fault('internal', `this should not have happened: ${messageOf(thrown)}`, thrown), isJson);
    } else if (thrown.exitCode !== 0) {
      // Commander has explained the fault on stderr. A script that reads JSON gets its document
      // all the same.
      if (isJson) showRefusal(fault('input.usage', thrown.message), true);
      process.exitCode = exitCodes.usage.code;
    }
  }
}
