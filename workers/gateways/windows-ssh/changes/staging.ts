import { randomBytes } from 'node:crypto';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { attempt, type ClientShell } from '../connection/client.ts';
import { makeFolder, removeStaged, writeNew } from '../connection/files.ts';
import { guardFolder, stagingFolder } from './guard.ts';

/** The path of a new file in the staging folder, with a random name. */
export const stagedName = (systemRoot: string): string =>
  `${stagingFolder(systemRoot)}\\${randomBytes(8).toString('hex')}`;

/**
 * Writes content into the staging folder under a random name, runs `use`, and removes the file,
 * also one that was written only in part. A staged file changes nothing yet: only a guarded line
 * copies it to its place.
 */
export async function staged<T>(
  shell: ClientShell,
  content: Buffer,
  use: (path: string) => Promise<GatewayResult<T>>,
): Promise<GatewayResult<T>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const path = stagedName(root.value);
  const { connection, signal } = shell;
  try {
    const written = await attempt('the staging folder cannot be written', async () => {
      await makeFolder(connection, guardFolder(root.value), signal);
      await makeFolder(connection, stagingFolder(root.value), signal);
      await writeNew(connection, path, content, signal);
    });
    return written.ok ? await use(path) : written;
  } finally {
    await removeStaged(connection, path);
  }
}
