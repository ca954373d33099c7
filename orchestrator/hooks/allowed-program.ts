import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { hookMoments } from '../../shared/domain/campaign/hooks.ts';
import { reasonOf } from '../../shared/reason-of.ts';

/**
 * A person who may create a campaign must not run any program as the orchestrator's user: only a
 * file of a folder that the setting SERVPACK_HOOKS names, which no other user may write.
 * @returns why the program may not run; null = it may
 */
export function whyNotAllowed(folder: string | null, program: string): string | null {
  if (folder === null) return 'hooks run only from the folder that SERVPACK_HOOKS names, and it is not set';
  const path = join(folder, program);
  try {
    if (isWritableByOthers(folder)) return `${folder} may be written by every user`;
    if (!lstatSync(path).isFile()) return `${path} is not a file`;
    if (isWritableByOthers(path)) return `${path} may be written by every user`;
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return `${path} cannot be run: ${reasonOf(error)}`;
  }
}

const isWritableByOthers = (path: string): boolean => (statSync(path).mode & 0o002) !== 0;

/** The path of a program of the folder. */
export const programIn = (folder: string, program: string): string => resolve(folder, program);

/** Why a campaign of this definition may not run its hooks; null = it may. */
export function whyHooksRefused(folder: string | null, definition: CampaignDefinition): string | null {
  for (const moment of hookMoments) {
    const command = definition.hooks?.[moment];
    const why = command === undefined ? null : whyNotAllowed(folder, command.run[0] ?? '');
    if (why !== null) return `hooks.${moment}: ${why}`;
  }
  return null;
}
