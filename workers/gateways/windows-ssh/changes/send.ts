import type { Fence } from '../../../../shared/store/types.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { endOf } from '../connection/ending.ts';
import type { Part } from '../connection/frame.ts';
import { guarded, newerFence, reached } from './guard.ts';

/**
 * Real time for which a change waits for the command of an earlier driver that still runs on the
 * client.
 */
const busyMs = 10_000;
const askAgainMs = 250;

/**
 * Sends a change under its fence. While the change of another driver runs on the client, the line
 * does nothing, so sending it again repeats nothing. When the other change does not end in time,
 * the result is `unreachable`: nothing was done.
 */
export async function send(shell: ClientShell, fence: Fence, commands: string): Promise<GatewayResult<Part>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  for (const until = Date.now() + busyMs; ; await pause(askAgainMs)) {
    const line = refused(guarded(fence, root.value, commands));
    if (!line.ok) return line;
    const ran = await shell.run(line.value);
    if (!ran.ok) return ran;
    switch (reached(ran.value.stdout, line.value)) {
      case 'fenced':
        return failure('fenced', newerFence(ran.value.stdout, line.value));
      case 'unwritten':
        // Nothing was done, and a way back could do nothing either: the step waits for room.
        return failure(
          'unreachable',
          'the fence cannot be stored on the client: its disk is full or write-protected',
        );
      case 'busy':
        if (Date.now() < until && !shell.signal.aborted) continue;
        return failure(
          'unreachable',
          `the client cannot be locked: the command of another driver is still under way, or its disk is write-protected: ${endOf(ran.value)}`,
        );
      case 'changed': {
        const part = shell.parts(ran.value).get('change');
        return part === undefined || part.exitCode === null
          ? failure('cutOff', `the command broke off: ${endOf(ran.value)}`)
          : ok(part);
      }
    }
  }
}

/**
 * Sends a change that prints `word` when it is done: the exit codes of many commands do not say so.
 */
export async function sendUntilSaid(
  shell: ClientShell,
  fence: Fence,
  commands: string,
  word: string,
): Promise<GatewayResult<void>> {
  const part = await send(shell, fence, commands);
  if (!part.ok) return part;
  return part.value.text.includes(word) ? ok(undefined) : failure('failed', wordsOf(part.value));
}

/** The exit code and the output of a command, as the message of a failure. */
export const wordsOf = ({ text, exitCode }: Part): string =>
  `error ${exitCode ?? 'unknown'}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 300) || 'nothing was said'}`;
