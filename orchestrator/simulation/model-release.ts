import type { Release } from '../../shared/domain/campaign/definition.ts';
import { type FileContent, textContent } from './machines/disk.ts';
import { type StagedRelease, stagedRelease } from './machines/logon-server.ts';
import { binFiles, pcmExecutable, versionFile } from './machines/sms.ts';

/** A release that machines can be upgraded to, and what servpack knows of it. */
export interface ModelRelease {
  readonly release: Release;
  readonly staged: StagedRelease;
}

/** A service pack of SMS 1.2 with a new content for each component file. */
export function modelRelease(name: string, servicePack = 4): ModelRelease {
  const files = new Map<string, FileContent>(
    binFiles
      .filter((file) => file !== pcmExecutable)
      .map((file) => [file, textContent(`${file} of release ${name}`)]),
  );
  files.set(versionFile, textContent(`Service Pack ${servicePack}\r\n`));
  return {
    staged: stagedRelease(files),
    release: {
      release: name,
      product: 'sms-1.2',
      servicePack,
      files: [...files].map(([file, { size, sha256 }]) => ({ name: file.toLowerCase(), size, sha256 })),
    },
  };
}
