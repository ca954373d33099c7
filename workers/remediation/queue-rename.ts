import type { SwapPreImage, SwappedFile } from '../../shared/domain/observation/observation.ts';
import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { copyVerified, hashFile, removeOurs } from './files.ts';
import type { Runner } from './service-control.ts';

/** Files that take their places at the next start of the client, because they are held until then. */

/**
 * Windows renames within one volume, and a file that is renamed keeps the rights that it had: so the new one waits beside the old one, where it
 * inherits the same, and not in the protected staging folder.
 */
export async function queueRename(
  runner: Runner,
  { directory, staging }: SwapPreImage,
  { name, after }: SwappedFile,
): Promise<GatewayResult<void>> {
  const to = `${directory}\\${name}`;
  const waits = waitingPath(to);
  const there = await hashFile(runner, to);
  if (!there.ok) return there;
  if (there.value === after) return ok(undefined);
  const brought = await copyVerified(runner, `${staging}\\${name}`, waits, after);
  return brought.ok ? runner.gateway.replaceAtRestart(runner.change, waits, to) : brought;
}

/** Windows goes on past a rename whose file is gone, so what stands in its list afterwards does nothing. */
export const withdraw = (
  runner: Runner,
  { directory }: SwapPreImage,
  { name, after }: SwappedFile,
): Promise<GatewayResult<void>> => removeOurs(runner, waitingPath(`${directory}\\${name}`), after);

/** Where a file waits for the next start of the client. */
export const waitingPath = (path: string): string => `${path}.servpack`;
