import { startInSteps } from '../../../../shared/domain/observation/boot.ts';
import { executablePathOf, isInside, isVague } from '../../../../shared/domain/observation/image-path.ts';
import type { Intent, RunningProcess, Service } from '../../../../shared/domain/observation/observation.ts';
import { err, ok, type Result } from '../../../../shared/errors.ts';
import type { ClientLook, LookRequest } from '../../../../shared/products/client-look.ts';
import type { Part } from '../connection/frame.ts';
import { parseIntent } from '../../../../shared/execution/intent.ts';
import { isMissing } from './look-sections.ts';
import { type ListedProcess, parseTasklist, type ProcessDetail, wmiTime } from './processes.ts';
import { parseRegistry, type RegistryKey } from './registry.ts';
import { readService } from './services.ts';

/** The content of the sections of a look, before the processes that block are known. */
export interface Seen {
  readonly bootedAt: number;
  /** Null where the client does not tell it. */
  readonly uptimeMs: number | null;
  readonly role: 'workstation' | 'server';
  readonly users: ClientLook['users'];
  readonly logonServer: string;
  readonly pendingRestart: boolean;
  readonly intent: Intent | null;
  readonly listed: readonly ListedProcess[];
  /**
   * Files in the component directory that cannot be opened for writing, in the spelling of the
   * client.
   */
  readonly locked: readonly string[];
  readonly services: readonly Service[];
  readonly configuration: string | null;
  readonly versionFile: string | null;
  readonly freeBytes: number | null;
  readonly system: string | null;
}

type Parts = ReadonlyMap<string, Part>;

/**
 * Reads the sections of a look. Error: a section is not understood, with the output of the client.
 */
export function readSeen(parts: Parts, request: LookRequest): Result<Seen, string> {
  const text = (name: string): string => parts.get(name)?.text ?? '';
  const unfinished = [...parts].find(([, { exitCode }]) => exitCode === null);
  if (unfinished !== undefined) return strange(unfinished[0], unfinished[1].text);
  const boot = toldBoot(text('boot'));
  if (boot === null) return strange('boot', text('boot'));
  const role = roleOf(text('role'));
  if (role === null) return strange('role', text('role'));
  const intent = readIntentPart(text('intent'));
  if (!intent.ok) return intent;
  const listed = parseTasklist(text('processes'));
  if (listed.length === 0) return strange('processes', text('processes'));
  const components = readComponents(parts.get('components'));
  if (!components.ok) return components;
  const services = readServices(parts, request.services);
  if (!services.ok) return services;
  const configuration = readText(parts, 'configuration');
  if (!configuration.ok) return configuration;
  const versionFile = readText(parts, 'version');
  if (!versionFile.ok) return versionFile;
  const hives = parseRegistry(text('users'));
  const isOld = /\b5\.[012]\.\d/.test(text('facts'));
  const bootedAt = startInSteps(boot.at);
  return ok({
    bootedAt,
    uptimeMs: boot.uptimeMs,
    role,
    users: usersOf(hives, isOld, bootedAt),
    logonServer: logonServerOf(hives),
    pendingRestart: isPending(parseRegistry(text('pending')), request.componentDirectory),
    intent: intent.value,
    listed,
    locked: components.value,
    services: services.value,
    configuration: configuration.value,
    versionFile: versionFile.value,
    freeBytes: freeBytes(text('free')),
    system: systemIn(text('facts')),
  });
}

/** The output of `ver`: in every language the only line with a version number. */
export const systemIn = (facts: string): string | null =>
  facts
    .split(/\r?\n/)
    .find((line) => /\d\.\d+\.\d/.test(line))
    ?.trim() ?? null;

const strange = (what: string, text: string): Result<never, string> =>
  err(`${what} not understood: ${text.trim().slice(0, 300) || '(nothing was said)'}`);

/** A start of Windows by the client's clock, and for how long it has run where WMI tells that. */
export interface ToldBoot {
  readonly at: number;
  readonly uptimeMs: number | null;
}

/** The start from the event or from WMI; null where neither says one. */
export function toldBoot(text: string): ToldBoot | null {
  const event = /StartTime['"]?>([^<]{1,100})</.exec(text)?.[1];
  if (event !== undefined) {
    const at = Date.parse(event.replace(/(\.\d{3})\d+Z$/, '$1Z'));
    return Number.isNaN(at) ? null : { at, uptimeMs: null };
  }
  // The start comes first, in its own column: the time of the client never stands in for it. Wine
  // prints its offset with two digits, so that the second time is not whole there.
  const line = text.split(/\r?\n/).find((each) => /^\s*[\d/]/.test(each)) ?? '';
  const [at = null, now = null] = line
    .trim()
    .split(/[\s/]+/)
    .map(wmiTime);
  if (at === null) return null;
  return { at, uptimeMs: now === null || now < at ? null : now - at };
}

/** `WinNT` is a workstation; `ServerNT` and `LanmanNT` (a domain controller) are servers. */
function roleOf(text: string): 'workstation' | 'server' | null {
  const type = parseRegistry(text)[0]?.values.get('producttype')?.toLowerCase();
  if (type === 'winnt') return 'workstation';
  return type === 'servernt' || type === 'lanmannt' ? 'server' : null;
}

/** The intent of a client; null when there is none. Error: the file holds something else. */
export function readIntentPart(text: string): Result<Intent | null, string> {
  if (text.trim() === isMissing) return ok(null);
  const intent = parseIntent(text);
  return intent === null ? strange('the intent on the client', text) : ok(intent);
}

function readComponents(part: Part | undefined): Result<readonly string[], string> {
  const lines = (part?.text ?? '').split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => /^[FL] ./.test(line)))
    return strange('the component directory', part?.text ?? '');
  // A file may be listed twice: by `for`, and by its attributes.
  return ok([...new Set(lines.filter((line) => line.startsWith('L')).map((line) => line.slice(2)))]);
}

