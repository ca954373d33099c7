import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import { byServer, type CopiesStore, manifestOf } from '../../shared/store/copies-store.ts';
import { isDeposed } from './leader.ts';
import type { CampaignTable, Tables } from './tables.ts';

export const copiesOf = (tables: Tables): CopiesStore => ({
  readCopies: async (release) => [...(tables.copies.get(release)?.found.values() ?? [])].sort(byServer),
  writeCopies: async (release, manifest, found, forgotten, leader) => {
    const copies = tables.copies.get(release);
    if (isDeposed(tables, leader) || copies?.manifest !== manifest) return false;
    for (const server of forgotten) copies.found.delete(server);
    for (const status of found) copies.found.set(status.logonServer, status);
    return true;
  },
});

/** A release that is staged anew with other files makes everything unknown that was known. */
export function openCopies({ copies, releases }: Tables, name: string): void {
  const release = releases.get(name);
  const manifest = release === undefined ? '' : manifestOf(release);
  if (manifest === '') copies.delete(name);
  else if (copies.get(name)?.manifest !== manifest)
    copies.set(name, { manifest, found: new Map<string, CopyStatus>() });
}

/** Where the release file names no copies, every server has the one tree. */
export function hasVerifiedCopy(tables: Tables, { record }: CampaignTable, server: string): boolean {
  const copies = tables.copies.get(record.campaign.definition.release);
  return copies === undefined || copies.found.get(server)?.state === 'verified';
}
