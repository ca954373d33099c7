import type { Fence } from '../../../../shared/store/types.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { needsPassword, passwordNeeded } from '../../../../shared/execution/service-account.ts';
import { err, ok, type Result } from '../../../../shared/errors.ts';
import type { GatewayResult, InstalledAs } from '../../../../shared/execution/gateway.ts';
import { send, wordsOf } from './send.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { keptFile } from './guard.ts';
import { quoteArgument, quoteKey, quoteName } from '../connection/quote.ts';
import { dwordOf, multiOf, parseRegistry } from '../look/registry.ts';
import { startWords, typing } from './service-changes.ts';
import { noSuchService, servicesKey } from '../look/services.ts';

/**
 * Reinstalls a service: deletes it and creates it again. The guard folder holds its registry key in
 * one file from before the deletion until the service is complete again. While that file exists,
 * the service under this name may be incomplete, and must not overwrite the file.
 */

/** Programs that have a deleted service open mostly close it at once. */
const goneMs = 10_000;
const pollMs = 150;

const alreadyThere = 1073;
const markedForDeletion = 1072;
const isUnkept = 'servpack:unkept';

const keyOf = (name: string): GatewayResult<string> => refused(quoteKey(`${servicesKey}\\${name}`));

export async function uninstall(
  shell: ClientShell,
  fence: Fence,
  name: string,
): Promise<GatewayResult<void>> {
  const quoted = refused(quoteName(name));
  if (!quoted.ok) return quoted;
  const key = keyOf(name);
  if (!key.ok) return key;
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const file = keptFile(root.value);
  // A service that is marked for deletion is not kept: the mark would come back with it. The file
  // gets its name only when it is complete.
  const keep = [
    `(reg query ${key.value} /v DeleteFlag >nul 2>&1 || `,
    `(reg export ${key.value} "${file}.new" /y >nul 2>&1 && move /y "${file}.new" "${file}" >nul 2>&1))`,
  ].join('');
  const sent = await send(
    shell,
    fence,
    `(if not exist "${file}" ${keep})& (if exist "${file}" (sc delete ${quoted.value} 2>&1) else (echo ${isUnkept}& sc queryex ${quoted.value} 2>&1))`,
  );
  if (!sent.ok) return sent;
  const { exitCode, text } = sent.value;
  if (exitCode === noSuchService) return ok(undefined);
  if (text.includes(isUnkept))
    return failure('failed', `${name} was not deleted: it is marked for that already, or cannot be kept`);
  if (exitCode !== 0 && exitCode !== markedForDeletion) return failure('failed', wordsOf(sent.value));
  return untilGone(shell, name, quoted.value);
}

/**
 * A deleted service stays, marked for deletion, while it runs or a program has it open, such as
 * services.msc.
 */
async function untilGone(shell: ClientShell, name: string, quoted: string): Promise<GatewayResult<void>> {
  for (const until = Date.now() + goneMs; ; await pause(pollMs)) {
    const asked = await shell.read([{ name: 'state', commands: `sc queryex ${quoted} 2>&1` }]);
    if (!asked.ok) return asked;
    if (asked.value.get('state')?.exitCode === noSuchService) return ok(undefined);
    if (Date.now() > until) return marked(name);
    if (shell.signal.aborted) return failure('cutOff', 'given up while the service was being deleted');
  }
}

const marked = (name: string): GatewayResult<never> =>
  failure(
    'failed',
    `error 1072: ${name} is marked for deletion and stays (Q173785): it runs, or something holds it open; closing that ends it, or a restart`,
  );

/**
 * Every step may run again: an existing service is not created twice, and the file goes only after
 * the last step.
 */
export async function install(
  shell: ClientShell,
  fence: Fence,
  service: InstalledAs,
): Promise<GatewayResult<void>> {
  const root = await shell.systemRoot();
  if (!root.ok) return root;
  const file = keptFile(root.value);
  const made = await create(shell, fence, service, file);
  if (!made.ok) return made;
  if (made.value === 'kept') {
    const imported = await send(shell, fence, `reg import "${file}" 2>&1`);
    if (!imported.ok) return imported;
    if (imported.value.exitCode !== 0) return failure('failed', wordsOf(imported.value));
  }
  return configureRecreated(shell, fence, service, file);
}

