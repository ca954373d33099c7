import { err, ok } from '../shared/errors.ts';
import type { Change, Gateway, GatewayResult } from './gateways/gateway.ts';

/** `\\server\share` of every network path that a command line names, each once. */
export function sharesIn(commandLine: string): readonly string[] {
  const found = commandLine.matchAll(/(?<![\w\\])\\\\[^\\/\s"<>|&^()]+\\[^\\/\s"<>|&^()]+/g);
  return [...new Set([...found].map(([share]) => share))];
}

/**
 * The preflight of a command that reads a share: may the login that runs it? A login with a key has no rights on the network, so the command would
 * fail with a message that says something else, or with none.
 * @param commandLine null = nothing is run
 */
export async function canReach(
  gateway: Pick<Gateway, 'canReadShare'>,
  { target, signal }: Change,
  commandLine: string | null,
): Promise<GatewayResult<void>> {
  for (const share of sharesIn(commandLine ?? '')) {
    const can = await gateway.canReadShare(target, share, signal);
    if (!can.ok) return can;
    if (!can.value) return err({ kind: 'failed', message: `this login can not read ${share}: ${because}` });
  }
  return ok(undefined);
}

const because =
  "a login with a key has no rights on the network; log in with a password, let the user's own logon read it, or have servpack bring the files (docs/windows.md)";
