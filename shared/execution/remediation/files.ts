import type { SwapPreImage, SwappedFile } from '../../domain/observation/observation.ts';
import { ok } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayResult } from '../gateway.ts';
import { failed } from './service-control.ts';

/**
 * Changes of single files, by their hash: a file that has the wanted content already is left alone,
 * and every change is proved by reading again. So each change may be made again after it was cut
 * off.
 */

/** The SHA-256 of a file on the client; null = the file is missing. */
export const hashFile = (
  { gateway, change }: StepContext,
  path: string,
): Promise<GatewayResult<string | null>> => gateway.hashFile(change.target, path, change.signal);

/**
 * Copies a file on the client, unless its content is at `to` already.
 * @param sha256 what must be at `to` afterwards
 */
export const copyVerified = (
  context: StepContext,
  from: string,
  to: string,
  sha256: string,
): Promise<GatewayResult<void>> =>
  putVerified(context, to, sha256, () => context.gateway.copyFile(context.change, from, to));

/** Puts a file there with `put`, unless its content is there already. */
export async function putVerified(
  context: StepContext,
  to: string,
  sha256: string,
  put: () => Promise<GatewayResult<void>>,
): Promise<GatewayResult<void>> {
  const before = await hashFile(context, to);
  if (!before.ok) return before;
  if (before.value === sha256) return ok(undefined);
  const done = await put();
  if (!done.ok) return done;
  const after = await hashFile(context, to);
  if (!after.ok) return after;
  return after.value === sha256 ? ok(undefined) : failed(`the copy at ${to} is not the same file`);
}

/**
 * Removes a file that servpack has put there. A file with other content is left alone.
 * @param ours the SHA-256 of what servpack may have put there
 */
export async function removeOurs(
  context: StepContext,
  path: string,
  ...ours: readonly string[]
): Promise<GatewayResult<void>> {
  const found = await hashFile(context, path);
  if (!found.ok) return found;
  return found.value !== null && ours.includes(found.value)
    ? context.gateway.removeFile(context.change, path)
    : ok(undefined);
}

/** Makes one change after the other. Ends with the first failure, and returns it. */
export async function each<T>(
  items: readonly T[],
  make: (item: T) => Promise<GatewayResult<void>>,
): Promise<GatewayResult<void>> {
  for (const item of items) {
    const made = await make(item);
    if (!made.ok) return made;
  }
  return ok(undefined);
}

/**
 * Has a file that is in use replaced at the next start of the client.
 *
 * Windows renames within one volume, and a renamed file keeps its rights. So the new file waits
 * beside the old one, where it inherits the same rights, and not in the protected staging folder.
 */
export async function queueRename(
  context: StepContext,
  { directory, staging }: SwapPreImage,
  { name, after }: SwappedFile,
): Promise<GatewayResult<void>> {
  const to = `${directory}\\${name}`;
  const waiting = waitingPath(to);
  const present = await hashFile(context, to);
  if (!present.ok) return present;
  if (present.value === after) return ok(undefined);
  const copied = await copyVerified(context, `${staging}\\${name}`, waiting, after);
  return copied.ok ? context.gateway.replaceAtRestart(context.change, waiting, to) : copied;
}

/**
 * Takes a queued rename back by removing its file. Windows skips a rename whose file is missing, so
 * the entry that stays in its list does nothing.
 */
export const withdraw = (
  context: StepContext,
  { directory }: SwapPreImage,
  { name, after }: SwappedFile,
): Promise<GatewayResult<void>> => removeOurs(context, waitingPath(`${directory}\\${name}`), after);

/** Where the new content of a file waits for the next start of the client. */
export const waitingPath = (path: string): string => `${path}.servpack`;
