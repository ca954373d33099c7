import { childEnvironment } from '../../child-environment.ts';
import { programIn, whyNotAllowed } from '../../hooks/allowed-program.ts';
import { ending } from '../../releases/upgrade-command.ts';
import { UpgradeOutput } from '../../releases/upgrade-output.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { NoticeDocument } from '../../views/notice-document.ts';
import { failed, type Sent } from '../post.ts';
import type { CommandDestination } from '../settings.ts';
import type { SendContext } from './send-context.ts';

/**
 * Runs a program of the folder of hooks with the message as JSON on its standard input. Exit code
 * 0 means that it has the message; after any other end it is run again later.
 */
export async function sendCommand(
  { hooks: folder }: SendContext,
  { run, timeoutMs }: CommandDestination,
  document: NoticeDocument,
): Promise<Sent> {
  const [program = '', ...args] = run;
  const why = whyNotAllowed(folder, program);
  if (folder === null || why !== null) return failed(why ?? 'no program may run');
  const output = new UpgradeOutput();
  const ended = await ending(
    programIn(folder, program),
    args,
    {
      command: run,
      cwd: folder,
      env: childEnvironment(process.env),
      input: `${JSON.stringify(document)}\n`,
      timeoutMs,
    },
    output,
  );
  if (ended.kind === 'notStarted') return failed(`${program} cannot be started: ${reasonOf(ended.thrown)}`);
  if (ended.kind === 'timedOut') return failed(`${program} did not end within ${timeoutMs / 1_000} s`);
  if (ended.killedBy !== null) return failed(`${program} was killed: ${ended.killedBy}`);
  // What the program prints is its own affair, and may hold a secret of its own.
  const because = `${program} ended with exit code ${ended.exitCode}`;
  return ended.exitCode === 0 ? { kind: 'delivered', because } : failed(because);
}
