import { createHash } from 'node:crypto';
import { openHead } from './block.ts';
import { leafOf, rootOf } from './tree.ts';
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
  switch (opening.audit) {
    case 1:
      return runningHash(opening, previous, before);
    case 2:
      return wholeHash(opening, previous, before);
    case 3:
      return treeHash(opening, previous, before);
  }
}

/** What a head of format 3 is made of. */
export interface HeadParts {
  readonly previous: string;
  /** The opening line of the file, where the block is its first; else null. */
  readonly opening: string | null;
  readonly header: string | Uint8Array;
  /** The root of the tree over the entries. */
  readonly entries: string;
  /** SHA-256 over the attachments. */
  readonly attachments: string;
}

/** The head of a block of format 3. */
export function headOf({ previous, opening, header, entries, attachments }: HeadParts): string {
  const head = openHead(previous);
  if (opening !== null) head.take(opening);
  for (const line of [header, entries, attachments]) head.take(line);
  return head.end();
}

/** The first text of the hash over attachments. */
export const attachmentsMark = 'attachments';

function treeHash(opening: Opening, previous: string, before: string | null): SectionHash {
  const leaves: string[] = [];
  const beside = openHead(attachmentsMark);
  let header: string | Uint8Array | null = null;
  return {
    takeEntry: (line) => {
      if (header === null) header = line;
      else leaves.push(leafOf(line));
    },
    takeAttachment: beside.take,
    end: () => ({
      head: headOf({
        previous,
        opening: before === null ? openingLine(opening) : null,
        header: header ?? '',
        entries: rootOf(leaves),
        attachments: beside.end(),
      }),
    }),
  };
}

/** Format 2: one hash over all lines. */
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
