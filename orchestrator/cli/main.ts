import { exitCodes } from './exit-codes.ts';
import { endForBrokenOutput, endForFault } from './last-words.ts';
import { runCommandLine } from './program.ts';

const args = process.argv.slice(2);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has read enough closes the pipe (`servpack fleet list | head`): no fault.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok.code);
  endForBrokenOutput(error);
});
// stderr is closed, so only the exit code reports the failure.
process.stderr.on('error', () => undefined);
process.on('uncaughtException', (thrown) => endForFault(thrown, args));

await runCommandLine(args);
