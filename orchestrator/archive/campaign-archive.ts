import { readdirSync } from 'node:fs';
import { makeFolder } from '../make-folder.ts';
import { join, resolve } from 'node:path';
import { type ArchivedClient, type ArchiveHead, readArchiveHead, writeArchiveFile } from './archive-file.ts';

/** The archived campaigns in one data folder. Another orchestrator has a folder of its own. */
export interface CampaignArchive {
  /**
   * Writes a campaign, in place of what an earlier try for the same life of the name wrote.
   * @returns the path of its file, which is whole and on the disk
   */
  write(head: ArchiveHead, clients: AsyncIterable<ArchivedClient>): Promise<string>;
  /** Heads and paths of all files, the newest first. Leaves out what is no archive file. */
  list(): Promise<readonly ArchivedFile[]>;
}

export interface ArchivedFile {
  readonly path: string;
  readonly head: ArchiveHead;
}

/** @param folder is made when the first campaign is archived */
export function openCampaignArchive(folder: string): CampaignArchive {
  return {
    write: async (head, clients) => {
      makeFolder(folder, 0o700);
      const { definition, life = 0 } = head.campaign;
      // Names hold no dot, so the files of two names cannot be mistaken for each other.
      const path = join(resolve(folder), `${definition.campaign}.${life}.jsonl`);
      await writeArchiveFile(path, head, clients);
      return path;
    },
    list: async () => {
      const found: ArchivedFile[] = [];
      for (const name of namesIn(folder)) {
        const path = join(resolve(folder), name);
        const head = await readArchiveHead(path);
        if (head !== null) found.push({ path, head });
      }
      return found.sort((a, b) => b.head.at - a.head.at || (a.path < b.path ? 1 : -1));
    },
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
