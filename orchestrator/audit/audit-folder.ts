import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { type Archive, openArchive } from './archive.ts';

/**
 * The audit files of an orchestrator.
 * @returns fault `audit.folder` when the folder cannot be made
 */
export function openAuditFolder({ dataDir, prefix }: Config, shards: number): Result<Archive> {
  const folder = join(dataDir, 'audit');
  try {
    return ok(openArchive({ folder, prefix, shards }));
  } catch (error) {
    return err(fault('audit.folder', `the audit cannot be kept in ${folder}: ${reasonOf(error)}`, error));
  }
}
