import { hash } from 'node:crypto';

/**
 * The content of a file. Clients share equal contents. `text` exists only where it is read as text.
 */
export interface FileContent {
  readonly sha256: string;
  readonly size: number;
  readonly text: string | null;
}

/**
 * The files of one client: a base that thousands of clients share, and the changes of this client.
 * Keys are lower-case paths, because Windows ignores case.
 */
export interface Disk {
  readonly base: ReadonlyMap<string, FileContent>;
  /** null = removed. */
  readonly changes: Map<string, FileContent | null>;
}

export const contentOf = (bytes: Buffer | string, text: string | null = null): FileContent => ({
  sha256: hash('sha256', bytes, 'hex'),
  size: Buffer.byteLength(bytes),
  text,
});

export const textContent = (text: string): FileContent => new TextContent(() => text);

/**
 * A file that holds a value as JSON. The text and the hash are made when they are asked for, which
 * a simulation of many clients rarely does, and the value is read without parsing the text.
 */
export const jsonContent = (value: unknown): FileContent =>
  new TextContent(() => JSON.stringify(value), value);

/** The value of a file that holds JSON; it is shared, so nobody may change it. */
export const jsonIn = (content: FileContent): unknown =>
  content instanceof TextContent && content.value !== undefined
    ? content.value
    : JSON.parse(content.text ?? '');

class TextContent implements FileContent {
  readonly #make: () => string;
  readonly value: unknown;
  #text: string | undefined;
  #sha256: string | undefined;

  /** @param value what the text holds as JSON; undefined = it is no JSON */
  constructor(make: () => string, value?: unknown) {
    this.#make = make;
    this.value = value;
  }

  get text(): string {
    return (this.#text ??= this.#make());
  }

  get sha256(): string {
    return (this.#sha256 ??= hash('sha256', this.text, 'hex'));
  }

  get size(): number {
    return Buffer.byteLength(this.text);
  }
}

/** The key of a path: without quotes, without the space before arguments, in lower case. */
export function keyOf(path: string): string {
  // Nearly no path has quotes or slashes, and to replace nothing costs more than asking.
  const bare = path.includes('"') ? path.replaceAll('"', '') : path;
  return (bare.includes('/') ? bare.replaceAll('/', '\\') : bare).trim().toLowerCase();
}

export const joinPath = (directory: string, name: string): string =>
  directory.endsWith('\\') ? `${directory}${name}` : `${directory}\\${name}`;

export function nameOf(path: string): string {
  const bare = path.includes('"') ? path.replaceAll('"', '') : path;
  return bare.slice(bare.lastIndexOf('\\') + 1);
}

export const directoryOf = (path: string): string => keyOf(path).split('\\').slice(0, -1).join('\\');

export const isInside = (path: string, directory: string): boolean =>
  keyOf(path).startsWith(rootOf(directory));

/** The keys of what is in a directory or below it begin with this text. */
export const rootOf = (directory: string): string => joinPath(keyOf(directory), '');

export const readFile = (disk: Disk, path: string): FileContent | null => readKey(disk, keyOf(path));

/** The file of this key. */
export function readKey(disk: Disk, key: string): FileContent | null {
  const changed = disk.changes.get(key);
  return changed === undefined ? (disk.base.get(key) ?? null) : changed;
}

export const writeFile = (disk: Disk, path: string, content: FileContent | null): void =>
  writeKey(disk, keyOf(path), content);

/** Writes the file of this key; null removes it. */
export const writeKey = ({ changes }: Disk, key: string, content: FileContent | null): void => {
  changes.set(key, content);
};

/** Every file as [lower-case path, content]. */
export function filesOf(disk: Disk): readonly (readonly [string, FileContent])[] {
  const { base, changes } = disk;
  const files: (readonly [string, FileContent])[] = [];
  for (const entry of base) if (!changes.has(entry[0])) files.push(entry);
  for (const [path, content] of changes) if (content !== null) files.push([path, content]);
  return files;
}

/** A directory exists while a file is in it or below it. */
export function hasDirectory(disk: Disk, directory: string): boolean {
  const root = rootOf(directory);
  const { base, changes } = disk;
  for (const [path, content] of changes) if (content !== null && path.startsWith(root)) return true;
  for (const path of base.keys()) if (path.startsWith(root) && !changes.has(path)) return true;
  return false;
}
