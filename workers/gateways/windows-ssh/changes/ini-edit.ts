import { hasHash } from './hash-said.ts';
import { hasRawBytes } from '../connection/code-page.ts';
import { quotePath } from '../connection/quote.ts';

export interface IniEdit {
  readonly file: string;
  /** The path of the changed copy. */
  readonly copy: string;
  /** The whole text as it was read. */
  readonly before: string;
  /** The whole text that the copy must have. */
  readonly after: string;
  /** SHA-256 of `after` in bytes, lower-case hex. */
  readonly sha256: string;
}

/**
 * Commands that copy a file with one line changed. They succeed only when the copy has the expected
 * hash: so neither cmd.exe nor another program has changed anything else meanwhile.
 * @returns null when more than one line changes, or cmd.exe cannot copy such a file line by line
 */
export function editOnClient({ file, copy, before, after, sha256 }: IniEdit): string | null {
  const [old, lines] = [before, after].map(linesOf);
  if (old === undefined || lines === undefined || old === null || lines === null) return null;
  if (old.length !== lines.length) return null;
  const changed = lines.flatMap((line, at) => (line === old[at] ? [] : [{ line, number: at + 1 }]));
  const [one] = changed;
  if (one === undefined || changed.length > 1 || !/^[\w.-]+ ?= ?[\w.-]+$/.test(one.line)) return null;
  const [quoted, target] = [quotePath(file), quotePath(copy)];
  if (!quoted.ok || !target.ok || file.includes("'")) return null;
  // findstr numbers every line, because `for` skips empty lines. `echo(` would be safer than
  // `echo.`, but Wine's cmd.exe takes its parenthesis for the beginning of a block.
  const numbered = `for /f "tokens=1* delims=:" %a in ('findstr /n /r "^" ${quoted.value}')`;
  const copied = `(>${target.value} (${numbered} do @(if %a==${one.number} (echo ${one.line}) else (echo.%b))))`;
  return `(${copied}& ${hasHash(target.value, sha256)})`;
}

/**
 * The lines of a text; null for a text that is not printable ASCII with a line end after every
 * line. Null also for a line that begins with a colon, which ends the number of the line, or holds
 * characters with a meaning for `echo` or cmd.exe.
 */
function linesOf(text: string): readonly string[] | null {
  if (!/^(?:[\x20-\x7e]*\r\n)+$/.test(text) || hasRawBytes(text)) return null;
  const lines = text.slice(0, -2).split('\r\n');
  return lines.some((line) => line.startsWith(':') || /[!%^]|\/\?/.test(line)) ? null : lines;
}
