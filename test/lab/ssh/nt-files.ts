import {
  contentOf,
  directoryOf,
  type FileContent,
  filesOf,
  hasDirectory,
  isInside,
  keyOf,
  nameOf,
  readFile,
  writeFile,
} from '../../../orchestrator/simulation/machines/disk.ts';
import {
  bootIdOf,
  isPackageRunning,
  type Machine,
} from '../../../orchestrator/simulation/machines/machine.ts';
import { childrenOf, forgetPermissions } from '../../../orchestrator/simulation/machines/permissions.ts';
import { longPath } from '../../../orchestrator/simulation/machines/started-file.ts';
import { smsIni } from '../../../orchestrator/simulation/machines/sms-ini.ts';
import { settingIn } from '../../../orchestrator/simulation/machines/sms-ini-file.ts';
import { transcriptText } from '../../../orchestrator/simulation/machines/transcript.ts';
import { isLocked } from '../../../orchestrator/simulation/machines/file-locks.ts';

/** Files whose content is derived from the state of the machine. */
const iniPath = 'c:\\sms.ini';
const logPath = 'c:\\ms\\sms\\logs\\smsrun.log';
const packageLogPath = 'c:\\ms\\sms\\logs\\pacman.log';

/** NTFS keeps a file as small as this in its table of files, which has room on a full disk, too. */
const residentBytesAtMost = 600;

/**
 * The files of a lab machine as its programs see them: bytes, folders, and which process has a file
 * open.
 */
export class NtFiles {
  readonly #machine: Machine;
  readonly #now: () => number;
  /** Empty folders. */
  readonly #made = new Set<string>();
  readonly #written = new Set<string>();

  constructor(machine: Machine, now: () => number) {
    this.#machine = machine;
    this.#now = now;
  }

