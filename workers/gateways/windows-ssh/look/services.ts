import type {
  Service,
  ServiceRunState,
  StartType,
} from '../../../../shared/domain/observation/observation.ts';
import { err, ok, type Result } from '../../../../shared/errors.ts';
import type { Part, Section } from '../connection/frame.ts';
import { quoteKey, quoteName } from '../connection/quote.ts';
import { dwordOf, multiOf, parseRegistry } from './registry.ts';

export const servicesKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';

/**
 * State numbers of the service control manager. SC prints a word beside each, which differs by
 * language.
 */
const states: Readonly<Record<string, ServiceRunState>> = {
  '1': 'stopped',
  '2': 'startPending',
  '3': 'stopPending',
  '4': 'running',
  '5': 'running',
  '6': 'running',
  '7': 'running',
};

const startTypes: Readonly<Record<number, StartType>> = {
  0: 'automatic',
  1: 'automatic',
  2: 'automatic',
  3: 'manual',
  4: 'disabled',
};

/** Error 1060: the service does not exist as an installed service. */
export const noSuchService = 1060;

/**
 * The sections that read a service: its state, its stored settings, and the services that depend on
 * it.
 */
export function serviceSections(name: string): Result<readonly Section[], string> {
  const quoted = quoteName(name);
  if (!quoted.ok) return quoted;
  const key = quoteKey(`${servicesKey}\\${name}`);
  if (!key.ok) return key;
  return ok([
    { name: `state ${name}`, commands: `sc queryex ${quoted.value} 2>&1` },
    { name: `settings ${name}`, commands: `reg query ${key.value} 2>&1` },
    { name: `dependants ${name}`, commands: `sc enumdepend ${quoted.value} 65536 2>&1` },
  ]);
}

/** Reads a service from its sections; null when the client has none of this name. */
export function readService(parts: ReadonlyMap<string, Part>, name: string): Result<Service | null, string> {
  const of = (what: string): Part => parts.get(`${what} ${name}`) ?? { text: '', exitCode: null };
  const [state, settings, dependants] = [of('state'), of('settings'), of('dependants')];
  if (state.exitCode === noSuchService) return ok(null);
  const running = scBlocks(state.text)[0];
  if (state.exitCode !== 0 || running === undefined) return notUnderstood('state', name, state);
  // `sc` lists other services where it takes a name for an option.
  if (/^[ -~]+$/.test(name) && running.name.toLowerCase() !== name.toLowerCase())
    return notUnderstood('state', name, state);
  const stored = parseRegistry(settings.text)[0];
  const values = stored?.values;
  const startType = startTypes[dwordOf(values?.get('start')) ?? -1];
  const imagePath = values?.get('imagepath');
  if (settings.exitCode !== 0 || startType === undefined || imagePath === undefined)
    return notUnderstood('settings', name, settings);
  if (running.state === 'running' && running.pid === null && !isDriver(values))
    return notUnderstood('process', name, state);
  if (dependants.exitCode !== 0) return notUnderstood('dependants', name, dependants);
  const neededBy = scBlocks(dependants.text).filter((each) => each.state !== 'stopped');
  return ok({
    name,
    imagePath,
    ...(stored?.types.get('imagepath') === 'REG_SZ' ? { pathType: 'REG_SZ' as const } : {}),
    startType:
      startType === 'automatic' && dwordOf(values?.get('delayedautostart')) === 1 ? 'delayed' : startType,
    state: running.state,
    pid: running.state === 'stopped' ? null : running.pid,
    account: values?.get('objectname') ?? '',
    dependsOn: multiOf(values?.get('dependonservice')),
    ...(neededBy.length === 0 ? {} : { neededBy: neededBy.map((each) => each.name) }),
  });
}

/** Types 1, 2 and 8 are drivers: they run in the kernel, so `sc` prints process 0 for them. */
const isDriver = (values: ReadonlyMap<string, string> | undefined): boolean =>
  ((dwordOf(values?.get('type')) ?? 0) & 0x0b) !== 0;

const notUnderstood = (what: string, name: string, { text, exitCode }: Part): Result<never, string> =>
  err(`${what} of ${name} not understood (exit code ${exitCode ?? 'unknown'}): ${text.trim().slice(0, 300)}`);

export interface ScBlock {
  readonly name: string;
  readonly state: ServiceRunState;
  readonly pid: number | null;
}

/**
 * The services in the output of `sc query`, `queryex` or `enumdepend`, in its order. Its labels are
 * localised (Russian: `ID_процесса` for `PID`), so positions and the forms of the values count: the
 * first line of a block names the service. The indented lines say type, state, two exit codes
 * (`0  (0x0)`), checkpoint and wait hint (`0x0`), and process: the only plain number.
 */
export const scBlocks = (text: string): readonly ScBlock[] => text.split(/\r?\n[ \t]*\r?\n/).flatMap(scBlock);

function scBlock(block: string): readonly ScBlock[] {
  const lines = block.split(/\r?\n/).filter((line) => line.trim() !== '');
  const name = lines.filter((line) => !/^\s/.test(line)).flatMap(valueOf)[0];
  const values = lines.filter((line) => /^\s+[^\s(]/.test(line)).flatMap(valueOf);
  const state = states[/^[1-7](?=\s|$)/.exec(values[1] ?? '')?.[0] ?? ''];
  if (name === undefined || name === '' || state === undefined) return [];
  const pid = Number(values.slice(2).find((value) => /^\d+$/.test(value)) ?? 0);
  return [{ name, state, pid: pid === 0 ? null : pid }];
}

/** What follows the first colon that ends a label. */
function valueOf(line: string): readonly string[] {
  const colon = /:(?:\s|$)/.exec(line);
  return colon === null ? [] : [line.slice(colon.index + 1).trim()];
}
