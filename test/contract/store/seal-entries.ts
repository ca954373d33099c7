import { draftBlock, openHead, sealedAs } from '../../../orchestrator/audit/format/block.ts';
import type { KeptEntry, SealedHead } from '../../../shared/store/seal-store.ts';
import { servpackVersion } from '../../../shared/version.ts';

/** The head of a block of these entries, as a sealer without attachments makes it. */
export function headOf(
  before: SealedHead | null,
  entries: readonly KeptEntry[],
  isWritten = true,
): SealedHead {
  const draft = draftBlock(before, isWritten, entries, {
    shard: 0,
    servpack: servpackVersion,
    campaigns: {},
  });
  const hash = openHead(draft.header.previous);
  for (const line of draft.lines) hash.take(line);
  return sealedAs(draft, hash.end());
}
