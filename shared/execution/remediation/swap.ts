import type { Service, SwapPreImage, SwappedFile } from '../../domain/observation/observation.ts';
import type { StepName } from '../../domain/remediation/procedure.ts';
import { ok } from '../../errors.ts';
import type { StepContext } from '../command-context.ts';
import type { GatewayResult } from '../gateway.ts';
import { keepsRunning, startToStay } from './keeps-running.ts';
import { copyVerified, each, hashFile, putVerified, queueRename, removeOurs, withdraw } from './files.ts';
import {
  differences,
  failed,
  proveDependantsRun,
  readService,
  readWithDependants,
  startLikeBefore,
  stateBefore,
  stopService,
} from './service-control.ts';
import { runStateWords } from '../../domain/observation/words.ts';

/**
 * The files of a component directory are swapped for those of the release, all or none, while the
 * service that has them in use is stopped. What takes long, bringing and checking the files, is
 * done before the stop.
 */

type Step = (context: StepContext, preImage: SwapPreImage) => Promise<GatewayResult<void>>;

/**
 * Reads the service and every file of the release as they are on the client, and checks that this
 * worker can read the new files. Null when no file differs.
 */
export async function recordFiles(context: StepContext): Promise<GatewayResult<SwapPreImage | null>> {
  const { swap, componentDirectory: directory } = context.rules.product;
  if (swap === null) return failed('the product profile does not say how files are swapped');
  const service = swap.service === null ? ok(null) : await readWithDependants(context, swap.service);
  if (!service.ok) return service;
  const files = await changedFiles(context, directory);
  if (!files.ok) return files;
  if (files.value.length === 0) return ok(null);
  const readable = await each(files.value, ({ name }) => localPath(context, name).then(asVoid));
  if (!readable.ok) return readable;
  const { staging, backup, keepsBackup } = swap;
  const separate = await each([staging, backup], (folder) => proveApart(context, directory, folder));
  if (!separate.ok) return separate;
  return ok({ service: service.value, directory, staging, backup, keepsBackup, files: files.value });
}

/**
 * Proves that a folder is not the component directory by another name: what is removed from there
 * by its hash would be the component itself.
 */
const proveApart = (
  { gateway, change }: StepContext,
  directory: string,
  folder: string,
): Promise<GatewayResult<void>> =>
  gateway.checkTarget(change, {
    from: `${directory}\\servpack`,
    to: `${folder}\\servpack`,
    apartFrom: directory,
    allowed: null,
  });

async function changedFiles(
  context: StepContext,
  directory: string,
): Promise<GatewayResult<readonly SwappedFile[]>> {
  const changed: SwappedFile[] = [];
  for (const [name, after] of Object.entries(context.rules.files)) {
    const before = await hashFile(context, `${directory}\\${name}`);
    if (!before.ok) return before;
    if (before.value !== after) changed.push({ name, before: before.value, after });
  }
  return ok(changed);
}

/**
 * Where this worker can read a file of the release. The file is hashed first: no other content is
 * brought.
 */
async function localPath({ releaseFolder }: StepContext, name: string): Promise<GatewayResult<string>> {
  const path = await releaseFolder.pathOf(name);
  return path.ok ? path : failed(path.error.message);
}

const asVoid = (result: GatewayResult<unknown>): GatewayResult<void> => (result.ok ? ok(undefined) : result);

/** The steps of a swap, and of a replacement at a restart. */
export const fileSteps: Readonly<Partial<Record<StepName, Step>>> = {
  stage,
  stop: async (context, preImage) => {
    const stopped = await stopHolder(context, preImage);
    return stopped.ok ? proveUnlocked(context, preImage) : stopped;
  },
  backup,
  place: async (context, preImage) => {
    const stopped = await stopHolder(context, preImage);
    return stopped.ok ? each(preImage.files, (file) => placeFile(context, preImage, file)) : stopped;
  },
  queueRenames: (context, preImage) => each(preImage.files, (file) => queueRename(context, preImage, file)),
  withdraw: (context, preImage) => each(preImage.files, (file) => withdraw(context, preImage, file)),
  start: startHolder,
  prove,
  restoreFiles,
  startAgain: async (context, { service }) =>
    service === null
      ? ok(undefined)
      : startToStay(context, { service }, context.rules.product.swap?.settleMs ?? 0),
  removeStaged,
};

/**
 * Brings the files into the staging folder, protects the folder, and checks the files again: no
 * user can change them afterwards (Q181118). Files of an earlier release may stay there: nothing
 * runs from the folder, and each file is placed by its hash.
 */
async function stage(context: StepContext, { staging, files }: SwapPreImage): Promise<GatewayResult<void>> {
  const bring = ({ name, after }: SwappedFile) =>
    putVerified(context, `${staging}\\${name}`, after, () => upload(context, name, `${staging}\\${name}`));
  const brought = await each(files, bring);
  if (!brought.ok) return brought;
  const safe = await context.gateway.protectDirectory(context.change, staging, null);
  return safe.ok ? each(files, bring) : safe;
}

async function upload(context: StepContext, name: string, to: string): Promise<GatewayResult<void>> {
  const path = await localPath(context, name);
  return path.ok ? context.gateway.uploadFile(context.change, path.value, to) : path;
}

async function stopHolder(context: StepContext, { service }: SwapPreImage): Promise<GatewayResult<void>> {
  return service === null ? ok(undefined) : stopService(context, { service });
}

