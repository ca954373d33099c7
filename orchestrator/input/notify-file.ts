import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type NoticeKind, noticeKinds, usualKinds } from '../domain/notice-kinds.ts';
import type { QuietHours } from '../domain/notice-routing.ts';
import type { Delivering, Destination, NotifySettings, SecretSource } from '../notify/settings.ts';
import { urlForms } from '../notify/settings.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import {
  across,
  count,
  either,
  field,
  list,
  matching,
  oneOf,
  section,
  text,
} from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { hostForm, isHost } from '../../shared/input/names.ts';
import { duration } from '../../shared/input/quantities.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { destinationForm, isDestination } from './campaign-notify.ts';
import { dayNumbers, daysField, hours } from './windows.ts';
import { isZone, zoneForm } from './names.ts';

/** The settings of notifications: destinations, what each one gets, and when. */

const variable = () =>
  matching('the name of an environment variable', (value) => /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(value));

export const secretForm = '{ file: PATH } or { env: NAME }, which holds the value';

/** A secret stands in a file or in the environment: the settings file may be read by many. */
export const secret = () =>
  across(section({ file: text('a path').optional(), env: variable().optional() }), ({ file, env }, blame) => {
    if ((file === undefined) === (env === undefined)) blame([], 'names not exactly one place', secretForm);
  }).transform(({ file, env = '' }): SecretSource => (file === undefined ? { env } : { file }));

export const urlForm = 'a URL such as https://hooks.example/servpack, or { file: PATH } or { env: NAME }';

export const url = () =>
  either(
    (value) => typeof value === 'string',
    field(urlForm, (value) =>
      typeof value === 'string' && isUrl(value) && value.length <= 2_000 ? { url: value } : undefined,
    ),
    secret(),
  );

/** Credentials in a URL would stand in logs of others. */
export function isUrl(value: string): boolean {
  const read = URL.parse(value);
  return (
    read !== null &&
    (read.protocol === 'https:' || read.protocol === 'http:') &&
    read.username === '' &&
    read.password === '' &&
    read.hash === ''
  );
}

const quietSection = section({
  zone: matching(zoneForm, isZone),
  between: hours(),
  days: daysField().optional(),
}).transform(({ zone, between, days }): QuietHours => ({
  zone,
  hours: { days: days === undefined ? everyDay : dayNumbers(days), ...between },
}));

const kindForm = `one of usual, all, ${noticeKinds.join(', ')}`;

const kind = () =>
  field(kindForm, (value) =>
    [...noticeKinds, 'usual' as const, 'all' as const].find((each) => each === value),
  );

