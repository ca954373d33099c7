import { stringify } from 'yaml';
import { parseClientCertificates } from '../../orchestrator/input/client-certificates-file.ts';
import { parseForward } from '../../orchestrator/input/forward-file.ts';
import { parseNotify } from '../../orchestrator/input/notify-file.ts';
import { parseOidc } from '../../orchestrator/input/oidc-file.ts';
import type { Result } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { sshForm } from '../../workers/gateways/windows-ssh/config/settings.ts';

/** Reads the text of a file; a fault names its key and what was expected there. */
type Parse = (
  yaml: string,
) => Result<unknown, readonly { readonly key: string; readonly expected: string }[]>;

/** A file of settings, as the page describes it under a heading of its own. */
interface SettingsFile {
  readonly heading: string;
  readonly parse: Parse;
  /** Complete files: a key of the table is tried in those that take it. */
  readonly bases: readonly object[];
  /** Where it has groups of keys. */
  readonly sections: readonly string[];
}

const secret = { file: 'secret' };
const notifyBase = (destination: object, others: object = {}): object => ({
  notify: { ...others, destinations: { name: destination } },
});
/** The files that a setting names. */
export const files: readonly SettingsFile[] = [
  {
    heading: 'Messages',
    parse: (yaml) => parseNotify(yaml, 'notify.yaml'),
    bases: [
      notifyBase(
        { form: 'webhook', url: 'https://hooks.example', secret },
        { quiet: { zone: 'UTC', between: '22:00-05:00' } },
      ),
      notifyBase({
        form: 'mail',
        server: 'smtp.example',
        from: 'a@b.example',
        to: ['c@d.example'],
        user: 'a',
        password: secret,
      }),
      notifyBase({ form: 'command', run: ['page'] }),
    ],
    sections: ['notify', 'notify.quiet', 'notify.destinations.NAME'],
  },
  {
    heading: 'The receiver of the audit',
    parse: (yaml) => parseForward(yaml, 'forward.yaml'),
    bases: [
      { forward: { to: 'syslog', server: 'siem.example' } },
      { forward: { to: 'syslog', server: 'siem.example', cert: 'a', key: 'b' } },
      { forward: { to: 'webhook', url: 'https://hooks.example', secret } },
    ],
    sections: ['forward'],
  },
  {
    heading: 'The provider of sign-ins',
    parse: (yaml) => parseOidc(yaml, 'oidc.yaml'),
    bases: [
      {
        openIdConnect: {
          issuer: 'https://login.example',
          clientId: 'a',
          clientSecret: 'b',
          groups: [{ group: 'a', role: 'viewer' }],
        },
      },
    ],
    sections: ['openIdConnect', 'openIdConnect.groups[]'],
  },
  {
    heading: 'Client certificates',
    parse: (yaml) => parseClientCertificates(yaml, 'certificates.yaml'),
    bases: [
      {
        clientCertificates: {
          authorities: 'ca.crt',
          rules: [{ subject: { CN: 'anna' }, name: 'DNS:a.example', role: 'viewer' }],
        },
      },
    ],
    sections: ['clientCertificates', 'clientCertificates.rules[]'],
  },
  {
    heading: 'SSH',
    parse: (yaml) => parseYaml(yaml, 'ssh.yaml', sshForm),
    bases: [
      { user: 'a', keyFile: 'key', knownHosts: 'hosts' },
      { user: 'a', agent: 'env' },
    ],
    sections: ['', 'timeouts'],
  },
];

/**
 * A copy of a document with this value, or without it where it is undefined. `[]` in the path is
 * the first item of a list, and `NAME` a name.
 */
export function withValue(document: object, path: string, value: unknown): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  const keys = path.split(/\.|(?=\[\])/).map((key) => (key === '[]' ? '0' : key === 'NAME' ? 'name' : key));
  let at: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

/** The keys of a section, as its own refusal of an unknown key names them. */
export function keysIn({ parse: read, bases: [base = {}] }: SettingsFile, place: string): readonly string[] {
  const unknown = place === '' ? 'zzz' : `${place}.zzz`;
  const refused = read(stringify(withValue(base, unknown, 1)));
  const fault = refused.ok ? undefined : refused.error.find(({ key }) => /\bzzz$/.test(key));
  return (fault?.expected ?? '').replace(/^one of /, '').split(', ');
}
