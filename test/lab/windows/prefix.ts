import {
  appendFileSync,
  chownSync,
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build.ts';
import { writeClientFiles } from './client-files.ts';
import { clientRegistry } from './client-registry.ts';
import type { LogonServer } from './logon-server.ts';
import { registryText } from './registry-text.ts';
import type { TraitRules } from './traits.ts';

/** Folders of Windows that no client changes: their files are shared as hard links. */
const shared = new Set(['system32', 'winsxs', 'resources', 'globalization', 'Fonts']);

/** A user id that no user of this machine has; see `makeShares`. */
const nobody = 65_534;

/**
 * Creates a client's prefix from the base. The registry's files are never linked: the wineserver
 * writes them in place.
 * @param server whose share the client reaches as a UNC path
 */
export function makePrefix(prefix: string, built: Built, rules: TraitRules, server: LogonServer): void {
  const { base } = built;
  const windows = 'root/C:/windows';
  mkdirSync(join(prefix, windows), { recursive: true });
  for (const name of readdirSync(join(base, windows))) {
    const from = join(base, windows, name);
    if (shared.has(name)) linkTree(from, join(prefix, windows, name));
    else copyTree(from, join(prefix, windows, name));
  }
  for (const name of readdirSync(join(base, 'root')).filter((each) => each !== 'C:'))
    copyTree(join(base, 'root', name), join(prefix, 'root', name));
  for (const name of readdirSync(join(base, 'root/C:')).filter((each) => each !== 'windows'))
    copyTree(join(base, 'root/C:', name), join(prefix, 'root/C:', name));
  for (const name of readdirSync(base).filter((each) => each !== 'root' && each !== 'wineserver'))
    copyTree(join(base, name), join(prefix, name));
  writeClientFiles(prefix, built, rules);
  makeDrives(prefix, rules);
  makeShares(prefix, server);
  appendFileSync(join(prefix, 'system.reg'), registryText(clientRegistry(rules)));
}

const copyTree = (from: string, to: string): void =>
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });

function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

function makeDrives(prefix: string, { componentDirectory }: TraitRules): void {
  const drive = componentDirectory.slice(0, 2);
  if (drive !== 'C:') symlinkSync(`../root/${drive}`, join(prefix, 'dosdevices', drive.toLowerCase()));
}

/**
 * UNC paths lead through a folder of a user that does not exist, which a process may enter only
 * when it may pass over permissions. Logons and services may. Programs over ssh may not
 * (`remoteExec`), as a key login on Windows has no credentials for the network. The share is drive
 * L: too, as in logon scripts: Wine's cmd.exe runs no batch file from a UNC path.
 */
function makeShares(prefix: string, { name, share }: LogonServer): void {
  const unc = join(prefix, 'dosdevices/unc');
  mkdirSync(join(unc, name), { recursive: true });
  symlinkSync(share, join(unc, name, 'SMS_SHR'));
  symlinkSync(`unc/${name}/SMS_SHR`, join(prefix, 'dosdevices/l:'));
  chownSync(unc, nobody, nobody);
  chmodSync(unc, 0o700);
}
