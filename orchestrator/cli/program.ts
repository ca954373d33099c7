import { Command, CommanderError, Help, type Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAuditCommands } from './commands/audit.ts';
import { addBlockersCommand } from './commands/blockers.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addCertifyCommand } from './commands/certify.ts';
import { addClientCommands } from './commands/client.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addContextCommands } from './commands/context.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEvidenceCommands } from './commands/evidence.ts';
import { addFleetCommands } from './commands/fleet.ts';
import { addServerCommands } from './commands/server.ts';
import { addHaltCommands } from './commands/halt.ts';
import { addHelpCommand, addManCommand } from './commands/help.ts';
import { addLookCommand } from './commands/look.ts';
import { addNotifyCommands } from './commands/notify.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addRebuildCommand } from './commands/rebuild.ts';
import { refuseMissingReasons } from './commands/reason-option.ts';
import { addReleaseCommands } from './commands/release.ts';
import { addScheduleCommands } from './commands/schedule.ts';
import { addSessionCommands } from './commands/session.ts';
import { addSurveyCommands } from './commands/survey.ts';
import { addTokenCommands } from './commands/token.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';
import { suggestHarmless } from './suggest.ts';
import { fault } from '../../shared/errors.ts';
import { showTrace, unexpected } from './last-words.ts';
import { showRefusal } from './client/session.ts';
import { viewOf } from './render/view.ts';
import { folded } from './render/wrap.ts';
import { defaultDataDir, defaultUrl } from './client/target.ts';

const environmentHelp = [
  'Environment:',
  '  SERVPACK_CONTEXT  same as --context',
  '  SERVPACK_URL      same as --url',
  '  SERVPACK_DATA     same as --data',
  '  SERVPACK_CA       same as --ca',
  '  SERVPACK_CERT     same as --cert',
  '  SERVPACK_KEY      same as --key',
  '  SERVPACK_TOKEN    the token itself; --token-file overrides it',
].join('\n');

/**
 * Builds the command line. Every command is a thin client of the HTTP API, except the commands
 * that run servpack itself.
 */
export function buildProgram(): Command {
  const program = new Command('servpack')
    .configureOutput({
      writeOut: (text) => writeFolded(process.stdout, text),
      writeErr: (text) => writeFolded(process.stderr, text),
    })
    .description(
      'Installs a service pack on a fleet of Windows clients, also where programs or services that are in use block it.',
    )
    .version(packageJson.version)
    .option('--json', 'print one JSON document instead of text, also for a refusal')
    .option('--context <name>', 'reach the orchestrator of this context; see servpack context')
    .option(
      '--url <url>',
      `address of the orchestrator (default: the one that last used the data folder, else ${defaultUrl})`,
    )
    .option('--data <folder>', `data folder (default: ${defaultDataDir})`)
    .option('--token-file <file>', 'file with the API token (default: token in the data folder)')
    .option('--ca <file>', 'certificates of authorities to trust besides those of the system, as PEM')
    .option('--cert <file>', 'certificate that proves who you are, as PEM; then no token is sent')
    .option('--key <file>', 'the key of this certificate, as PEM')
    .exitOverride()
    .showHelpAfterError('(--help shows the usage)')
    .addHelpText(
      'after',
      `\n${environmentHelp}\n\n${exitCodesHelp}\n\nWords of the screen: servpack help words\n\nExample:\n  servpack campaign watch sms-sp4`,
    );
  addProcessCommands(program);
  addFleetCommands(program);
  addLookCommand(program);
  addSurveyCommands(program);
  addReleaseCommands(program);
  addCampaignCommands(program);
  addScheduleCommands(program);
  addClientCommands(program);
  addHaltCommands(program);
  addServerCommands(program);
  addBlockersCommand(program);
  addNotifyCommands(program);
  addAuditCommands(program);
  addEvidenceCommands(program);
  addTokenCommands(program);
  addSessionCommands(program);
  addContextCommands(program);
  addCompletionCommands(program);
  addDoctorCommand(program);
  addCertifyCommand(program);
  addRebuildCommand(program);
  addHelpCommand(program);
  addManCommand(program);
  inheritSettings(program);
  refuseMissingReasons(program);
  return program;
}

/** A terminal gets no line of a help or a fault that is wider than it is. */
function writeFolded(stream: NodeJS.WriteStream, text: string): void {
  stream.write(folded(viewOf(stream), text.split('\n')).join('\n'));
}

/** A description that has less room beside its option or command goes on below it. */
const leastBeside = 24;

/**
 * Shows the global options in the help of each command too, and suggests only harmless names.
 * Commander copies settings only to commands that are added later.
 */
function inheritSettings(command: Command): void {
  command.configureHelp({
    showGlobalOptions: true,
    optionDescription,
    ...(process.stdout.isTTY === true ? { minWidthToWrap: leastBeside } : {}),
  });
  suggestHarmless(command);
  for (const child of command.commands) inheritSettings(child);
}

/** An option that is repeated begins with an empty list, which says nothing to a person. */
const optionDescription = (option: Option): string =>
  Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option);

/** Runs one command line and sets `process.exitCode`. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const isJson = args.includes('--json');
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) {
      showRefusal(unexpected(thrown), isJson);
      showTrace(thrown, args);
    } else if (thrown.exitCode !== 0) {
      // Commander has explained the fault on stderr. A script that reads JSON still needs its
      // document.
      if (isJson) showRefusal(fault('input.usage', thrown.message), true);
      process.exitCode = exitCodes.usage.code;
    }
  }
}
