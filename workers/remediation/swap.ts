import { setTimeout as pause } from 'node:timers/promises';
import type { Service, SwapPreImage, SwappedFile } from '../../shared/domain/observation/observation.ts';
import type { StepName } from '../../shared/domain/remediation/procedure.ts';
import { err, ok } from '../../shared/errors.ts';
import type { GatewayResult } from '../gateways/gateway.ts';
import { copyVerified, each, hashFile, putVerified, removeOurs } from './files.ts';
import { queueRename, withdraw } from './queue-rename.ts';
import {
  differences,
  failed,
  proveDependantsRun,
  readService,
  type Runner,
  stateBefore,
} from './service-control.ts';
import { startLikeBefore, stopService } from './start-stop.ts';

/**
 * The files of a component directory are swapped for those of the release, while the service that holds them is stopped: all of them
 * or none. Everything that takes long, bringing and checking them, is done before the stop.
 */

type Step = (runner: Runner, preImage: SwapPreImage) => Promise<GatewayResult<void>>;

/**
 * Reads the service and every file of the release as they are on the client, and sees that this worker can bring what differs. Null
 * when nothing does.
 */
export async function recordFiles(runner: Runner): Promise<GatewayResult<SwapPreImage | null>> {
  const { swap, componentDirectory: directory } = runner.rules.product;
  if (swap === null) return failed('the product profile does not say how files are swapped');
  const service = swap.service === null ? ok(null) : await readService(runner, swap.service);
  if (!service.ok) return service;
  const files = await changedFiles(runner, directory);
  if (!files.ok) return files;
  if (files.value.length === 0) return ok(null);
  const readable = await each(files.value, ({ name }) => localPath(runner, name).then(asVoid));
  if (!readable.ok) return readable;
  const { staging, backup, keepsBackup } = swap;
  return ok({ service: service.value, directory, staging, backup, keepsBackup, files: files.value });
}

async function changedFiles(
  runner: Runner,
  directory: string,
): Promise<GatewayResult<readonly SwappedFile[]>> {
  const changed: SwappedFile[] = [];
  for (const [name, after] of Object.entries(runner.rules.files)) {
    const before = await hashFile(runner, `${directory}\\${name}`);
    if (!before.ok) return before;
    if (before.value !== after) changed.push({ name, before: before.value, after });
  }
  return ok(changed);
}

/** Where the file of the release lies for this worker: read and hashed, so that nothing else is ever brought. */
async function localPath({ files }: Runner, name: string): Promise<GatewayResult<string>> {
  const path = await files.pathOf(name);
  return path.ok ? path : failed(path.error.message);
}

const asVoid = (result: GatewayResult<unknown>): GatewayResult<void> => (result.ok ? ok(undefined) : result);

/** The steps of a swap, and of a replacement at a restart. */
export const fileSteps: Readonly<Partial<Record<StepName, Step>>> = {
  stage,
  stop: async (runner, preImage) => {
    const stopped = await stopHolder(runner, preImage);
    return stopped.ok ? nobodyHolds(runner, preImage) : stopped;
  },
  backup,
  place: async (runner, preImage) => {
    const stopped = await stopHolder(runner, preImage);
    return stopped.ok ? each(preImage.files, (file) => placeOne(runner, preImage, file)) : stopped;
  },
  queueRenames: (runner, preImage) => each(preImage.files, (file) => queueRename(runner, preImage, file)),
  withdraw: (runner, preImage) => each(preImage.files, (file) => withdraw(runner, preImage, file)),
  start: startHolder,
  prove,
  restoreFiles,
  startAgain: startHolder,
  removeStaged,
};

/**
 * Brings the files into a folder beside, and protects it before they are checked: nobody may change them afterwards (Q181118). What
 * an earlier release left there is no matter: nothing runs from there, and each file is placed by its hash.
 */
async function stage(runner: Runner, { staging, files }: SwapPreImage): Promise<GatewayResult<void>> {
  const bring = ({ name, after }: SwappedFile) =>
    putVerified(runner, `${staging}\\${name}`, after, () => upload(runner, name, `${staging}\\${name}`));
  const brought = await each(files, bring);
  if (!brought.ok) return brought;
  const safe = await runner.gateway.protectDirectory(runner.change, staging, null);
  return safe.ok ? each(files, bring) : safe;
}

async function upload(runner: Runner, name: string, to: string): Promise<GatewayResult<void>> {
  const path = await localPath(runner, name);
  return path.ok ? runner.gateway.uploadFile(runner.change, path.value, to) : path;
}

async function stopHolder(runner: Runner, { service }: SwapPreImage): Promise<GatewayResult<void>> {
  return service === null ? ok(undefined) : stopService(runner, { service });
}

async function startHolder(runner: Runner, { service }: SwapPreImage): Promise<GatewayResult<void>> {
  return service === null ? ok(undefined) : startLikeBefore(runner, { service });
}

