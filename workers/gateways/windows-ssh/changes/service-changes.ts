import type { Fence } from '../../../../shared/store/types.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Service, StartType } from '../../../../shared/domain/observation/observation.ts';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult, ServiceSettings } from '../../../../shared/execution/gateway.ts';
import { send, wordsOf } from './send.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { hasRawBytes } from '../connection/code-page.ts';
import { quoteArgument, quoteKey, quoteName } from '../connection/quote.ts';
import { keptIn, keySections } from './kept-settings.ts';
import { withExecutables } from '../look/full-paths.ts';
import { readService, servicesKey, serviceSections } from '../look/services.ts';
import { runStateWords } from '../../../../shared/domain/observation/words.ts';

/** Windows gives up a service that does not respond for so long (errors 1053, 2186). */
const settleMs = 30_000;
const pollMs = 150;

const alreadyRunning = 1056;
const notStarted = 1062;

/**
 * Reads a service; null when none of this name is installed.
 * @param keys registry keys whose values belong to the service
 */
export async function service(
  shell: ClientShell,
  name: string,
  keys: readonly string[] = [],
): Promise<GatewayResult<Service | null>> {
  const sections = refused(serviceSections(name));
  if (!sections.ok) return sections;
  const more = refused(keySections(keys));
  if (!more.ok) return more;
  const parts = await shell.read([...sections.value, ...more.value]);
  if (!parts.ok) return parts;
  const found = readService(parts.value, name);
  if (!found.ok) return failure('garbled', found.error);
  if (found.value === null) return ok(null);
  const spelled = await withExecutables(shell, [found.value]);
  if (!spelled.ok) return spelled;
  const [named = found.value] = spelled.value;
  const kept = keptIn(parts.value, name, keys);
  return ok(Object.keys(kept).length === 0 ? named : { ...named, kept });
}

/**
 * Reads a service as it will be put back. A setting that the console of the client cannot print is
 * told with loss, and would be written back wrong: then nothing is changed.
 * @returns `failed` for such a setting
 */
export async function storedService(
  shell: ClientShell,
  name: string,
  keys: readonly string[] = [],
): Promise<GatewayResult<Service | null>> {
  const found = await service(shell, name, keys);
  if (!found.ok || found.value === null) return found;
  const { imagePath, account, dependsOn } = found.value;
  const lost = [imagePath, account, ...dependsOn].find(isLossy);
  return lost === undefined
    ? found
    : failure('failed', `${name}: the console of the client cannot print all of ${JSON.stringify(lost)}`);
}

/** The console prints `?` for a character that its code page does not have. */
const isLossy = (value: string): boolean =>
  value.replace(/^"?\\\?\?\\/, '').includes('?') || hasRawBytes(value);

/** Starts or stops a service, and waits until the service is in that state or will not reach it. */
export async function control(
  shell: ClientShell,
  fence: Fence,
  name: string,
  order: 'start' | 'stop',
): Promise<GatewayResult<void>> {
  const quoted = refused(quoteName(name));
  if (!quoted.ok) return quoted;
  const sent = await send(shell, fence, `sc ${order} ${quoted.value} 2>&1`);
  if (!sent.ok) return sent;
  const isSo = sent.value.exitCode === (order === 'start' ? alreadyRunning : notStarted);
  if (sent.value.exitCode !== 0 && !isSo) return failure('failed', wordsOf(sent.value));
  return settled(shell, name, order === 'start' ? 'running' : 'stopped');
}

async function settled(
  shell: ClientShell,
  name: string,
  state: 'running' | 'stopped',
): Promise<GatewayResult<void>> {
  for (const until = Date.now() + settleMs; ; await pause(pollMs)) {
    const now = await service(shell, name);
    if (!now.ok) return now;
    if (now.value === null) return failure('failed', `error 1060: there is no service ${name}`);
    if (now.value.state === state) return ok(undefined);
    if (now.value.state !== 'startPending' && now.value.state !== 'stopPending')
      return failure('failed', `${name} is ${runStateWords[now.value.state]}, not ${runStateWords[state]}`);
    if (Date.now() > until)
      return failure(
        'failed',
        `error 2186: ${name} is still ${runStateWords[now.value.state]} after ${settleMs / 1_000} s`,
      );
    if (shell.signal.aborted) return failure('cutOff', 'given up while the service was on its way');
  }
}

/** The words of `sc` for start types. */
export const startWords: Readonly<Record<StartType, string>> = {
  automatic: 'auto',
  // `auto` would remove the delay.
  delayed: 'delayed-auto',
  manual: 'demand',
  disabled: 'disabled',
};

/**
 * Stores the image path under its type again: a service manager writes every path as REG_EXPAND_SZ
 * (`save_service_config` of Wine).
 * @param key the key of the service as an argument, and `path` the image path
 */
export const typing = (key: string, path: string, pathType: ServiceSettings['pathType']): string =>
  pathType === undefined ? '' : ` && reg add ${key} /v ImagePath /t ${pathType} /d ${path} /f 2>&1`;

/**
 * Changes settings of a service. `sc config` keeps all others, also the account and its password.
 */
export async function configure(
  shell: ClientShell,
  fence: Fence,
  name: string,
  { startType, imagePath, pathType }: ServiceSettings,
): Promise<GatewayResult<void>> {
  const quoted = refused(quoteName(name));
  if (!quoted.ok) return quoted;
  const key = refused(quoteKey(`${servicesKey}\\${name}`));
  if (!key.ok) return key;
  const path = imagePath === undefined ? ok('') : refused(quoteArgument(imagePath));
  if (!path.ok) return path;
  const settings = [
    startType === undefined ? '' : ` start= ${startWords[startType]}`,
    imagePath === undefined ? '' : ` binPath= ${path.value}`,
  ].join('');
  const typed = imagePath === undefined ? '' : typing(key.value, path.value, pathType);
  const sent = await send(shell, fence, `sc config ${quoted.value}${settings} 2>&1${typed}`);
  if (!sent.ok) return sent;
  return sent.value.exitCode === 0 ? ok(undefined) : failure('failed', wordsOf(sent.value));
}
