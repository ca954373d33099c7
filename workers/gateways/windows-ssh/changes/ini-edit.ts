import { quotePath } from '../connection/quote.ts';

export interface IniEdit {
  /** The file, and beside whom its changed copy is made. */
  readonly file: string;
  readonly copy: string;
  /** The whole text as it was read, and as it is to be. */
  readonly before: string;
  readonly after: string;
  /** SHA-256 of `after` as it is on the client, lower-case hex. */
  readonly sha256: string;
}

/**
 * Commands that make a copy of a file in which one line is another, and succeed only if the copy has the hash that it must have: so nothing else was changed,
 * neither by the client's own programs on the way nor by anybody meanwhile. Null where the file is not of the plain kind that cmd.exe can be trusted to
 * copy line by line, or more than one line is to change.
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
  // Every line is numbered first, for `for` leaves empty ones out. `echo(` would be surer than `echo.`, but Wine's cmd.exe takes its parenthesis for one.
  const numbered = `for /f "tokens=1* delims=:" %a in ('findstr /n /r "^" ${quoted.value}')`;
  const copied = `(>${target.value} (${numbered} do @(if %a==${one.number} (echo ${one.line}) else (echo.%b))))`;
  return `(${copied}& (certutil -hashfile ${target.value} SHA256 2>nul | findstr /i /l /c:"${sha256}" >nul))`;
}

/** Lines of printable ASCII, every one of them ended; none that begins with what parts the number from it, nor one that `echo` or cmd.exe reads otherwise. */
function linesOf(text: string): readonly string[] | null {
  if (!/^(?:[\x20-\x7e]*\r\n)+$/.test(text)) return null;
  const lines = text.slice(0, -2).split('\r\n');
  return lines.some((line) => line.startsWith(':') || /[!%^]|\/\?/.test(line)) ? null : lines;
}
