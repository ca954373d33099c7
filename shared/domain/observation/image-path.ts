/**
 * Image paths of services as Windows spells them: with or without quotes and arguments. Case does
 * not matter.
 */

/** The executable of an image path, without quotes and arguments. */
export function executableOf(imagePath: string): string {
  return split(imagePath).executable;
}

/** The same image path with another executable: quotes and arguments stay. */
export function withExecutable(imagePath: string, executable: string): string {
  const { isQuoted, rest } = split(imagePath);
  return isQuoted ? `"${executable}"${rest}` : `${executable}${rest}`;
}

/** Is a path inside a directory? Quotes and trailing separators do not matter. */
export function isInside(path: string, directory: string): boolean {
  const plain = (text: string): string => text.replaceAll('"', '').replaceAll('/', '\\').toLowerCase();
  const root = plain(directory);
  return plain(path).startsWith(root.endsWith('\\') ? root : `${root}\\`);
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
  // A path without quotes may contain spaces; arguments begin after the first `.exe` and a space.
  const end = text.toLowerCase().indexOf('.exe ');
  const cut = end === -1 ? text.length : end + '.exe'.length;
  return { executable: text.slice(0, cut), rest: text.slice(cut), isQuoted: false };
}
