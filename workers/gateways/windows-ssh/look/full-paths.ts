import {
  executableOf,
  expanded,
  hasShortName,
  isVague,
} from '../../../../shared/domain/observation/image-path.ts';
import type { Service } from '../../../../shared/domain/observation/observation.ts';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import type { ClientShell } from '../connection/client.ts';
import type { Part, Section } from '../connection/frame.ts';
import { quotePath } from '../connection/quote.ts';
import { parseRegistry } from './registry.ts';

/** No client has so many services and processes of one product in another spelling. */
const askedAtMost = 64;

const printed = 'servpack:is ';

/** The variables of the login, and those of the machine, which a service gets. */
const variableSections: readonly Section[] = [
  { name: 'variables', commands: 'set' },
  {
    name: 'machine variables',
    commands: 'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment" 2>nul',
  },
];

/**
 * The paths of executables in one form: variables replaced by the client's own values, and long
 * names for short ones. A path that the client does not know stays vague (`isVague`). The client is
 * asked only where a path needs it.
 * @param imagePaths as the client spells them
 */
export async function fullPaths(
  shell: ClientShell,
  imagePaths: readonly string[],
): Promise<GatewayResult<(imagePath: string) => string>> {
  const vague = [...new Set(imagePaths)].filter((path) => isVague(executableOf(path))).slice(0, askedAtMost);
  if (vague.length === 0) return ok(executableOf);
  const variables = await readVariables(shell, vague);
  if (!variables.ok) return variables;
  const found = new Map(
    vague.map((path) => [path, executableOf(expanded(executableOf(path), variables.value))] as const),
  );
  const longer = await longNames(shell, [...found.values()].filter(hasShortName));
  if (!longer.ok) return longer;
  return ok((path) => {
    const full = found.get(path) ?? executableOf(path);
    return longer.value.get(full) ?? full;
  });
}

/** The services, with their executables where the image paths do not name them by themselves. */
export async function withExecutables(
  shell: ClientShell,
  services: readonly Service[],
): Promise<GatewayResult<readonly Service[]>> {
  const full = await fullPaths(
    shell,
    services.map(({ imagePath }) => imagePath),
  );
  if (!full.ok) return full;
  return ok(
    services.map((service) => {
      const executable = full.value(service.imagePath);
      return executable === executableOf(service.imagePath) ? service : { ...service, executable };
    }),
  );
}

type Variables = (name: string) => string | undefined;

async function readVariables(
  shell: ClientShell,
  paths: readonly string[],
): Promise<GatewayResult<Variables>> {
  if (paths.every((path) => /^[A-Za-z]:\\[^%]*$/.test(executableOf(path)))) return ok(() => undefined);
  const parts = await shell.read(variableSections);
  return parts.ok ? ok(variablesIn(parts.value)) : parts;
}

/**
 * A service gets the machine's variables. Of the folders that only the login knows, a login of 32
 * bits on a Windows of 64 bits has other ones than a service; it names those of a service too.
 */
export function variablesIn(parts: ReadonlyMap<string, Part>): Variables {
  const own = new Map<string, string>();
  for (const line of (parts.get('variables')?.text ?? '').split(/\r?\n/)) {
    const at = line.indexOf('=', 1);
    if (at > 0) own.set(line.slice(0, at).toLowerCase(), line.slice(at + 1));
  }
  const machine = parseRegistry(parts.get('machine variables')?.text ?? '')[0]?.values;
  const ofServices: Readonly<Record<string, string>> = {
    programfiles: 'programw6432',
    commonprogramfiles: 'commonprogramw6432',
  };
  return (name) =>
    machine?.get(name) ??
    own.get(Object.hasOwn(ofServices, name) ? (ofServices[name] ?? name) : name) ??
    own.get(name);
}

/** By path with short names: the path with long names, where the client prints it. */
async function longNames(
  shell: ClientShell,
  paths: readonly string[],
): Promise<GatewayResult<ReadonlyMap<string, string>>> {
  const sections = paths.flatMap((path): Section[] => {
    const quoted = quotePath(path);
    // cmd.exe replaces each short name of an existing path by the long one in `%~f`.
    return quoted.ok ? [{ name: path, commands: `for %z in (${quoted.value}) do @echo ${printed}%~fz` }] : [];
  });
  if (sections.length === 0) return ok(new Map());
  const parts = await shell.read(sections);
  if (!parts.ok) return parts;
  const found = new Map<string, string>();
  for (const [path, { text }] of parts.value) {
    const line = text.split(/\r?\n/).find((each) => each.startsWith(printed));
    if (line !== undefined) found.set(path, executableOf(line.slice(printed.length)));
  }
  return ok(found);
}
