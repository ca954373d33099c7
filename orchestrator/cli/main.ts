import { exitCodes } from './exit-codes.ts';
import { runCommandLine } from './program.ts';

// A reader that has read enough closes the pipe (`servpack fleet list | head`): no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok.code);
  throw error;
});

await runCommandLine(process.argv.slice(2));
