import { CommanderError } from 'commander';
import { fault, messageOf } from '../../shared/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import { showRefusal } from './session.ts';

// Whoever reads us has read enough (`servpack fleet list | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok.code);
  throw error;
});

const isJson = process.argv.includes('--json');
try {
  await buildProgram().parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) {
    showRefusal(fault('internal', `this should not have happened: ${messageOf(thrown)}`, thrown), isJson);
  } else if (thrown.exitCode !== 0) {
    // Commander has explained it on stderr; a script that reads JSON gets its document all the same.
    if (isJson) showRefusal(fault('input.usage', thrown.message), true);
    process.exitCode = exitCodes.usage.code;
  }
}