/** What is still held with the service stopped is somebody else's: nothing is begun then. */
async function nobodyHolds(
  { gateway, change }: Runner,
  { directory, files }: SwapPreImage,
): Promise<GatewayResult<void>> {
  const request = { componentDirectory: directory, files: [], services: [] };
  const seen = await gateway.look(change.target, request, change.signal);
  if (!seen.ok) return seen;
  const locked = new Set(seen.value.locked.map((name) => name.toLowerCase()));
  const held = files.map(({ name }) => name).filter((name) => locked.has(name));
  if (held.length === 0) return ok(undefined);
  const by = seen.value.processes.map(({ executable, user }) => `${executable} of ${user}`);
  return failed(`${held.join(', ')} held by ${by.length === 0 ? 'an unknown program' : by.join(', ')}`);
}

async function backup(runner: Runner, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const old = preImage.files.filter(({ before }) => before !== null);
  const keep = ({ name, before }: SwappedFile) =>
    copyVerified(runner, `${preImage.directory}\\${name}`, `${preImage.backup}\\${name}`, before ?? '');
  const kept = await each(old, keep);
  if (!kept.ok || old.length === 0) return kept;
  const safe = await runner.gateway.protectDirectory(runner.change, preImage.backup, null);
  return safe.ok ? each(old, keep) : safe;
}

const placeOne = (runner: Runner, { directory, staging }: SwapPreImage, { name, after }: SwappedFile) =>
  copyVerified(runner, `${staging}\\${name}`, `${directory}\\${name}`, after);

/** Nothing is stopped where the old files are there already. */
async function restoreFiles(runner: Runner, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const changed: SwappedFile[] = [];
  for (const file of preImage.files) {
    const there = await hashFile(runner, `${preImage.directory}\\${file.name}`);
    if (!there.ok) return there;
    if (there.value !== file.before) changed.push(file);
  }
  if (changed.length === 0) return ok(undefined);
  const stopped = await stopHolder(runner, preImage);
  return stopped.ok ? each(changed, (file) => restoreOne(runner, preImage, file)) : stopped;
}

const restoreOne = (
  runner: Runner,
  { directory, backup: kept }: SwapPreImage,
  { name, before, after }: SwappedFile,
): Promise<GatewayResult<void>> =>
  before === null
    ? removeOurs(runner, `${directory}\\${name}`, after)
    : copyVerified(runner, `${kept}\\${name}`, `${directory}\\${name}`, before);

/** The service runs on with the new files and its old settings, and still does after a while. */
async function prove(runner: Runner, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const { service, directory, files } = preImage;
  const runs = service === null ? ok(undefined) : await runsOn(runner, service);
  if (!runs.ok) return runs;
  return each(files, async ({ name, after }) => {
    const there = await hashFile(runner, `${directory}\\${name}`);
    if (!there.ok) return there;
    return there.value === after ? ok(undefined) : failed(`${name} is not the one of the release`);
  });
}

async function runsOn(runner: Runner, service: Service): Promise<GatewayResult<void>> {
  const first = await asBefore(runner, service);
  if (!first.ok) return first;
  const { clock, change, rules } = runner;
  const settleMs = rules.product.swap?.settleMs ?? 0;
  const realMs = clock.realDelay(clock.now() + settleMs);
  const waited = await pause(realMs, true, { signal: change.signal }).catch(() => false);
  if (!waited) return err({ kind: 'cutOff', message: 'the lease was lost' });
  const then = await asBefore(runner, service);
  if (!then.ok) return then;
  // One that dies and is started again by its recovery actions runs at both looks.
  return then.value.pid === first.value.pid
    ? proveDependantsRun(runner, { service })
    : failed(`${service.name} ended and was started again within ${settleMs / 1_000} s`);
}

async function asBefore(runner: Runner, service: Service): Promise<GatewayResult<Service>> {
  const now = await readService(runner, service.name);
  if (!now.ok) return now;
  const different = differences(now.value, service);
  if (different.length > 0) return failed(`${service.name} is not as before: ${different.join(', ')}`);
  return now.value.state === stateBefore({ service }) ? now : failed(`${service.name} is ${now.value.state}`);
}

/** What can not be taken away is left there: the swap is over either way. */
async function removeStaged(runner: Runner, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const { staging, backup: kept, files } = preImage;
  return each(files, async ({ name, before, after }) => {
    const staged = await removeOurs(runner, `${staging}\\${name}`, after);
    if (!staged.ok && staged.error.kind !== 'failed') return staged;
    if (before === null || preImage.keepsBackup) return ok(undefined);
    const old = await removeOurs(runner, `${kept}\\${name}`, before);
    return !old.ok && old.error.kind !== 'failed' ? old : ok(undefined);
  });
}
