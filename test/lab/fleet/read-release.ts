import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf, type FileContent } from '../../../orchestrator/simulation/machines/disk.ts';
import { type StagedRelease, stagedRelease } from '../../../orchestrator/simulation/machines/logon-server.ts';
import { versionFile } from '../../../orchestrator/simulation/machines/sms.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';

/** The folder of a staged tree with the components of Intel clients, English. */
export const defaultComponents = 'X86.BIN/00000409';

/** Reads the component files of a staged tree; sizes and hashes come from the files themselves. */
export function readStagedRelease(directory: string, components: string): Result<StagedRelease> {
  const folder = join(directory, components);
  if (!existsSync(folder)) return err(fault('noRelease', `no component files: there is no folder ${folder}`));
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  if (names.length === 0) return err(fault('noRelease', `no component files: the folder ${folder} is empty`));
  return ok(stagedRelease(new Map(names.map((name) => [name, readContent(join(folder, name), name)]))));
}

const readContent = (path: string, name: string): FileContent =>
  name.toUpperCase() === versionFile
    ? contentOf(readFileSync(path), readFileSync(path, 'utf8'))
    : contentOf(readFileSync(path));
