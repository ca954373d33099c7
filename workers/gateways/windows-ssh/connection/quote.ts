import { err, ok, type Result } from '../../../../shared/errors.ts';
import { isServiceName } from '../../../../shared/input/names.ts';
import { hasRawBytes } from './code-page.ts';

/**
 * Values on a cmd.exe command line. cmd.exe has no quoting that is safe for every text, so each
 * kind of value has its own safe form, and a value that has none is refused. Every line is given to
 * `cmd.exe /c`, where `%` expands a variable that exists and is left as it is otherwise.
 */

/** cmd.exe cuts a longer line off. */
export const lineCharactersAtMost = 8_191;

const refuse = (what: string, value: string, because: string): Result<never, string> =>
  err(`${what} ${JSON.stringify(value.slice(0, 100))} cannot be put on a command line: ${because}`);

/**
 * Control characters end or cut a line, a lone surrogate is no text, and a line separator may be
 * recoded to a line end.
 */
const isPlain = (value: string): boolean =>
  !/[\p{Cc}\u2028\u2029\u0085]/u.test(value) && value.isWellFormed();

/**
 * A full path, a network path or a file name in double quotes, between which cmd.exe takes `& | < >
 * ^ ( )` literally. Refused: characters that no file name holds (`" < > | * ?`), and `%` and `!`,
 * which cmd.exe may replace even between quotes.
 */
export function quotePath(path: string): Result<string, string> {
  if (path === '' || path.length > 1_000)
    return refuse('path', path, 'it has no length that a path may have');
  if (!isPlain(path)) return refuse('path', path, 'it holds a control character');
  if (/["<>|*?%!]/.test(path)) return refuse('path', path, 'it holds one of " < > | * ? % !');
  // Most programs take a quote after a backslash for a part of the argument.
  if (/[\\/]$/.test(path)) return refuse('path', path, 'it ends in a separator');
  return ok(`"${path}"`);
}

/** Characters that mean nothing to cmd.exe between quotes, nor to a program that reads them. */
const plainName = /^[\p{L}\p{N} ._$()#@&{}+,;=~-]{1,256}$/u;

/**
 * The name of a service, which may hold every character but `/`, `\\` and control characters
 * (CreateServiceW).
 */
export function quoteName(name: string): Result<string, string> {
  if (!isServiceName(name)) return refuse('name', name, 'no service has such a name');
  return plainName.test(name) ? ok(`"${name}"`) : quoteArgument(name);
}

/** A registry key, whose parts are names of services, or as free as those. */
export function quoteKey(key: string): Result<string, string> {
  const parts = key.split('\\');
  if (!parts.every(isServiceName)) return refuse('key', key, 'no key has such a name');
  return parts.every((part) => plainName.test(part)) ? ok(`"${key}"`) : quoteArgument(key);
}

/**
 * Any text as one argument of a program that splits its command line as Microsoft's C runtime does.
 * Quotes are escaped for cmd.exe too: so cmd.exe is never between quotes, and a caret disarms each
 * of its special characters. `^%name^%` names a variable that does not exist. `!` has a meaning
 * only where an administrator has switched on delayed expansion: `ClientShell` sends no `!` there.
 */
export function quoteArgument(value: string): Result<string, string> {
  if (value.length > 2_000) return refuse('argument', value, 'it is too long');
  if (!isPlain(value)) return refuse('argument', value, 'it holds a control character');
  if (hasRawBytes(value)) return refuse('argument', value, 'it holds bytes that could not be decoded');
  const inner = value.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1');
  return ok(`"${inner}"`.replaceAll(/["&|<>^()%]/g, '^$&'));
}

/**
 * A command line in a cmd.exe of its own. Plain `exit 3` in a batch file ends the cmd.exe that runs
 * it, and would end the line before its end is known. Between carets no quote counts for the
 * cmd.exe that reads the line first.
 */
export const inOwnCmd = (command: string): string =>
  `cmd /d /s /c ^"${command.replaceAll(/["&|<>^()]/g, '^$&')}^"`;

/** A longer record is brought as a file: one line of cmd.exe holds more than the record. */
export const echoedAtMost = 5_000;

/**
 * JSON in a form that `echo` prints unchanged. Its own quotes come in pairs, and every character
 * with a meaning for cmd.exe becomes a JSON escape.
 */
export function asciiJson(value: unknown): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replaceAll(/\\(.)/g, (text, after: string) => (after === '"' ? '\\u0022' : text))
    .replaceAll(/[&|<>^()%!]|[^\x20-\x7e]/g, escaped);
}

/** Text for people without the characters that have a meaning for cmd.exe. */
export const plainWords = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} .,:;?'+=@#_/-]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
