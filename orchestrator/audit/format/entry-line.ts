import type { KeptEntry } from '../../../shared/store/seal-store.ts';

/**
 * An entry as a line of the file, without its line end. Null fields are left out, and so is the
 * servpack version where it is the one that the block names.
 */
export function entryLine(entry: KeptEntry, sealedBy: string): string {
  const { id, at, campaign, client, version, who, from, to, because, evidence, beside, servpack } = entry;
  // JSON leaves out what is undefined, and one literal costs less than one that is put together.
  return JSON.stringify({
    entry: id,
    at,
    campaign: campaign === '' ? undefined : campaign,
    client: client ?? undefined,
    version: version ?? undefined,
    who,
    from,
    to,
    because,
    evidence: evidence ?? undefined,
    beside: beside.length === 0 ? undefined : beside,
    servpack: servpack === sealedBy ? undefined : servpack,
  });
}

type Written = Partial<Omit<KeptEntry, 'id'>> & { readonly entry?: string };

/** The entry of a line that `entryLine` made. Throws on anything else. */
export function entryOf(line: string, sealedBy: string): KeptEntry {
  const read = JSON.parse(line) as Written;
  if (read.entry === undefined || read.at === undefined) throw new Error('is no entry');
  return {
    id: read.entry,
    at: read.at,
    campaign: read.campaign ?? '',
    client: read.client ?? null,
    version: read.version ?? null,
    who: read.who ?? '',
    from: read.from ?? '',
    to: read.to ?? '',
    because: read.because ?? '',
    evidence: read.evidence ?? null,
    beside: read.beside ?? [],
    servpack: read.servpack ?? sealedBy,
  };
}
