import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

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

/** The lines of a file of format 2 with every hash computed again, heads included. */
export function withHeads(lines: readonly string[]): readonly string[] {
  let before: string | null = null;
  let section: string[] = [];
  return lines.map((line, index) => {
    if (line.startsWith('{"block":') && before !== null)
      section.push(JSON.stringify({ ...parsedLine(line), previous: before }));
    else if (!line.startsWith('{"seal":')) section.push(line);
    if (!line.startsWith('{"seal":')) return index === 0 ? line : (section.at(-1) ?? '');
    const isFirst = before === null;
    const header = section[isFirst ? 1 : 0] ?? '';
    before = sha256([parsedLine(header)['previous'], ...section, ''].join('\n'));
    const sealed = JSON.stringify({
      ...parsedLine(line),
      head: before,
      lines: section.length - (isFirst ? 1 : 0),
    });
    section = [];
    return sealed;
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