/** Creates the service unless it exists. Returns whether a kept key is to be imported. */
async function create(
  shell: ClientShell,
  fence: Fence,
  service: InstalledAs,
  file: string,
): Promise<GatewayResult<'kept' | 'unkept'>> {
  const { name, account } = service;
  if (needsPassword(account)) return failure('failed', passwordNeeded(name, account));
  const quoted = refused(quoteName(name));
  if (!quoted.ok) return quoted;
  const settings = refused(settingsOf(service, service.dependsOn));
  if (!settings.ok) return settings;
  const owner = refused(quoteArgument(account));
  if (!owner.ok) return owner;
  const obj = /^(?:\.\\)?LocalSystem$/i.test(account) ? '' : ` obj= ${owner.value}`;
  const sent = await send(
    shell,
    fence,
    `if exist "${file}" (sc create ${quoted.value}${settings.value}${obj} 2>&1) else (echo ${isUnkept}& sc queryex ${quoted.value} 2>&1)`,
  );
  if (!sent.ok) return sent;
  const { exitCode, text } = sent.value;
  const isNothing = text.includes(isUnkept);
  if (isNothing && exitCode === noSuchService)
    return failure('failed', `error 1060: there is no service ${name}, and nothing of it was kept`);
  if (exitCode === markedForDeletion) return marked(name);
  return exitCode === 0 || exitCode === alreadyThere
    ? ok(isNothing ? 'unkept' : 'kept')
    : failure('failed', wordsOf(sent.value));
}

/** The settings as arguments of `sc`, for which a slash alone means "depends on nothing". */
function settingsOf(
  { imagePath, startType }: InstalledAs,
  dependsOn: readonly string[],
): Result<string, string> {
  const [path, needs] = [quoteArgument(imagePath), quoteArgument(dependsOn.join('/') || '/')];
  if (!path.ok) return path;
  if (!needs.ok) return needs;
  if (dependsOn.some((each) => each.includes('/')))
    return err('a service of this name cannot be depended on');
  return ok(` binPath= ${path.value} start= ${startWords[startType]} depend= ${needs.value}`);
}

/**
 * Configures the recreated service. The imported key holds the old image path, and the service
 * control manager does not read the registry: it goes by the settings that `sc` gives it. So `sc`
 * gives it the wanted settings, and of the kept ones those that it has in memory.
 */
async function configureRecreated(
  shell: ClientShell,
  fence: Fence,
  service: InstalledAs,
  file: string,
): Promise<GatewayResult<void>> {
  const { name, dependsOn } = service;
  const quoted = refused(quoteName(name));
  if (!quoted.ok) return quoted;
  const key = keyOf(name);
  if (!key.ok) return key;
  const stored = await shell.read([{ name: 'stored', commands: `reg query ${key.value} 2>&1` }]);
  if (!stored.ok) return stored;
  const values =
    parseRegistry(stored.value.get('stored')?.text ?? '')[0]?.values ?? new Map<string, string>();
  const groups = multiOf(values.get('dependongroup')).map((group) => `+${group}`);
  const settings = refused(settingsOf(service, [...dependsOn, ...groups]));
  if (!settings.ok) return settings;
  const allSettings = `${settings.value}${displayName(values)}${typeWords[dwordOf(values.get('type')) ?? 0] ?? ''}`;
  const path = refused(quoteArgument(service.imagePath));
  if (!path.ok) return path;
  const typed = typing(key.value, path.value, service.pathType);
  const sent = await send(
    shell,
    fence,
    `sc config ${quoted.value}${allSettings} 2>&1${typed} && (if exist "${file}" del /f /q "${file}" 2>nul)`,
  );
  if (!sent.ok) return sent;
  return sent.value.exitCode === 0 ? ok(undefined) : failure('failed', wordsOf(sent.value));
}

/**
 * The display name as an argument. One that cannot be put on a line, or that `reg query` printed
 * with loss (`?` for what the code page of the console has not), is in the registry as it was: the
 * next start reads it from there.
 */
function displayName(values: ReadonlyMap<string, string>): string {
  const name = values.get('displayname') ?? '';
  const quoted = quoteArgument(name);
  return name === '' || name.includes('?') || !quoted.ok ? '' : ` displayname= ${quoted.value}`;
}

/**
 * Types of services by their value in the registry; `sc create` makes a process of its own, which
 * is not listed.
 */
const typeWords: Readonly<Record<number, string>> = {
  0x20: ' type= share',
  0x110: ' type= interact type= own',
  0x120: ' type= interact type= share',
};