  read(path: string): Buffer | null {
    const key = keyOf(path);
    if (key === iniPath) return Buffer.from(smsIni(this.#machine), 'latin1');
    if (key === logPath) return this.#log();
    if (key === packageLogPath) return this.#packageLog();
    const content = readFile(this.#machine.disk, path);
    if (content === null) return null;
    return content.text === null ? Buffer.alloc(content.size, 1) : Buffer.from(content.text, 'latin1');
  }

  /** When the file was last written, epoch milliseconds. */
  writtenAt(path: string): number {
    return keyOf(path) === logPath ? (this.#machine.transcript?.at ?? 0) : this.#machine.bootedAt;
  }

  hash(named: string): string | null {
    const path = this.long(named);
    const key = keyOf(path);
    if (key === iniPath || key === logPath) return contentOf(this.read(path) ?? '').sha256;
    return readFile(this.#machine.disk, path)?.sha256 ?? null;
  }

  #log(): Buffer | null {
    const { transcript } = this.#machine;
    return transcript === null
      ? null
      : Buffer.from(transcriptText(this.#machine, transcript.active), 'latin1');
  }

  /** The package service writes this file; it exists while a package runs. */
  #packageLog(): Buffer | null {
    return isPackageRunning(this.#machine, this.#now())
      ? Buffer.from(`${bootIdOf(this.#machine)}\r\nJob still running\r\n`)
      : null;
  }

  /** The path behind other names of its folders, with long names for short ones. */
  long(path: string): string {
    const key = keyOf(path);
    for (const [name, folder] of this.#machine.aliases)
      if (key === name || isInside(key, name)) return this.long(`${folder}${keyOf(path).slice(name.length)}`);
    return longPath(this.#machine.disk, path);
  }

  /** A file of this name in a folder or below it. */
  isBelow(folder: string, name: string): boolean {
    return filesOf(this.#machine.disk).some(
      ([path]) => isInside(path, folder) && path.endsWith(`\\${name.toLowerCase()}`),
    );
  }

  freeBytes(): number {
    return this.#now() < this.#machine.diskFullUntil ? 0 : 12_000_000_000;
  }

  /** A path that ends in a separator is a folder. */
  exists(path: string): boolean {
    if (path.endsWith('\\')) return this.#isFolder(path.slice(0, -1));
    return this.read(path) !== null || this.#isFolder(path);
  }

  #isFolder(path: string): boolean {
    const key = keyOf(path);
    return key === 'c:' || this.#made.has(key) || hasDirectory(this.#machine.disk, key);
  }

  /** Names of the files of a folder, without the hidden ones, or only these. */
  list(folder: string, isHidden = false): readonly string[] {
    const key = keyOf(folder);
    return filesOf(this.#machine.disk)
      .filter(([path]) => directoryOf(path) === key && this.#machine.hidden.has(path) === isHidden)
      .map(([path]) => nameOf(path).toUpperCase());
  }

  /** Names of everything in a folder. */
  listAll(folder: string): readonly string[] {
    return childrenOf(this.#machine.disk, folder).map(({ name }) => name.toUpperCase());
  }

  /** Attributes as `for` prints them (`%~a`); empty when the path does not exist. */
  attributes(named: string): string {
    const path = this.long(named);
    const isFolder = this.#isFolder(path);
    if (!isFolder && this.read(path) === null) return '';
    return `${isFolder ? 'd--' : '--a'}-----${this.#machine.links.has(keyOf(named)) ? 'l' : '-'}--`;
  }

  openForWriting(path: string, isAppending: boolean) {
    const key = keyOf(path);
    const isHeld = this.#written.has(key) || isLocked(this.#machine, path);
    if (isHeld || !this.#isFolder(directoryOf(path))) return null;
    this.#written.add(key);
    const before = isAppending ? (this.read(path)?.toString('latin1') ?? '') : '';
    let added = '';
    return {
      write: (text: string) => void (added += text),
      close: () => {
        this.#written.delete(key);
        const fits = this.isFull() ? added.slice(0, residentBytesAtMost) : added;
        // Opens the file for appending and closes it; the file is unchanged.
        if (!isAppending || added !== '') this.write(path, Buffer.from(before + fits, 'latin1'));
      },
    };
  }

  /** Writes a file. The machine reads SMS.INI from then on. */
  write(path: string, bytes: Buffer): void {
    this.#put(path, contentOf(bytes, bytes.toString('latin1')));
  }

  #put(path: string, content: FileContent): void {
    if (keyOf(path) === iniPath) return this.#readPhase(content.text ?? '');
    writeFile(this.#machine.disk, path, content);
  }

  #readPhase(text: string): void {
    const phase = settingIn(text, 'SetupPhase')?.toLowerCase();
    const { machine } = { machine: this.#machine };
    if (phase === 'upgrade' && machine.setupPhase === 'installed') {
      machine.setupPhase = 'upgrade';
      machine.marks += 1;
      machine.asksForRestart ??= 'mark';
    } else if (phase === 'installed') {
      machine.setupPhase = 'installed';
      if (machine.asksForRestart === 'mark') machine.asksForRestart = null;
    }
  }

  /** Null = done, else the error text of Windows. A file that is moved needs no room. */
  move(from: string, to: string): string | null {
    return this.copy(from, to, true) ?? this.remove(from);
  }

  /** Null = done, else the error text of Windows. */
  copy(from: string, to: string, hasRoom = !this.isFull()): string | null {
    const bytes = this.read(from);
    const content =
      readFile(this.#machine.disk, from) ?? (bytes && contentOf(bytes, bytes.toString('latin1')));
    if (content === null) return 'The system cannot find the file specified.';
    if (isLocked(this.#machine, to) || this.#written.has(keyOf(to)))
      return 'The process cannot access the file because it is being used by another process.';
    if (!this.#isFolder(directoryOf(to))) return 'The system cannot find the path specified.';
    if (!hasRoom) {
      // What was written before the disk was full stays.
      this.#put(to, contentOf('torn'));
      return 'There is not enough space on the disk.';
    }
    this.#put(to, content);
    return null;
  }

  isFull(): boolean {
    return this.#now() < this.#machine.diskFullUntil;
  }

  remove(path: string): string | null {
    if (isLocked(this.#machine, path)) return 'Access is denied.';
    if (this.read(path) === null) return `Could Not Find ${path}`;
    const folder = directoryOf(path);
    writeFile(this.#machine.disk, path, null);
    forgetPermissions(this.#machine, path);
    // A folder stays when its last file is removed.
    this.#made.add(folder);
    return null;
  }

  makeDirectory(path: string): boolean {
    const parts = keyOf(path).split('\\');
    for (let depth = 2; depth <= parts.length; depth += 1) this.#made.add(parts.slice(0, depth).join('\\'));
    return true;
  }

  removeDirectory(path: string): boolean {
    const key = keyOf(path);
    const isUsed =
      [...this.#made].some((each) => isInside(each, key)) || hasDirectory(this.#machine.disk, key);
    if (isUsed) return false;
    this.#made.delete(key);
    forgetPermissions(this.#machine, key);
    return true;
  }
}
