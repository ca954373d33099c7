import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { ForwardSettings } from '../forward/settings.ts';
import type { SecretSource } from '../notify/settings.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { across, count, matching, oneOf, section, text } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { hostForm, isHost } from '../../shared/input/names.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { secret, secretForm, url, urlForm } from './notify-file.ts';

/** The settings of the receiver of the audit, such as a SIEM. */

const receiver = across(
  section({
    to: oneOf('syslog', 'webhook'),
    entries: oneOf('all', 'people').default('all'),
    server: matching(hostForm, isHost).optional(),
    port: count(1, 65_535).optional(),
    tls: oneOf('required', 'none').optional(),
    ca: text('a path').optional(),
    cert: text('a path').optional(),
    key: text('a path').optional(),
    acknowledge: oneOf('close', 'none').optional(),
    enterprise: count(1, 2_147_483_647).optional(),
    url: url().optional(),
    secret: secret().optional(),
    private: oneOf('allowed').optional(),
  }),
  (value, blame) => {
    const { to } = value;
    if (to !== 'syslog' && to !== 'webhook') return;
    const known: readonly string[] = keys[to].all;
    for (const [key, given] of Object.entries(value))
      if (given !== undefined && !known.includes(key))
        blame([key], `stands in a receiver of the form ${to}`, `only ${known.join(', ')}`);
    for (const [key, form] of keys[to].needed)
      if (Reflect.get(value, key) === undefined) blame([key], 'is missing', form);
    if ((value.cert === undefined) !== (value.key === undefined))
      blame([value.cert === undefined ? 'cert' : 'key'], 'is missing', 'cert and key together');
    if (value.tls === 'none' && (value.ca ?? value.cert) !== undefined)
      blame(['tls'], 'is "none"', 'required, because certificates are named');
  },
);

const keys = {
  syslog: {
    all: ['to', 'entries', 'server', 'port', 'tls', 'ca', 'cert', 'key', 'acknowledge', 'enterprise'],
    needed: [['server', hostForm]],
  },
  webhook: {
    all: ['to', 'entries', 'url', 'secret', 'private'],
    needed: [
      ['url', urlForm],
      ['secret', secretForm],
    ],
  },
} as const;

const fileSchema = section({ forward: receiver });

type ReceiverInput = z.output<typeof receiver>;

/** Reserved for examples (RFC 5612): servpack has no number of its own. */
const exampleEnterprise = 32_473;

/**
 * Reads the settings of the audit's receiver. Paths in it are relative to its folder.
 * @param file its name, for the faults and for the paths; it is not opened
 */
export function parseForward(yaml: string, file: string): Result<ForwardSettings, InputFault[]> {
  const read = parseYaml(yaml, file, fileSchema);
  if (!read.ok) return err(read.error);
  const input = read.value.forward;
  return ok({ entries: input.entries, receiver: toReceiver(input, dirname(file)) });
}

function toReceiver(input: ReceiverInput, folder: string): ForwardSettings['receiver'] {
  const path = (name: string): string => resolve(folder, name);
  const placed = (source: SecretSource): SecretSource =>
    'file' in source ? { file: path(source.file) } : source;
  if (input.to === 'webhook') {
    const { url: given = { url: '' }, secret: own = { env: '' } } = input;
    return {
      to: 'webhook',
      url: 'url' in given ? given : placed(given),
      secret: placed(own),
      isPrivateAllowed: input.private !== undefined,
    };
  }
  const { server = '', tls = 'required', ca, cert, key } = input;
  return {
    to: 'syslog',
    server,
    port: input.port ?? (tls === 'required' ? 6514 : 514),
    tls,
    ca: ca === undefined ? null : path(ca),
    login: cert === undefined || key === undefined ? null : { cert: path(cert), key: path(key) },
    acknowledge: input.acknowledge ?? 'close',
    enterprise: input.enterprise ?? exampleEnterprise,
  };
}
