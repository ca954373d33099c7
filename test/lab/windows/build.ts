import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { removeServerFolder } from './sweep.ts';
import { boot, consoleTools, runProgram, shutDown, standIns } from './wine.ts';

const here = import.meta.dirname;

/**
 * The folder of the lab for builds and runs. It is one file system, because clients consist of hard
 * links.
 */
export const labHome = process.env['SERVPACK_WINDOWS_LAB'] ?? join(here, '../../../.servpack/windows-lab');

/** The parts that clients are made from. */
export interface Built {
  /** A prefix that was booted once. */
  readonly base: string;
  /** The lab's programs, and the components of two service packs in `sp2` and `sp4`. */
  readonly programs: string;
}

/** The lab cannot be built on this machine; the message says why. */
export class CanNotBuild extends Error {}

/**
 * Builds the parts of clients, or finds the parts that an earlier run built from the same sources.
 * @throws CanNotBuild when it is not possible on this machine
 */
export async function build(say: (text: string) => void): Promise<Built> {
  script('packages.sh');
  const tools = await kept('console-tools', ['build/console-tools.sh'], say, (folder) =>
    script('console-tools.sh', folder),
  );
  const programs = await kept('programs', ['build/programs.sh', 'programs'], say, (folder) =>
    script('programs.sh', folder),
  );
  const parts = ['build', 'programs', 'build.ts', 'wine.ts'];
  const base = await kept('base', parts, say, (folder) => makeBase(folder, tools, programs));
  return { base, programs };
}

/**
 * Builds one part, once per content of its sources, in a folder that gets its name when it is
 * complete.
 */
async function kept(
  name: string,
  sources: readonly string[],
  say: (text: string) => void,
  make: (folder: string) => void | Promise<void>,
): Promise<string> {
  const folder = join(labHome, `${name}-${digest(sources)}`);
  if (existsSync(folder)) return folder;
  say(`the Windows lab is built, once: ${name}`);
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await make(work);
  // Another process may have built the same part meanwhile; either is used.
  if (existsSync(folder)) rmSync(work, { recursive: true, force: true });
  else renameSync(work, folder);
  return folder;
}

/** Other contents of the sources get another folder. */
function digest(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const files = sources.flatMap((source) =>
    source.includes('.')
      ? [join(here, source)]
      : readdirSync(join(here, source))
          .toSorted()
          .map((name) => join(here, source, name)),
  );
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

function script(name: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(join(here, 'build', name), args, { encoding: 'utf8' });
  if (status === 3) throw new CanNotBuild(stderr.trim());
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr.trim()}`);
}

/** Boots a new prefix once, and puts the lab's programs where Windows has them. */
async function makeBase(base: string, tools: string, programs: string): Promise<void> {
  const drive = join(base, 'root/C:');
  mkdirSync(drive, { recursive: true });
  mkdirSync(join(base, 'dosdevices'));
  symlinkSync('../root/C:', join(base, 'dosdevices/c:'));
  symlinkSync('root/C:', join(base, 'drive_c'));
  await boot(base, '-i');
  // Wine would look for devices of this machine at every boot.
  const winebus = String.raw`HKLM\System\CurrentControlSet\Services\winebus`;
  await runProgram(base, ['reg.exe', 'add', winebus, '/v', 'Start', '/t', 'REG_DWORD', '/d', '4', '/f']);
  await shutDown(base);
  removeServerFolder(base);
  // This machine's own files are not a drive of a client.
  rmSync(join(base, 'dosdevices/z:'), { force: true });
  const system = join(drive, 'windows/system32');
  for (const name of consoleTools) replace(join(tools, `${name}.exe`), join(system, `${name}.exe`));
  for (const name of standIns) {
    const program = name === 'query' ? 'quser' : name;
    replace(join(programs, `${program}.exe`), join(system, `${name}.exe`));
  }
  mkdirSync(join(drive, 'LAB'));
  for (const name of ['sshrun', 'session'])
    copyFileSync(join(programs, `${name}.exe`), join(drive, `LAB/${name}.exe`));
  makeSftpRoot(join(base, 'root'));
}

function replace(from: string, to: string): void {
  rmSync(to, { force: true });
  copyFileSync(from, to);
}

/**
 * sftp runs in a chroot where the drives are folders, `/C:/…`, as Windows' sftp-server spells
 * paths.
 */
function makeSftpRoot(root: string): void {
  const libraries = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'];
  for (const library of libraries) {
    mkdirSync(join(root, library, '..'), { recursive: true });
    copyFileSync(library, join(root, library));
  }
  copyFileSync('/usr/lib/openssh/sftp-server', join(root, 'sftp-server'));
  chmodSync(join(root, 'sftp-server'), 0o755);
  // sftp-server does not start without a user name and a file that stands for /dev/null.
  for (const folder of ['etc', 'dev']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/false\n');
  writeFileSync(join(root, 'dev/null'), '');
}
