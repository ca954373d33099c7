import type { Service } from '../../../shared/domain/observation/observation.ts';
import type { InstalledAs } from '../../../workers/gateways/gateway.ts';
import { joinPath } from '../fleet/disk.ts';
import type { Machine, Permissions } from '../fleet/machine.ts';
import type { Outcome } from '../fleet/outcome.ts';
import { administrators, childrenOf, permissionsOf, setPermissions, system } from '../fleet/permissions.ts';
import { orderRestart } from '../fleet/power.ts';
import {
  configureService,
  findService,
  showService,
  startService,
  stopService,
} from '../fleet/service-control.ts';
import { createService, deleteService } from '../fleet/service-install.ts';
import { startSmsrun32 } from '../fleet/smsrun32.ts';
import { transcriptText } from '../fleet/transcript.ts';
import type { Programs, Streams } from './cmd-run.ts';
import type { NtFiles } from './nt-files.ts';

/** Runs something on the machine at the present time, after everything due on it. */
export type Visit = <T>(act: (now: number) => T) => T;

const controlKey = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control';
const servicesKey = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services';
const userSid = 'S-1-5-21-1085031214-1563985344-725345543-1001';

const stateNumbers = { stopped: 1, startPending: 2, stopPending: 3, running: 4 } as const;
const startNumbers = { automatic: 2, delayed: 2, manual: 3, disabled: 4 } as const;

/**
 * The console programs of a Windows machine that servpack runs, on the lab's model of the machine.
 */
export function programsOf(
  machine: Machine,
  files: NtFiles,
  visit: Visit,
  pause: () => Promise<void>,
): Programs {
  const programs: Readonly<
    Record<string, (args: readonly string[], streams: Streams, raw: string) => number | Promise<number>>
  > = {
    chcp: (_args, { out }) => said(out, 'Active code page: 437'),
    tasklist: (_args, { out }) => said(out, taskList(machine)),
    wevtutil: (_args, { out }) =>
      said(
        out,
        `<Event><EventData><Data Name='StartTime'>${new Date(shown(machine, machine.bootedAt)).toISOString()}</Data></EventData></Event>`,
      ),
    wmic: (_args, { out }) => said(out, processDetails(machine)),
    sc: (args, streams) => serviceControl(machine, visit, args, streams),
    reg: (args, streams) => registry(machine, files, args, streams),
    findstr: (args, { out, input }) => find(files, args, input, (line) => out.write(`${line}\r\n`)),
    certutil: (args, { out }) =>
      said(out, `SHA256 hash of ${args[1]}:\r\n${files.hash(args[1] ?? '') ?? ''}\r\nCertUtil: done.`),
    icacls: (args, streams) => icacls(machine, args, streams),
    attrib: () => 0,
    shutdown: (_args, streams) =>
      answered(
        visit((now) => orderRestart(machine, now)),
        streams,
      ),
    msg: (args) => {
      visit((now) => (machine.notices = [...machine.notices, { at: now, text: args.at(-1) ?? '' }]));
      return 0;
    },
    'smsrun32.exe': async (_args, { out }) => {
      visit((now) => startSmsrun32(machine, 'gateway', now));
      while (visit(() => machine.run !== null)) await pause();
      return said(out, transcriptText(machine, machine.transcript?.active ?? []));
    },
  };
  return (name, raw, streams) => {
    const program = programs[name.split('\\').at(-1) ?? name];
    if (program === undefined) return undefined;
    return Promise.resolve(program(argumentsOf(raw), streams, raw));
  };
}

const shown = ({ rules }: Machine, at: number): number => at + rules.clockOffMs;

function said(out: Streams['out'], text: string, code = 0): number {
  out.write(`${text}\r\n`);
  return code;
}

/**
 * Splits a command line as Microsoft's C runtime does: quotes group, and a backslash before a quote
 * makes it a character.
 */
