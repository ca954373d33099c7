import { err, ok, type Result } from '../../../../shared/errors.ts';

/**
 * Values on a cmd.exe command line. cmd.exe has no quoting that takes everything, so each kind of value has the form that is safe for it, and
 * what none of them can carry is refused. Every command is a line of its own given to `cmd.exe /c`, where `%` expands a variable that exists and is
 * left alone otherwise.
 */

/** cmd.exe reads no more of a line; what is longer is cut off in its middle. */
export const lineCharactersAtMost = 8_191;

const refuse = (what: string, value: string, because: string): Result<never, string> =>
  err(`${what} ${JSON.stringify(value.slice(0, 100))} can not be put on a command line: ${because}`);

/** Control characters end or cut a line, half surrogates are no text, and a line separator may become one of them on the way. */
const isPlain = (value: string): boolean =>
  !/[\p{Cc}\u2028\u2029\u0085]/u.test(value) && value.isWellFormed();

/**
 * A full path, a network path, or a file name, in double quotes, inside which cmd.exe takes `& | < > ^ ( )` as they are. Refused: what no file name
 * holds (`" < > | * ?`), and `%` and `!`, which cmd.exe may replace even inside quotes.
 */
export function quotePath(path: string): Result<string, string> {
  if (path === '' || path.length > 1_000)
    return refuse('path', path, 'it has no length that a path may have');
  if (!isPlain(path)) return refuse('path', path, 'it holds a control character');
  if (/["<>|*?%!]/.test(path)) return refuse('path', path, 'it holds one of " < > | * ? % !');
  // A backslash before the closing quote would make it a part of the argument for most programs.
  if (/[\\/]$/.test(path)) return refuse('path', path, 'it ends in a separator');
  return ok(`"${path}"`);
}

/** The name of a service, a registry key below a fixed one, a share. */
export function quoteName(name: string): Result<string, string> {
  return /^[\p{L}\p{N} ._$()#@&{}+,;=~-]{1,256}$/u.test(name) && name.trim() === name
    ? ok(`"${name}"`)
    : refuse('name', name, 'it is no plain name');
}

/**
 * Any text as one argument of a program that splits its command line as Microsoft's C runtime does. Every quote is escaped for cmd.exe too, so that it
 * never is "inside quotes", and each of its special characters can have its caret: `^%name^%` names a variable that nobody has.
 */
export function quoteArgument(value: string): Result<string, string> {
  if (value.length > 2_000) return refuse('argument', value, 'it is too long');
  if (!isPlain(value)) return refuse('argument', value, 'it holds a control character');
  // Where an administrator has switched delayed expansion on, it would be taken for a variable.
  if (value.includes('!')) return refuse('argument', value, 'it holds !');
  const inner = value.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1');
  return ok(`"${inner}"`.replaceAll(/["&|<>^()%]/g, '^$&'));
}

/**
 * JSON as text that `echo` writes unchanged: its quotes are the only ones, in pairs, and whatever cmd.exe could take for its own is written as
 * an escape of JSON.
 */
export function echoJson(value: unknown): Result<string, string> {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = JSON.stringify(value)
    .replaceAll(/\\(.)/g, (text, after: string) => (after === '"' ? '\\u0022' : text))
    .replaceAll(/[&|<>^()%!]|[^\x20-\x7e]/g, escaped);
  return text.length <= 5_000 ? ok(text) : err(`a record of ${text.length} characters is too long for it`);
}

/** Words for people: what cmd.exe would take for its own is left out, and nothing that matters is lost by it. */
export const plainWords = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} .,:;?'+=@#_/-]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