async function startHolder(context: StepContext, { service }: SwapPreImage): Promise<GatewayResult<void>> {
  return service === null ? ok(undefined) : startLikeBefore(context, { service });
}

/** A file that is in use with the service stopped is in use by another program: the step fails. */
async function proveUnlocked(
  { gateway, change }: StepContext,
  { directory, files }: SwapPreImage,
): Promise<GatewayResult<void>> {
  const request = { componentDirectory: directory, files: [], services: [] };
  const seen = await gateway.look(change.target, request, change.signal);
  if (!seen.ok) return seen;
  const locked = new Set(seen.value.locked.map((name) => name.toLowerCase()));
  const inUse = files.map(({ name }) => name).filter((name) => locked.has(name));
  if (inUse.length === 0) return ok(undefined);
  const by = seen.value.processes.map(({ executable, user }) => `${executable} of ${user}`);
  return failed(`${inUse.join(', ')} held by ${by.length === 0 ? 'an unknown program' : by.join(', ')}`);
}

async function backup(context: StepContext, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const old = preImage.files.filter(({ before }) => before !== null);
  const keep = ({ name, before }: SwappedFile) =>
    copyVerified(context, `${preImage.directory}\\${name}`, `${preImage.backup}\\${name}`, before ?? '');
  const kept = await each(old, keep);
  if (!kept.ok || old.length === 0) return kept;
  const safe = await context.gateway.protectDirectory(context.change, preImage.backup, null);
  return safe.ok ? each(old, keep) : safe;
}

const placeFile = (
  context: StepContext,
  { directory, staging }: SwapPreImage,
  { name, after }: SwappedFile,
) => copyVerified(context, `${staging}\\${name}`, `${directory}\\${name}`, after);

/** Puts the old files back. The service is not stopped when all of them are there already. */
async function restoreFiles(context: StepContext, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const changed: SwappedFile[] = [];
  for (const file of preImage.files) {
    const found = await hashFile(context, `${preImage.directory}\\${file.name}`);
    if (!found.ok) return found;
    if (found.value !== file.before) changed.push(file);
  }
  if (changed.length === 0) return ok(undefined);
  const stopped = await stopHolder(context, preImage);
  return stopped.ok ? each(changed, (file) => restoreFile(context, preImage, file)) : stopped;
}

const restoreFile = (
  context: StepContext,
  { directory, backup: kept }: SwapPreImage,
  { name, before, after }: SwappedFile,
): Promise<GatewayResult<void>> =>
  before === null
    ? removeOurs(context, `${directory}\\${name}`, after)
    : copyVerified(context, `${kept}\\${name}`, `${directory}\\${name}`, before);

/** The service keeps running with its old settings, and every file is the new one. */
async function prove(context: StepContext, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const { service, directory, files } = preImage;
  const runs = service === null ? ok(undefined) : await holderKeepsRunning(context, service);
  if (!runs.ok) return runs;
  return each(files, async ({ name, after }) => {
    const found = await hashFile(context, `${directory}\\${name}`);
    if (!found.ok) return found;
    return found.value === after ? ok(undefined) : failed(`${name} is not the one of the release`);
  });
}

async function holderKeepsRunning(context: StepContext, service: Service): Promise<GatewayResult<void>> {
  const settleMs = context.rules.product.swap?.settleMs ?? 0;
  const runs = await keepsRunning(context, settleMs, () => readAsBefore(context, service));
  return runs.ok ? proveDependantsRun(context, { service }) : runs;
}

/** The service, when its settings and its state are those from before the swap. */
async function readAsBefore(context: StepContext, service: Service): Promise<GatewayResult<Service>> {
  const now = await readService(context, service.name);
  if (!now.ok) return now;
  const different = differences(now.value, service);
  if (different.length > 0) return failed(`${service.name} is not as before: ${different.join(', ')}`);
  return now.value.state === stateBefore({ service })
    ? now
    : failed(`${service.name} is ${runStateWords[now.value.state]}`);
}

/**
 * Removes staged files and backup. A file that the client refuses to remove stays: the swap is
 * over. So does a folder that has become another name of the component directory.
 */
async function removeStaged(context: StepContext, preImage: SwapPreImage): Promise<GatewayResult<void>> {
  const { directory, staging, backup: kept, keepsBackup, files } = preImage;
  const brought = files.map(({ name, after }) => ({ name, sha256: after }));
  const old = files.flatMap(({ name, before }) => (before === null ? [] : [{ name, sha256: before }]));
  const emptied = await removeFrom(context, directory, staging, brought);
  return !emptied.ok || keepsBackup ? emptied : removeFrom(context, directory, kept, old);
}

async function removeFrom(
  context: StepContext,
  directory: string,
  folder: string,
  files: readonly { readonly name: string; readonly sha256: string }[],
): Promise<GatewayResult<void>> {
  if (files.length === 0) return ok(undefined);
  const removed = await proveApart(context, directory, folder);
  if (!removed.ok) return removed.error.kind === 'failed' ? ok(undefined) : removed;
  return each(files, async ({ name, sha256 }) => {
    const gone = await removeOurs(context, `${folder}\\${name}`, sha256);
    return !gone.ok && gone.error.kind !== 'failed' ? gone : ok(undefined);
  });
}
