import type { Fence } from '../../../../shared/store/types.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../gateway.ts';
import { type ClientShell, endOf, failure, refused } from '../connection/client.ts';
import type { Part } from '../connection/frame.ts';
import { guarded, newerFence, reached } from './guard.ts';

/** Real time for which a change waits for another driver's, which was let go of and goes on on the client. */
const busyMs = 10_000;
const askAgainMs = 250;

/**
 * Sends a change under its fence. As long as another driver's change is under way on the client nothing is done, so asking again is no repetition; when it does
 * not end the client counts as unreachable, for it could not be reached with this.
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
        return failure('failed', 'the client can not write down whose turn it is');
      case 'busy':
        if (Date.now() < until && !shell.signal.aborted) continue;
        return failure(
          'unreachable',
          `another command is still under way on the client: ${endOf(ran.value)}`,
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

/** A change that says in its own words that it was done, because the exit codes of many commands do not. */
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

export const wordsOf = ({ text, exitCode }: Part): string =>
  `error ${exitCode ?? 'unknown'}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 300) || 'nothing was said'}`;
