import type { Service } from './observation.ts';

/**
 * Image paths of services and processes as Windows spells them: with or without quotes, arguments,
 * variables, `.exe`, and prefixes of the object manager. Case does not matter.
 */

/** The full path of the executable in an image path: without quotes, prefix and arguments. */
export function executableOf(imagePath: string): string {
  const path = plainPath(split(imagePath).executable);
  // Windows appends the extension where the name has none.
  return path === '' || /\.[^\\. ]+$/.test(path) ? path : `${path}.exe`;
}

/** The executable of a service, in the long spelling as far as the client has told it. */
export const executablePathOf = ({ executable, imagePath }: Service): string =>
  executable ?? executableOf(imagePath);

/** The same image path with another executable: quotes and arguments stay. */
export function withExecutable(imagePath: string, executable: string): string {
  const { isQuoted, rest } = split(imagePath);
  return isQuoted || executable.includes(' ') ? `"${executable}"${rest}` : `${executable}${rest}`;
}

/**
 * A path in the one form in which paths are compared, except for its case. `\??\C:\X`, `"C:/X/"`
 * and `C:\\X. ` name the same as `C:\X`. Variables and short names stay: the client knows them.
 */
export function plainPath(path: string): string {
  if (isPlain.test(path)) return path;
  const bare = path.replaceAll('"', '').replaceAll('/', '\\').trim();
  const local = bare.replace(/^\\(?:\?\?|DosDevices|\\[?.])\\(?:(UNC)\\)?/i, (_, unc) =>
    unc === undefined ? '' : '\\\\',
  );
  const start = local.startsWith('\\\\') ? '\\\\' : local.startsWith('\\') ? '\\' : '';
  const parts: string[] = [];
  for (const part of local
    .split('\\')
    .map((each) => (/^\.+$/.test(each) ? each : each.replace(/[. ]+$/, '')))) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 1) parts.pop();
    else parts.push(part);
  }
  return start + parts.join('\\');
}

/** A path from a drive on in which nothing is to be changed: nearly every path that is compared. */
const isPlain = /^[A-Za-z]:(?:\\[^\\/"]*[^\\/".\s])+$/;

/** Do both name the same file? False also where only the client could tell. */
export const isSamePath = (one: string, other: string): boolean =>
  plainPath(one).toLowerCase() === plainPath(other).toLowerCase();

/** Is a path inside a directory? */
export function isInside(path: string, directory: string): boolean {
  const root = plainPath(directory).toLowerCase();
  return plainPath(path).toLowerCase().startsWith(`${root}\\`);
}

/**
 * Can only the client tell which file this is? A variable, a short name (`PROGRA~1`) and a path
 * without a drive have another meaning on each machine.
 */
export const isVague = (path: string): boolean =>
  !/^(?:[A-Za-z]:\\|\\\\)/.test(path) || path.includes('%') || hasShortName(path);

/** Windows makes short names of up to eight characters with a number behind a tilde. */
export const hasShortName = (path: string): boolean => /~\d+(?:\.[^\\.]{0,3})?(?:\\|$)/.test(path);

/**
 * Replaces the variables of a path by the values of its client. A path that begins with
 * `\SystemRoot`, or has no drive, begins in the folder of Windows.
 * @param valueOf the value of a variable by its lower-case name
 */
export function expanded(path: string, valueOf: (name: string) => string | undefined): string {
  const begun = /^\\SystemRoot(?=\\)/i.test(path)
    ? path.replace(/^\\SystemRoot/i, '%SystemRoot%')
    : /^[^\\:%]+\\/.test(path)
      ? `%SystemRoot%\\${path}`
      : path;
  const replaced = (text: string): string =>
    text.replaceAll(/%([^%]+)%/g, (whole, name: string) => valueOf(name.toLowerCase()) ?? whole);
  // A machine's own variables may hold variables of the system.
  return plainPath(replaced(replaced(begun)));
}

/** The directory part of a path. */
export function directoryOf(path: string): string {
  const executable = executableOf(path);
  return executable.slice(0, Math.max(0, executable.lastIndexOf('\\')));
}

function split(imagePath: string): {
  readonly executable: string;
  readonly rest: string;
  readonly isQuoted: boolean;
} {
  const text = imagePath.trim();
  if (text.startsWith('"')) {
    const end = text.indexOf('"', 1);
    const close = end === -1 ? text.length : end;
    return { executable: text.slice(1, close), rest: text.slice(close + 1), isQuoted: true };
  }
  const cut = lengthOfExecutable(text);
  return { executable: text.slice(0, cut), rest: text.slice(cut), isQuoted: false };
}

/**
 * A path without quotes may contain spaces; arguments begin after the first `.exe` and a space.
 * Without that, they begin where an argument is seen, or behind the first word of the file's name.
 */
function lengthOfExecutable(text: string): number {
  const named = /\.exe(?=\s)/i.exec(text);
  if (named !== null) return named.index + named[0].length;
  if (/\.exe$/i.test(text)) return text.length;
  const argument = /\s+(?:[-/"]|[A-Za-z]:\\)/.exec(text)?.index ?? text.length;
  const name = text.slice(0, argument).replaceAll('/', '\\').lastIndexOf('\\') + 1;
  const space = text.slice(name, argument).search(/\s/);
  return space === -1 ? argument : name + space;
}

/** How a service's image path is stored, as a part of settings: REG_EXPAND_SZ is left out. */
export const pathTypeOf = ({ pathType }: Pick<Service, 'pathType'>): Pick<Service, 'pathType'> =>
  pathType === undefined ? {} : { pathType };