function readServices(parts: Parts, names: readonly string[]): Result<readonly Service[], string> {
  const services: Service[] = [];
  for (const name of names) {
    const service = readService(parts, name);
    if (!service.ok) return service;
    if (service.value !== null) services.push(service.value);
  }
  return ok(services);
}

/** A text; null when the file does not exist. Error: the file could not be read. */
function readText(parts: Parts, name: string): Result<string | null, string> {
  const part = parts.get(name);
  if (part === undefined || part.text.trim() === isMissing) return ok(null);
  return part.exitCode === 0 ? ok(part.text) : strange(name, part.text);
}

/**
 * The users who are logged on at the machine. For each Windows creates a key with the number of the
 * session below "Volatile Environment" (before Vista that key itself); a login over SSH has none.
 * No Windows prints the time of a logon in the same form in all languages, so `since` is the last
 * start.
 */
function usersOf(hives: readonly RegistryKey[], isOld: boolean, since: number): ClientLook['users'] {
  const sessions = hives.flatMap(({ path }) => {
    const found = /^HKEY_USERS\\(S-[\d-]+)\\Volatile Environment(?:\\(\d+))?$/i.exec(path);
    if (found === null || (found[2] === undefined && !isOld)) return [];
    return [{ sid: found[1] ?? '', session: Number(found[2] ?? 0) }];
  });
  return sessions.map(({ sid, session }) => {
    const of = (key: string, value: string): string | undefined =>
      hives
        .find(({ path, values }) => path === `HKEY_USERS\\${sid}\\${key}` && values.has(value))
        ?.values.get(value);
    const domain = of('Volatile Environment', 'userdomain');
    const name = of('Volatile Environment', 'username') ?? sid;
    const load = of('Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows', 'load') ?? null;
    return { name: domain === undefined ? name : `${domain}\\${name}`, session, since, load };
  });
}

/** The logon server of the users; empty = no user is logged on. */
const logonServerOf = (hives: readonly RegistryKey[]): string =>
  hives
    .filter(({ path }) => /^HKEY_USERS\\S-[\d-]+\\Volatile Environment$/i.test(path))
    .map(({ values }) => (values.get('logonserver') ?? '').replace(/^\\\\/, ''))
    .find((name) => name !== '') ?? '';

/**
 * Do files of the component directory, or Windows' own servicing, wait for a restart? Pending
 * renames of other programs do not count: on many machines they stay for ever.
 */
function isPending(keys: readonly RegistryKey[], componentDirectory: string): boolean {
  const lists = keys.flatMap(({ values }) =>
    ['pendingfilerenameoperations', 'pendingfilerenameoperations2'].flatMap((name) => values.get(name) ?? []),
  );
  const isServicing = keys.some(({ path }) => /\\(RebootRequired|RebootPending)$/i.test(path));
  return (
    isServicing || lists.some((list) => namesPrinted(list).some((path) => isInside(path, componentDirectory)))
  );
}

/**
 * The paths in a list of renames as `reg query` prints it. A backslash and a zero may separate two
 * names or begin a name of a path, so a name begins only with the mark of an NT path. Windows 11
 * puts marks such as `*1` before that.
 */
const namesPrinted = (list: string): readonly string[] =>
  list.split(/(?:^|\\0)(?:\*\d+)?!?\\\?\?\\/).filter((path) => path !== '');

/**
 * The last number that `dir` prints: words and separators differ by language, its place does not.
 */
export function freeBytes(text: string): number | null {
  const numbers = text.trimEnd().split(/\r?\n/).at(-1)?.match(/\d+/g) ?? [];
  return numbers.length === 2 ? Number(numbers[1]) : null;
}

/**
 * The processes that run from the component directory. Without WMI this follows from three facts: a
 * file there cannot be written, a process of its name runs, and that process is not a service that
 * runs from another directory.
 */
export function runningThere(
  { componentDirectory }: LookRequest,
  { listed, locked, bootedAt, users }: Seen,
  services: readonly Service[],
  details: ReadonlyMap<number, ProcessDetail>,
): readonly RunningProcess[] {
  const isLocked = new Map(locked.map((name) => [name.toLowerCase(), name]));
  return listed.flatMap(({ executable, pid, session }) => {
    const service = services.find((each) => each.pid === pid);
    const detail = details.get(pid);
    const file = isLocked.get(executable.toLowerCase());
    const known = detail?.imagePath ?? (service === undefined ? undefined : executablePathOf(service));
    if (file === undefined && detail === undefined) return [];
    // A path that only the client could read does not prove that the process is another one.
    const isUnknown = known === undefined || isVague(known);
    if (isUnknown ? file === undefined : !isInside(known, componentDirectory)) return [];
    const imagePath =
      isUnknown || detail === undefined ? `${componentDirectory}\\${file ?? executable}` : detail.imagePath;
    const user = service?.account ?? users.find((each) => each.session === session)?.name ?? '';
    return [{ pid, executable, imagePath, session, user, startedAt: detail?.startedAt ?? bootedAt }];
  });
}
