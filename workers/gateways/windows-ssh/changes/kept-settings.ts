import { ok, type Result } from '../../../../shared/errors.ts';
import type { Part, Section } from '../connection/frame.ts';
import { quoteKey } from '../connection/quote.ts';
import { parseRegistry } from '../look/registry.ts';

/**
 * Values of the key of a service beyond start type, path and account: `sc failure`, `sc privs`, `sc
 * sidtype`.
 */
const ownValues = [
  'failureactions',
  'failurecommand',
  'failureactionsonnoncrashfailures',
  'rebootmessage',
  'requiredprivileges',
  'servicesidtype',
] as const;

const sectionOf = (key: string): string => `key ${key}`;

/** Sections that read registry keys of a service; a key that does not exist has no values. */
export function keySections(keys: readonly string[]): Result<readonly Section[], string> {
  const sections: Section[] = [];
  for (const key of keys) {
    const quoted = quoteKey(key);
    if (!quoted.ok) return quoted;
    sections.push({ name: sectionOf(key), commands: `reg query ${quoted.value} /s 2>nul` });
  }
  return ok(sections);
}

/**
 * The settings of a service that a move must keep: values of its own key by name, others by key and
 * name, in lower case.
 */
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