const address = () =>
  matching('a mail address', (value) => /^[^\s@<>,;"]{1,64}@[A-Za-z0-9.-]{1,253}$/u.test(value));

const allowed = () => oneOf('allowed');

const program = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const programForm = 'a program of the folder SERVPACK_HOOKS, by its file name, and its arguments';

const shared = {
  /** One kind stands for a list of it. */
  kinds: either(
    (value) => typeof value === 'string',
    kind().transform((one) => [one]),
    list(kind(), `a kind, or a list of kinds: ${kindForm}`),
  ).default(['usual']),
  /** Its own quiet hours; `none` = it has none, whatever holds for the others. */
  quiet: either((value) => value === 'none', oneOf('none'), quietSection).optional(),
};

const destination = across(
  section({
    form: oneOf(...urlForms, 'mail', 'command'),
    url: url().optional(),
    secret: secret().optional(),
    private: allowed().optional(),
    server: matching(hostForm, isHost).optional(),
    port: count(1, 65_535).optional(),
    tls: oneOf('starttls', 'implicit', 'none').optional(),
    user: text().optional(),
    password: secret().optional(),
    from: address().optional(),
    to: list(address(), 'a list of mail addresses').optional(),
    run: list(text(), programForm).optional(),
    timeout: duration(1_000).optional(),
    ...shared,
  }),
  (value, blame) => {
    const { form } = value;
    if (typeof form !== 'string') return;
    const known = keysOf(form);
    for (const [key, given] of Object.entries(value))
      if (given !== undefined && !known.all.includes(key))
        blame([key], `stands in a destination of the form ${form}`, `only ${known.all.join(', ')}`);
    for (const key of known.needed)
      if (Reflect.get(value, key) === undefined) blame([key], 'is missing', known.forms[key] ?? 'a value');
    if (form === 'mail' && (value.user === undefined) !== (value.password === undefined))
      blame([value.user === undefined ? 'user' : 'password'], 'is missing', 'user and password together');
    if (form === 'mail' && value.user !== undefined && value.tls === 'none')
      blame(['tls'], 'is "none"', 'starttls or implicit, because a password is sent');
    if (Array.isArray(value.run) && !program.test(String(value.run[0] ?? '')))
      blame(['run'], 'names no program', programForm);
    if (Array.isArray(value.to) && value.to.length === 0) blame(['to'], 'is an empty list', 'a mail address');
  },
);

interface Keys {
  readonly all: readonly string[];
  readonly needed: readonly string[];
  /** What is expected of a key that is missing. */
  readonly forms: Readonly<Record<string, string>>;
}

function keysOf(form: string): Keys {
  const always = ['form', 'kinds', 'quiet'];
  const forms = {
    url: urlForm,
    secret: secretForm,
    server: hostForm,
    from: 'a mail address',
    to: 'a list of mail addresses',
    run: programForm,
  };
  if (form === 'command') return { all: [...always, 'run', 'timeout'], needed: ['run'], forms };
  if (form === 'mail') {
    const own = ['server', 'port', 'tls', 'user', 'password', 'from', 'to', 'private'];
    return { all: [...always, ...own], needed: ['server', 'from', 'to'], forms };
  }
  const signs = form === 'webhook' ? ['secret'] : [];
  return { all: [...always, 'url', 'private', ...signs], needed: ['url', ...signs], forms };
}

const destinationsForm = 'destinations by name, such as { ops: { form: webhook, … } }';

const destinationsField = across(
  z.record(z.string(), destination, { error: destinationsForm }),
  (named, blame) => {
    const names = Object.keys(named);
    if (names.length === 0) blame([], 'is empty', destinationsForm);
    for (const name of names)
      if (!isDestination(name)) blame([name], 'is no name of a destination', destinationForm);
  },
);

const fileSchema = section({
  notify: section({
    link: field(
      'a URL with {campaign} in it, such as https://servpack.example/campaigns/{campaign}',
      (value) =>
        typeof value === 'string' &&
        value.includes('{campaign}') &&
        isUrl(value.replaceAll('{campaign}', 'x'))
          ? value
          : undefined,
    ).optional(),
    gather: duration().default(300_000),
    quiet: quietSection.optional(),
    destinations: destinationsField,
  }),
});

type DestinationInput = z.output<typeof destination>;

/**
 * Reads the settings of notifications. Paths in it are relative to its folder.
 * @param file its name, for the faults and for the paths; it is not opened
 */
export function parseNotify(text: string, file: string): Result<NotifySettings, InputFault[]> {
  const read = parseYaml(text, file, fileSchema);
  if (!read.ok) return err(read.error);
  const { link, gather, quiet, destinations } = read.value.notify;
  return ok({
    link: link ?? null,
    gatherMs: gather,
    destinations: Object.entries(destinations).map(([name, input]) =>
      toDestination(name, input, quiet ?? null, dirname(file)),
    ),
  });
}

function toDestination(
  name: string,
  input: DestinationInput,
  usual: QuietHours | null,
  folder: string,
): Destination {
  const { quiet = usual } = input;
  return {
    name,
    kinds: toKinds(input.kinds),
    quiet: quiet === 'none' ? null : quiet,
    by: toDelivering(input, folder),
  };
}

const toKinds = (named: DestinationInput['kinds']): readonly NoticeKind[] => [
  ...new Set(
    named.flatMap((each) => (each === 'usual' ? usualKinds : each === 'all' ? noticeKinds : [each])),
  ),
];

function toDelivering(input: DestinationInput, folder: string): Delivering {
  const { form, run = [], timeout = 30_000, from = '', to = [], server = '', user, password } = input;
  const placed = (source: SecretSource): SecretSource =>
    'file' in source ? { file: resolve(folder, source.file) } : source;
  const isPrivateAllowed = input.private !== undefined;
  if (form === 'command') return { form, run, timeoutMs: timeout };
  if (form === 'mail') {
    const login = user === undefined || password === undefined ? null : { user, password: placed(password) };
    const { tls = 'starttls' } = input;
    const { port = tls === 'implicit' ? 465 : 587 } = input;
    return { form, server, port, tls, login, from, to, isPrivateAllowed };
  }
  const { url: given = { url: '' }, secret: own } = input;
  return {
    form,
    url: 'url' in given ? given : placed(given),
    secret: own === undefined ? null : placed(own),
    isPrivateAllowed,
  };
}
