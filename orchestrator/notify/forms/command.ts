import { childEnvironment } from '../../child-environment.ts';
import { programIn, whyNotAllowed } from '../../hooks/allowed-program.ts';
import { ending } from '../../releases/upgrade-command.ts';
import { UpgradeOutput } from '../../releases/upgrade-output.ts';
import { withoutCredentials } from '../../../shared/log.ts';
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
  const errors = new UpgradeOutput();
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
    new UpgradeOutput(),
    errors,
  );
  if (ended.kind === 'notStarted') return failed(`${program} cannot be started: ${reasonOf(ended.thrown)}`);
  if (ended.kind === 'timedOut') return failed(`${program} did not end within ${timeoutMs / 1_000} s`);
  if (ended.killedBy !== null) return failed(`${program} was killed: ${ended.killedBy}`);
  const because = `${program} ended with exit code ${ended.exitCode}`;
  if (ended.exitCode === 0) return { kind: 'delivered', because };
  // It may hold a secret that nobody can recognize, so it is not part of what Redis keeps.
  const printed = withoutSecrets(errors.lastLine());
  return { kind: 'failed', because, ...(printed === '' ? {} : { printed }) };
}

/** Values that stand behind the usual names of secrets, and logins in URLs, are blotted out. */
const withoutSecrets = (line: string): string =>
  withoutCredentials(line)
    .replace(/whsec_\S+/gu, '[redacted]')
    .replace(/(?<name>\b(?:bearer|basic)\s+)\S+/giu, '$<name>[redacted]')
    .replace(
      /(?<name>(?:password|passwd|secret|token|key|authorization)["']?(?:\s*[:=]\s*)["']?)(?!(?:bearer|basic)\s)[^\s"']+/giu,
      '$<name>[redacted]',
    )
    .replace(/(?<name>--[\w-]*(?:password|secret|token|key)\s+)\S+/giu, '$<name>[redacted]');
