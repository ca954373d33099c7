import type { Service } from '../../../shared/domain/observation/observation.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import { findService } from '../../../orchestrator/simulation/machines/service-control.ts';
import type { NtFiles } from './nt-files.ts';
import { said, type Streams } from './program.ts';
import { addRenames, exportedRenames, importRenames, printedRenames } from './renames.ts';

const controlKey = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control';
const servicesKey = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services';
const userSid = 'S-1-5-21-1085031214-1563985344-725345543-1001';

const startNumbers = { automatic: 2, delayed: 2, manual: 3, disabled: 4 } as const;

/** A key with its values, as `reg query` prints it. */
const printed = (key: string, values: readonly (readonly [string, string, string])[]): string =>
  ['', key, ...values.map(([name, type, data]) => `    ${name}    ${type}    ${data}`), ''].join('\r\n');

/** `reg.exe` on the registry of this machine. Returns the exit code. */
export function reg(
  machine: Machine,
  files: NtFiles,
  args: readonly string[],
  { out, error }: Streams,
): number {
  const [verb = '', path = ''] = args;
  const key = path.replace(/^HKLM\\/i, 'HKEY_LOCAL_MACHINE\\').replace(/^HKU/i, 'HKEY_USERS');
  if (verb === 'add' && key.startsWith(servicesKey)) {
    const service = findService(machine, key.slice(servicesKey.length + 1));
    if (service === undefined || args[args.indexOf('/v') + 1] !== 'ImagePath') return 1;
    storePathAs(machine, service.name, args[args.indexOf('/t') + 1] ?? '', args[args.indexOf('/d') + 1]);
    return 0;
  }
  if (verb === 'add') return addRenames(machine, args[args.indexOf('/d') + 1] ?? '') ? 0 : 1;
  if (verb === 'import') return importService(machine, files, path);
  if (verb === 'export') return exportKey(machine, files, key, args[2] ?? '');
  const text = valuesAt(machine, key, args);
  if (text !== null) return said(out, text);
  error.write('ERROR: The system was unable to find the specified registry key or value.\r\n');
  return 1;
}

const sessionManager = `${controlKey}\\Session Manager`;

function exportKey(machine: Machine, files: NtFiles, key: string, to: string): number {
  if (key !== sessionManager) return exportService(machine, files, key, to);
  files.write(to, exportedRenames(machine, key));
  return 0;
}

/** A service's key in a file. The form of the file is the model's own: only `reg` reads it. */
function exportService(machine: Machine, files: NtFiles, key: string, to: string): number {
  const service = findService(machine, key.slice(servicesKey.length + 1));
  if (service === undefined) return 1;
  files.write(to, Buffer.from(JSON.stringify(service), 'latin1'));
  return 0;
}

/** A running service goes on, and the old path comes back with the other settings. */
function importService(machine: Machine, files: NtFiles, from: string): number {
  const bytes = files.read(from);
  if (bytes === null) return 1;
  if (bytes[0] === 0xff) return importRenames(machine, bytes) ? 0 : 1;
  const text = bytes.toString('latin1');
  const { state: _state, pid: _pid, neededBy: _neededBy, ...stored } = JSON.parse(text) as Service;
  machine.services = machine.services.map((service) =>
    service.name === stored.name ? { ...service, ...stored } : service,
  );
  return 0;
}

function valuesAt(machine: Machine, key: string, args: readonly string[]): string | null {
  if (key.toLowerCase().startsWith(`${servicesKey.toLowerCase()}\\`)) {
    const service = findService(machine, key.slice(servicesKey.length + 1));
    if (service === undefined) return null;
    const isMarked = machine.markedForDeletion.includes(service.name);
    const mark = isMarked ? [['DeleteFlag', 'REG_DWORD', '0x1'] as const] : [];
    if (args.at(-1) === 'DeleteFlag') return isMarked ? printed(key, mark) : null;
    return printed(key, [...settingsOf(service), ...mark]);
  }
  const belongs = machine.services.flatMap(({ kept = {} }) =>
    Object.entries(kept).filter(([name]) => name.startsWith(`${key.toLowerCase()}\\`)),
  );
  if (belongs.length > 0)
    return printed(
      key,
      belongs.map(([name, data]) => [name.slice(key.length + 1), 'REG_SZ', data]),
    );
  switch (key) {
    case `${controlKey}\\ProductOptions`:
      return printed(key, [['ProductType', 'REG_SZ', machine.row.role === 'server' ? 'ServerNT' : 'WinNT']]);
    case sessionManager:
      if (machine.renames.length === 0 || args.at(-1) !== 'PendingFileRenameOperations') return null;
      return printed(key, [['PendingFileRenameOperations', 'REG_MULTI_SZ', printedRenames(machine)]]);
    case 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending':
      return machine.bootsPending > 0 || machine.goingDown ? printed(key, []) : null;
    case 'HKEY_USERS':
      return [
        '',
        'HKEY_USERS\\.DEFAULT',
        ...(machine.session === null ? [] : [`HKEY_USERS\\${userSid}`]),
      ].join('\r\n');
    case `HKEY_USERS\\${userSid}\\Volatile Environment`: {
      const [domain = '', user = ''] = (machine.session?.user ?? '').split('\\');
      const values = [
        ['LOGONSERVER', 'REG_SZ', `\\\\${machine.row.logonServer}`],
        ['USERDOMAIN', 'REG_SZ', domain],
        ['USERNAME', 'REG_SZ', user],
      ] as const;
      return printed(key, values) + printed(`${key}\\1`, [['SESSIONNAME', 'REG_SZ', 'Console']]);
    }
    case `HKEY_USERS\\${userSid}\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows`:
      return machine.load === '' ? null : printed(key, [['Load', 'REG_SZ', machine.load]]);
    default:
      return null;
  }
}

/** Stores the image path of a service under this type. */
export function storePathAs(machine: Machine, name: string, type: string, imagePath?: string): void {
  machine.services = machine.services.map((service) => {
    if (service.name.toLowerCase() !== name.toLowerCase()) return service;
    const { pathType: _pathType, ...rest } = service;
    return {
      ...rest,
      ...(imagePath === undefined ? {} : { imagePath }),
      ...(type === 'REG_SZ' ? { pathType: 'REG_SZ' } : {}),
    };
  });
}

const settingsOf = ({ name, imagePath, pathType, startType, account, dependsOn, kept = {} }: Service) =>
  [
    ['Type', 'REG_DWORD', '0x10'],
    ['DisplayName', 'REG_SZ', name],
    ['Start', 'REG_DWORD', `0x${startNumbers[startType]}`],
    ['ImagePath', pathType ?? 'REG_EXPAND_SZ', imagePath],
    ['ObjectName', 'REG_SZ', account],
    ...(startType === 'delayed' ? [['DelayedAutostart', 'REG_DWORD', '0x1'] as const] : []),
    ...Object.entries(kept).flatMap(([name, data]) =>
      name.includes('\\') ? [] : [[name, 'REG_BINARY', data] as const],
    ),
    ...(dependsOn.length === 0 ? [] : [['DependOnService', 'REG_MULTI_SZ', dependsOn.join('\\0')] as const]),
  ] as const;
