import { ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { failed, type Runner } from './service-control.ts';

/** Making one file so, by its hash: what stands there already is left, and what was done is proved by reading again. */

export const hashFile = ({ gateway, change }: Runner, path: string): Promise<GatewayResult<string | null>> =>
  gateway.hashFile(change.target, path, change.signal);

/** Copies a file on the client unless its content stands there already. @param sha256 what must stand at `to` afterwards */
export const copyVerified = (
  runner: Runner,
  from: string,
  to: string,
  sha256: string,
): Promise<GatewayResult<void>> =>
  putVerified(runner, to, sha256, () => runner.gateway.copyFile(runner.change, from, to));

/** Puts a file there by `put`, unless it stands there. */
export async function putVerified(
  runner: Runner,
  to: string,
  sha256: string,
  put: () => Promise<GatewayResult<void>>,
): Promise<GatewayResult<void>> {
  const there = await hashFile(runner, to);
  if (!there.ok) return there;
  if (there.value === sha256) return ok(undefined);
  const done = await put();
  if (!done.ok) return done;
  const check = await hashFile(runner, to);
  if (!check.ok) return check;
  return check.value === sha256 ? ok(undefined) : failed(`the copy at ${to} is not the same file`);
}

/** Takes away our copy, and nothing that someone else has put there. */
export async function removeOurs(
  runner: Runner,
  path: string,
  ...ours: readonly string[]
): Promise<GatewayResult<void>> {
  const there = await hashFile(runner, path);
  if (!there.ok) return there;
  return there.value !== null && ours.includes(there.value)
    ? runner.gateway.removeFile(runner.change, path)
    : ok(undefined);
}

/** One after the other; the first one that is not so is the answer. */
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
