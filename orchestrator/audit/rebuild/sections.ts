import { createReadStream } from 'node:fs';
import { kindOf, type LineKind } from '../format/file-lines.ts';
import { splitLines } from '../format/split-lines.ts';
import type { FileVerdict } from '../format/verify-file.ts';

/**
 * A line of a whole section. `place` is the same whenever the same files are read in the same
 * order.
 */
export interface PlacedLine {
  readonly place: number;
  readonly kind: LineKind;
  readonly line: Buffer;
}

/** Files by the block that each begins with: what was written later comes later. */
export const inTheirOrder = (files: readonly FileVerdict[]): readonly FileVerdict[] =>
  files.toSorted((a, b) => (a.blocks[0]?.block ?? 0) - (b.blocks[0]?.block ?? 0));

/** Every line of every whole section; what a crash broke off is left out. */
export async function* wholeLines(files: readonly FileVerdict[]): AsyncGenerator<PlacedLine> {
  let place = 0;
  for (const { file, whole } of files) {
    const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 });
    for await (const { line, end } of splitLines(chunks)) {
      if (end > whole.end) break;
      const kind = kindOf(line);
      place += 1;
      if (kind !== null) yield { place, kind, line };
    }
  }
}
