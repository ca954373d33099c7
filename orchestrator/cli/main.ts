import { exitCodes } from './exit-codes.ts';
import { runCommandLine } from './program.ts';

// The reader has read enough (`servpack fleet list | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok.code);
  throw error;
});

await runCommandLine(process.argv.slice(2));
