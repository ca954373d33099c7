import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import type { Release } from '../../shared/domain/campaign/definition.ts';
import { err, fault, ok } from '../../shared/errors.ts';
import type { Fault, Result } from '../../shared/errors.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { readInputFile, yamlBytesAtMost } from '../../shared/input/input-text.ts';
import { parseRelease } from '../input/release-file.ts';
import type { ReleaseInput } from '../input/release-file.ts';
import { loadWithText } from '../../shared/products/profile.ts';
import { comparedVersion } from './compared-version.ts';
import { readManifest } from './manifest.ts';
import { runUpgrade } from './upgrade-command.ts';
import type { UpgradeEvidence } from './upgrade-command.ts';

/**
 * A release that was really staged: the tree as the upgrade command left it, and the proof that
 * the command ran.
 */
export interface StagedRelease {
  readonly release: Release;
  /** Absolute path. */
  readonly tree: string;
  readonly evidence: UpgradeEvidence;
  /** Real milliseconds, the command and the hashing together. */
  readonly tookMs: number;
}

/**
 * Stages the release that a release file describes: runs its upgrade command on the tree, then
 * reads the manifest from the files as they are afterwards. A command that fails or hangs, or a
 * tree that cannot be read, stages nothing and is one `Fault`. Faults of the release file itself
 * are reported all at once. Running it again is as safe as the upgrade command is.
 * @param profiles the operator's folder of product profiles
 * @param signal stops the upgrade command early
 */
export async function stageRelease(
  file: string,
  profiles: string | null = null,
  signal?: AbortSignal,
): Promise<Result<StagedRelease, Fault | InputFault[]>> {
  const begun = performance.now();
  const text = await readInputFile(file, yamlBytesAtMost);
  if (!text.ok) return text;
  const input = parseRelease(text.value, file, profiles);
  if (!input.ok) return input;
  const loaded = loadWithText(input.value.product, profiles);
  if (!loaded.ok) return loaded;
  const { siteWide: compared } = loaded.value.profile;
  const tree = resolve(dirname(file), input.value.tree);
  if (!(await isFolder(tree))) return err(noTree(tree));
  const before = await comparedVersion(tree, input.value.components, compared);
  const evidence = await runUpgrade(upgradeOf(input.value, file, tree, signal));
  if (!evidence.ok) return evidence;
  const files = await readManifest(tree, input.value.components);
  if (!files.ok) return files;
  const { release, product, servicePack, components } = input.value;
  const source = { tree, components };
  const ofProfile = loaded.value.text === null ? {} : { profile: loaded.value.text };
  const after = await comparedVersion(tree, input.value.components, compared);
  const siteWide = after !== null && after !== before;
  const staged = {
    release,
    product,
    servicePack,
    files: files.value,
    source,
    ...ofProfile,
    ...(siteWide ? { siteWide } : {}),
    ...copiesOf(input.value, file),
  };
  return ok({
    release: staged,
    tree,
    evidence: evidence.value,
    tookMs: Math.round(performance.now() - begun),
  });
}

/**
 * Paths of the file are relative to it; those of a share (`\\\\server\\share`) are whole already.
 */
function copiesOf({ logonServers }: ReleaseInput, file: string): Pick<Release, 'copies'> {
  if (logonServers === null) return {};
  const whole = (path: string): string => (path.startsWith('\\\\') ? path : resolve(dirname(file), path));
  const except = Object.entries(logonServers.except).map(([server, path]) => [server, whole(path)] as const);
  return { copies: { path: whole(logonServers.path), except: Object.fromEntries(except) } };
}

const noTree = (tree: string): Fault =>
  fault('noTree', `the tree ${tree} is not a folder; nothing is staged`);

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

function upgradeOf({ release, upgrade }: ReleaseInput, file: string, tree: string, signal?: AbortSignal) {
  const [program = '', ...args] = upgrade.command;
  return {
    // Like every path of the file, a program given with its path is relative to the file and not
    // to the tree.
    command: [/[\\/]/.test(program) ? resolve(dirname(file), program) : program, ...args],
    cwd: tree,
    // Nothing else: secrets in servpack's own environment are not the command's business.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SERVPACK_RELEASE: release, SERVPACK_TREE: tree },
    timeoutMs: upgrade.timeout,
    ...(signal === undefined ? {} : { signal }),
  };
}
