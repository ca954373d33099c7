import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { attachmentsMark, headOf } from '../../orchestrator/audit/format/section-hash.ts';
import { type Skip, skipsAfter } from '../../orchestrator/audit/format/skips.ts';
import { leafOf, rootOf } from '../../orchestrator/audit/format/tree.ts';

/** What a person can do to a file of the audit who knows its format and may write it. */

export const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

export const writeLines = (path: string, lines: readonly string[]): void =>
  writeFileSync(path, `${lines.join('\n')}\n`);

const parsedLine = (line: string) => JSON.parse(line) as Record<string, unknown>;

/**
 * The lines with every hash computed again that is no head of the chain: the counts of the seals,
 * and in format 1 the running hashes.
 */
export function withFileHashes(lines: readonly string[]): readonly string[] {
  let running =
    typeof parsedLine(lines[0] ?? '')['file'] === 'string'
      ? String(parsedLine(lines[0] ?? '')['file'])
      : null;
  let section: string[] = [];
  return lines.map((line, index) => {
    if (!line.startsWith('{"seal":')) {
      if (index > 0) section.push(line);
      return line;
    }
    const { seal, head } = parsedLine(line);
    const file = running === null ? {} : { file: sha256([running, ...section, String(head)].join('\n')) };
    running = file.file ?? null;
    const count = section.length;
    const sealed = JSON.stringify(
      running === null ? { seal, lines: count, head } : { seal, head, lines: count, ...file },
    );
    section = [];
    return sealed;
  });
}

interface ForgedHeader {
  readonly block: number;
  readonly previous: string;
  readonly skips?: readonly Skip[];
}

/**
 * The lines of a file of format 3, the first of its chain, with every hash computed again, heads
 * included.
 * @param header changes a header once its hashes are right again
 */
export function withHeads(
  lines: readonly string[],
  header: (right: ForgedHeader) => object = (right) => right,
): readonly string[] {
  let opening: string | null = lines[0] ?? '';
  let before: { readonly header: ForgedHeader; readonly head: string } | null = null;
  let section: string[] = [];
  return lines.map((line, index) => {
    if (index === 0) return line;
    if (line.startsWith('{"block":')) {
      const { skips: _wrong, ...read } = parsedLine(line) as unknown as ForgedHeader;
      const skips = skipsAfter(before?.header ?? null);
      const right = { ...read, previous: before?.head ?? read.previous };
      section = [ordered(header(skips.length === 0 ? right : { ...right, skips }), line)];
      return section[0] ?? '';
    }
    if (!line.startsWith('{"seal":')) {
      section.push(line);
      return line;
    }
    const [first = '', ...others] = section;
    const isEntry = (each: string): boolean => each.startsWith('{"entry":');
    const found = parsedLine(first) as unknown as ForgedHeader;
    const head = headOf({
      previous: found.previous,
      opening,
      header: first,
      entries: rootOf(others.filter(isEntry).map(leafOf)),
      attachments: sha256([attachmentsMark, ...others.filter((each) => !isEntry(each)), ''].join('\n')),
    });
    opening = null;
    before = { header: found, head };
    return JSON.stringify({ ...parsedLine(line), head, lines: section.length });
  });
}

/** The header with its keys in the order of the line that it takes the place of. */
function ordered(header: object, before: string): string {
  const [now, was] = [header as Record<string, unknown>, parsedLine(before)];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((key) => key in now);
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, now[key]])));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
