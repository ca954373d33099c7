import { createHash } from 'node:crypto';
import { openHead } from './block.ts';
import { type Opening, openingLine, type Seal } from './file-lines.ts';

/** What the seal of a section must say, computed from its lines. */
export interface SectionHash {
  /** The header and the entries. */
  takeEntry(line: string | Uint8Array): void;
  takeAttachment(line: string | Uint8Array): void;
  end(): Pick<Seal, 'head' | 'file'>;
}

/**
 * @param previous head of the block before
 * @param before `endHash` of the file up to this section; null = the section is the file's first
 */
export function openSection(opening: Opening, previous: string, before: string | null): SectionHash {
  return opening.audit === 1 ? runningHash(opening, previous, before) : wholeHash(opening, previous, before);
}

function wholeHash(opening: Opening, previous: string, before: string | null): SectionHash {
  const head = openHead(previous);
  if (before === null) head.take(openingLine(opening));
  return { takeEntry: head.take, takeAttachment: head.take, end: () => ({ head: head.end() }) };
}

/** Format 1: the chain covers the entries, and the running hash of the file covers all lines. */
function runningHash(opening: Opening, previous: string, before: string | null): SectionHash {
  const head = openHead(previous);
  const running = createHash('sha256').update(`${before ?? fileOf(opening)}\n`);
  const takeAttachment = (line: string | Uint8Array): void => void running.update(line).update('\n');
  return {
    takeEntry: (line) => {
      head.take(line);
      takeAttachment(line);
    },
    takeAttachment,
    end: () => {
      const sealed = head.end();
      return { head: sealed, file: running.update(sealed).digest('hex') };
    },
  };
}

const fileOf = (opening: Opening): string =>
  (JSON.parse(openingLine(opening)) as { readonly file: string }).file;
