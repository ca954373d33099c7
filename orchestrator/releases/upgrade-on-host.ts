import { fork } from 'node:child_process';
import { join } from 'node:path';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { type UpgradeMessage, upgradeMessage, type UpgradeOrder } from '../../shared/upgrade-protocol.ts';
import { upgradeEnvironment } from '../child-environment.ts';
import { evidenceOf, thenAgain, type UpgradeEvidence } from './upgrade-command.ts';
import { UpgradeOutput } from './upgrade-output.ts';

const upgradeMain = join(import.meta.dirname, '../../workers/upgrade/main.ts');

/** Real time beside the limit of the command after which its process here is ended. */
const besidesMs = 4 * 60_000;

/** The proof that the command ran, and the files of the host that were to be read after it. */
export interface HostEvidence {
  readonly evidence: UpgradeEvidence;
  /** By path; null = not there. */
  readonly texts: Readonly<Record<string, string | null>>;
}

type Ended = Extract<UpgradeMessage, { kind: 'ended' }>;

/**
 * Runs an upgrade command on another host over SSH, in a process that has the gateway, and waits
 * for its end. Faults as those of `runUpgrade`; `upgradeNotStarted` also where the host cannot be
 * reached or shows another host key, `upgradeLost` where the connection broke.
 * @param signal stops the command early
 */
export async function runUpgradeOn(
  order: UpgradeOrder,
  env: Readonly<NodeJS.ProcessEnv>,
  signal?: AbortSignal,
): Promise<Result<HostEvidence>> {
  const answer = await answerOf(order, env, signal);
  if (answer === null) return err(lost(order, 'the process that runs it ended'));
  if (answer.kind === 'fault')
    return err(fault(answer.code, `${answer.message}; nothing is staged; ${thenAgain}`));
  const output = new UpgradeOutput();
  output.add(Buffer.from(answer.output));
  const evidence = evidenceOf(answer.exitCode ?? -1, output);
  if (answer.how === 'exited' && answer.exitCode === 0 && answer.left?.length === 0)
    return ok({ evidence, texts: answer.texts });
  return err(endedBadly(order, answer, output.lastLine(), evidence));
}

/** Null when the process ends without an answer. */
function answerOf(
  order: UpgradeOrder,
  env: Readonly<NodeJS.ProcessEnv>,
  signal?: AbortSignal,
): Promise<UpgradeMessage | null> {
  return new Promise((resolve) => {
    const child = fork(upgradeMain, [JSON.stringify(order)], {
      env: upgradeEnvironment(env),
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let answer: UpgradeMessage | null = null;
    // The process first ends the command on the host, and then answers.
    const stop = (): void => void child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), order.limitMs + besidesMs);
    signal?.addEventListener('abort', stop, { once: true });
    // Only a process that listens already ends the command.
    child.once('spawn', () => (signal?.aborted === true ? stop() : undefined));
    child.on('message', (message) => (answer = upgradeMessage.parse(message)));
    const over = (): void => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', stop);
      resolve(answer);
    };
    child.once('close', over);
    child.once('error', over);
  });
}

const lost = ({ host }: UpgradeOrder, because: string, cause?: unknown): Fault =>
  fault(
    'upgradeLost',
    `how the upgrade command on ${host} ended is not known: ${because}; nothing is staged; ${thenAgain}`,
    cause,
  );

/** The fault of a command that did not end with exit code 0, or whose processes go on. */
function endedBadly(order: UpgradeOrder, ended: Ended, lastLine: string, evidence: UpgradeEvidence): Fault {
  const { command, host, limitMs } = order;
  const who = `the upgrade command ${command[0]} on ${host}`;
  const said = lastLine === '' ? '' : ` (its last words: ${lastLine})`;
  const rest = `${said}${stillThere(ended, host)}; nothing is staged; ${thenAgain}`;
  switch (ended.how) {
    case 'lost':
      return lost(
        order,
        `the connection broke${rest.replace(`; nothing is staged; ${thenAgain}`, '')}`,
        evidence,
      );
    case 'timedOut':
      return fault(
        'upgradeTimedOut',
        `${who} did not end within ${limitMs / 1000} s and was ended with its processes${rest}`,
        evidence,
      );
    case 'stopped':
      return fault('upgradeStopped', `${who} was stopped before its end${rest}`, evidence);
    case 'exited':
      return ended.exitCode === 0
        ? fault('upgradeGoesOn', `${who} ended and left processes that may change the tree${rest}`, evidence)
        : fault('upgradeFailed', `${who} ended with exit code ${ended.exitCode}${rest}`, evidence);
  }
}

const stillThere = ({ left }: Ended, host: string): string => {
  if (left === null) return `; some of its processes may still run on ${host}: end them there`;
  return left.length === 0 ? '' : `; processes ${left.join(', ')} still run on ${host}: end them there`;
};
