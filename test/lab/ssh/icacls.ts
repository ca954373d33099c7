import { joinPath } from '../../../orchestrator/simulation/machines/disk.ts';
import type { Machine, Permissions } from '../../../orchestrator/simulation/machines/machine.ts';
import {
  administrators,
  childrenOf,
  permissionsOf,
  setPermissions,
  system,
} from '../../../orchestrator/simulation/machines/permissions.ts';
import { said, type Streams } from './program.ts';

/**
 * `icacls.exe`: a path alone is listed; `PATH\\*` means the entries of the folder. A list does not
 * show the owner, as on Windows. Returns the exit code.
 */
export function icacls(machine: Machine, args: readonly string[], { out, error }: Streams): number {
  const [path = '', ...switches] = args;
  const paths = path.endsWith('\\*')
    ? childrenOf(machine.disk, path.slice(0, -2)).map(({ name }) => joinPath(path.slice(0, -2), name))
    : [path];
  if (paths.length === 0) {
    error.write(`${path}: The system cannot find the file specified.\r\n`);
    return 2;
  }
  if (switches.length === 0) return said(out, listOf(permissionsOf(machine, path), path));
  for (const each of paths) changeOne(machine, each, switches);
  return said(out, `Successfully processed ${paths.length} files; Failed processing 0 files`);
}

/** `/reset` leaves only inherited entries; a grant is added to the entries of others. */
function changeOne(machine: Machine, path: string, switches: readonly string[]): void {
  for (const [at, word] of switches.entries()) {
    const sid = /^\*(S-[\d-]+)/.exec(switches[at + 1] ?? '')?.[1] ?? '';
    const { entries } = permissionsOf(machine, path);
    if (word === '/setowner') setPermissions(machine, path, { owner: sid });
    else if (word === '/reset') setPermissions(machine, path, { entries: [], inherits: true });
    else if (word === '/inheritance:r') setPermissions(machine, path, { inherits: false });
    else if (word === '/grant:r') setPermissions(machine, path, { entries: [...new Set([...entries, sid])] });
  }
}

const names: Readonly<Record<string, string>> = {
  [system]: 'NT-AUTORITÄT\\SYSTEM',
  [administrators]: 'VORDEFINIERT\\Administratoren',
};

function listOf({ entries, inherits }: Permissions, path: string): string {
  const own = entries.map((sid) => `${names[sid] ?? sid}:(OI)(CI)(F)`);
  const inherited = inherits ? ['VORDEFINIERT\\Benutzer:(I)(OI)(CI)(RX)'] : [];
  return `${path} ${[...own, ...inherited].join('\r\n   ')}`;
}
