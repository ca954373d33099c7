/**
 * Which names are in a block, in two bytes for each (a Bloom filter). A name that is not in it is
 * still found in one block of about 1,000.
 */

const bitsPerName = 16;
const bitsOfOne = 6;

/** FNV-1a, 32 bits. */
export function hashOf(name: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** @param hashes of the names, each by `hashOf` */
export function filterOf(hashes: ReadonlySet<number>): Uint8Array {
  const filter = new Uint8Array(Math.max(1, Math.ceil((hashes.size * bitsPerName) / 8)));
  for (const hash of hashes)
    for (let at = 0; at < bitsOfOne; at += 1) {
      const bit = bitOf(filter, hash, at);
      filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  return filter;
}

/** @param filter null = nothing is known, so any name may be in the block */
export function mayHave(filter: Uint8Array | null, hash: number): boolean {
  if (filter === null) return true;
  for (let at = 0; at < bitsOfOne; at += 1) {
    const bit = bitOf(filter, hash, at);
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

function bitOf({ length }: Uint8Array, hash: number, at: number): number {
  const step = (Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) | 1) >>> 0;
  return (hash + at * step) % (length * 8);
}