export function argumentsOf(raw: string): readonly string[] {
  const found: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const slashes = /^\\*/.exec(raw.slice(at))?.[0].length ?? 0;
    if (slashes > 0 && raw[at + slashes] === '"') {
      word = (word ?? '') + '\\'.repeat(Math.floor(slashes / 2));
      at += slashes;
      if (slashes % 2 === 1) word += '"';
      else quoted = !quoted;
      continue;
    }
    const character = raw[at] ?? '';
    if (character === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && /\s/.test(character)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (word !== null) found.push(word);
  return found;
}

const taskList = ({ processes, session }: Machine): string =>
  [
    { imagePath: 'System', pid: 4, session: 0 },
    ...processes,
    ...(session === null ? [] : [{ imagePath: 'EXPLORER.EXE', pid: 90, session: 1 }]),
  ]
    .map(
      (each) => `"${each.imagePath.split('\\').at(-1)}","${each.pid}","Console","${each.session}","1,024 K"`,
    )
    .join('\r\n');

const processDetails = (machine: Machine): string =>
  machine.processes
    .map(({ imagePath, pid, startedAt }) => {
      const digits = new Date(shown(machine, startedAt)).toISOString().replaceAll(/[-:TZ]/g, '');
      return `PC,${digits.slice(0, 14)}.${digits.slice(15, 18)}000+000,${imagePath},${pid}`;
    })
    .join('\r\n');

function scText({ name, state, pid }: Service): string {
  return [
    '',
    `SERVICE_NAME: ${name} `,
    '        TYPE               : 10  WIN32_OWN_PROCESS  ',
    `        STATE              : ${stateNumbers[state]}  ${state.toUpperCase()} `,
    '        WIN32_EXIT_CODE    : 0  (0x0)',
    `        PID                : ${pid ?? 0}`,
    '        FLAGS              : ',
    '',
  ].join('\r\n');
}

/**
 * An outcome of the model as a program prints it: its message, with the error number as exit code.
 */
function answered(outcome: Outcome, { out }: Streams): number {
  if (outcome.kind === 'waits' || outcome.answer.ok) return 0;
  const { message } = outcome.answer.error;
  return said(out, `FAILED ${message}`, Number(/error (\d+)/.exec(message)?.[1] ?? 1));
}

function serviceControl(machine: Machine, visit: Visit, args: readonly string[], streams: Streams): number {
  const [verb = '', name = ''] = args;
  const find = (): Service | undefined => visit(() => findService(machine, name));
  if (verb === 'queryex' && name === '')
    return said(
      streams.out,
      machine.services
        .filter(({ state }) => state !== 'stopped')
        .map(scText)
        .join('\r\n'),
    );
  if (verb === 'create')
    return answered(
      visit(() => createService(machine, createdBy(name, args))),
      streams,
    );
  const service = find();
  if (service === undefined) return said(streams.out, '[SC] OpenService FAILED 1060:', 1_060);
  switch (verb) {
    case 'query':
    case 'queryex':
      return said(streams.out, scText(service));
    case 'enumdepend': {
      const needed = showService(machine, service).neededBy ?? [];
      const texts = needed.flatMap((each) => scText(findService(machine, each) ?? service));
      return said(streams.out, [`Enum: entriesRead = ${needed.length}\r\n`, ...texts].join('\r\n'));
    }
    case 'start':
      if (service.state === 'running') return said(streams.out, 'FAILED 1056', 1_056);
      return answered(
        visit((now) => startService(machine, name, now)),
        streams,
      );
    case 'stop':
      if (service.state === 'stopped') return said(streams.out, 'FAILED 1062', 1_062);
      return answered(
        visit((now) => stopService(machine, name, now)),
        streams,
      );
    case 'config':
      return answered(
        visit(() => configureService(machine, name, settingsIn(args))),
        streams,
      );
    case 'delete':
      return answered(
        visit(() => deleteService(machine, name)),
        streams,
      );
    default:
      return said(streams.out, 'ERROR:  Unrecognized command', 1_639);
  }
}

/** `start= auto binPath= …`: the value is the next word. */
function optionOf(args: readonly string[], key: string): string | undefined {
  const at = args.findIndex((each) => each.toLowerCase() === key);
  return at < 0 ? undefined : args[at + 1];
}

/** Defaults of a new service: started by hand, with the system account. */
function createdBy(name: string, args: readonly string[]): InstalledAs {
  const { imagePath = '', startType = 'manual', dependsOn = [] } = settingsIn(args);
  return { name, imagePath, startType, dependsOn, account: optionOf(args, 'obj=') ?? 'LocalSystem' };
}

function settingsIn(args: readonly string[]): Parameters<typeof configureService>[2] {
  const of = (key: string): string | undefined => optionOf(args, key);
  const starts = {
    auto: 'automatic',
    'delayed-auto': 'delayed',
    demand: 'manual',
    disabled: 'disabled',
  } as const;
  const start = of('start=') as keyof typeof starts | undefined;
  const path = of('binpath=');
  const depend = of('depend=');
  return {
    ...(start === undefined ? {} : { startType: starts[start] }),
    ...(path === undefined ? {} : { imagePath: path }),
    // A slash alone: the service depends on nothing.
    ...(depend === undefined ? {} : { dependsOn: depend.split('/').filter((each) => each !== '') }),
  };
}

/** A key with its values, as `reg query` prints it. */
const printed = (key: string, values: readonly (readonly [string, string, string])[]): string =>
  ['', key, ...values.map(([name, type, data]) => `    ${name}    ${type}    ${data}`), ''].join('\r\n');

function registry(
  machine: Machine,
  files: NtFiles,
  args: readonly string[],
  { out, error }: Streams,
): number {
  const [verb = '', path = ''] = args;
  const key = path.replace(/^HKLM\\/i, 'HKEY_LOCAL_MACHINE\\').replace(/^HKU/i, 'HKEY_USERS');
  if (verb === 'add') {
    const data = args[args.indexOf('/d') + 1] ?? '';
    const parts = data.split('\\0').map((part) => part.replace(/^!?\\\?\?\\/, ''));
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const [from = '', to = ''] = [parts[at], parts[at + 1]];
      if (!machine.renames.some((each) => each.from === from && each.to === to))
        machine.renames = [...machine.renames, { from, to }];
    }
    return 0;
  }
  if (verb === 'import') return importService(machine, files, path);
  if (verb === 'export') return exportService(machine, files, key, args[2] ?? '');
  const text = valuesAt(machine, key, args);
  if (text !== null) return said(out, text);
  error.write('ERROR: The system was unable to find the specified registry key or value.\r\n');
  return 1;
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
  const text = files.read(from)?.toString('latin1');
  if (text === undefined) return 1;
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
    case `${controlKey}\\Session Manager`: {
      if (machine.renames.length === 0 || args.at(-1) !== 'PendingFileRenameOperations') return null;
      const list = machine.renames.map(({ from, to }) => `\\??\\${from}\\0!\\??\\${to}`).join('\\0');
      return printed(key, [['PendingFileRenameOperations', 'REG_MULTI_SZ', list]]);
    }
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

const settingsOf = ({ name, imagePath, startType, account, dependsOn, kept = {} }: Service) =>
  [
    ['Type', 'REG_DWORD', '0x10'],
    ['DisplayName', 'REG_SZ', name],
    ['Start', 'REG_DWORD', `0x${startNumbers[startType]}`],
    ['ImagePath', 'REG_EXPAND_SZ', imagePath],
    ['ObjectName', 'REG_SZ', account],
    ...(startType === 'delayed' ? [['DelayedAutostart', 'REG_DWORD', '0x1'] as const] : []),
    ...Object.entries(kept).flatMap(([name, data]) =>
      name.includes('\\') ? [] : [[name, 'REG_BINARY', data] as const],
    ),
    ...(dependsOn.length === 0 ? [] : [['DependOnService', 'REG_MULTI_SZ', dependsOn.join('\\0')] as const]),
  ] as const;

/** Finds words literally, in a file or in the input of a pipe. */
function find(files: NtFiles, args: readonly string[], input: string, write: (line: string) => void): number {
  const literal = args.find((each) => /^\/c:/i.test(each))?.slice(3);
  const isCaseless = args.some((each) => each.toLowerCase() === '/i');
  const plain = args.filter((each) => !each.startsWith('/'));
  const wanted = literal ?? plain.shift() ?? '';
  const text = plain[0] === undefined ? input : (files.read(plain[0])?.toString('latin1') ?? '');
  const isRegular = args.some((each) => each.toLowerCase() === '/r');
  const fits = (line: string): boolean =>
    isRegular
      ? new RegExp(wanted).test(line)
      : isCaseless
        ? line.toLowerCase().includes(wanted.toLowerCase())
        : line.includes(wanted);
  const isNumbered = args.some((each) => each.toLowerCase() === '/n');
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const found = lines.flatMap((line, at) => (fits(line) ? [isNumbered ? `${at + 1}:${line}` : line] : []));
  for (const line of found) write(line);
  return found.length > 0 ? 0 : 1;
}

/**
 * icacls: a path alone is listed; `PATH\\*` means the entries of the folder. A list does not show
 * the owner, as on Windows.
 */
function icacls(machine: Machine, args: readonly string[], { out, error }: Streams): number {
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
