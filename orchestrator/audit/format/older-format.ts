import type { FileVerdict } from './verify-file.ts';

/**
 * What files of format 1 do not prove: one note for each file whose attachments anybody can change
 * who computes the running hashes again. A later file that names the end of such a file seals it,
 * and with it every file before.
 */
export function unsealedNotes(files: readonly FileVerdict[]): readonly string[] {
  const named = new Set(
    files.flatMap(({ opening }) => (opening === null || opening.audit === 1 ? [] : (opening.follows ?? []))),
  );
  for (let size = -1; size !== named.size;) {
    size = named.size;
    for (const { opening, whole } of files)
      if (opening !== null && opening.follows !== null && named.has(whole.hash)) named.add(opening.follows);
  }
  return files
    .filter(({ opening, blocks }) => opening?.audit === 1 && blocks.length > 0)
    .filter(({ whole }) => !named.has(whole.hash))
    .map(
      ({ file, blocks }) =>
        `${file} has format 1: the entries of ` +
        `${words(blocks[0]?.block ?? 0, blocks.at(-1)?.block ?? 0)} are sealed; records, campaigns, fleet, ` +
        'releases and tokens beside them are guarded against a bad disk, not against a person',
    );
}

const words = (first: number, last: number): string =>
  first === last ? `block ${first}` : `blocks ${first} to ${last}`;
