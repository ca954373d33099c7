import { ok, type Result } from '../../../../shared/errors.ts';
import type { Part, Section } from '../connection/frame.ts';
import { quoteName } from '../connection/quote.ts';
import { parseRegistry } from '../look/registry.ts';

/** Values of a service's own key that neither its state nor its start type, path or account say: `sc failure`, `sc privs`, `sc sidtype`. */
const ownValues = [
  'failureactions',
  'failurecommand',
  'failureactionsonnoncrashfailures',
  'rebootmessage',
  'requiredprivileges',
  'servicesidtype',
] as const;

const sectionOf = (key: string): string => `key ${key}`;

/** The values of keys that belong to a service. One that is not there has none. */
export function keySections(keys: readonly string[]): Result<readonly Section[], string> {
  const sections: Section[] = [];
  for (const key of keys) {
    const parts = key.split('\\').map((part) => quoteName(part));
    const bad = parts.find((part) => !part.ok);
    if (bad !== undefined && !bad.ok) return bad;
    sections.push({ name: sectionOf(key), commands: `reg query "${key}" /s 2>nul` });
  }
  return ok(sections);
}

/** What must not be lost of a service, out of what its sections brought: own values by their name, others by key and name, in lower case. */
export function keptIn(
  parts: ReadonlyMap<string, Part>,
  service: string,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  const own = parseRegistry(parts.get(`settings ${service}`)?.text ?? '')[0]?.values;
  const found: [string, string][] = ownValues.flatMap((name) => {
    const value = own?.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  for (const key of keys)
    for (const { path, values } of parseRegistry(parts.get(sectionOf(key))?.text ?? ''))
      for (const [name, value] of values) found.push([`${path}\\${name}`.toLowerCase(), value]);
  return Object.fromEntries(found);
}
