import { CommanderError } from 'commander';
import { fault, messageOf } from '../../shared/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import { showRefusal } from './client/session.ts';

/** Runs one command line to its end; how it ended stands in `process.exitCode`. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const isJson = args.includes('--json');
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) {
      showRefusal(fault('internal', `this should not have happened: ${messageOf(thrown)}`, thrown), isJson);
    } else if (thrown.exitCode !== 0) {
      // Commander has explained it on stderr; a script that reads JSON gets its document all the same.
      if (isJson) showRefusal(fault('input.usage', thrown.message), true);
      process.exitCode = exitCodes.usage.code;
    }
  }
}
