import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isWindowsPath, parseRelease, type ReleaseInput } from '../input/release-file.ts';
import { readManifest } from './manifest.ts';
import { whatIsMissing } from './staged-proof.ts';
import { evidenceOf, runUpgrade, thenAgain, type UpgradeEvidence } from './upgrade-command.ts';
import { UpgradeOutput } from './upgrade-output.ts';
import { type HostEvidence, runUpgradeOn } from './upgrade-on-host.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { readInputFile, yamlBytesAtMost } from '../input-file.ts';
import { loadWithText, type Profile } from '../../shared/products/profile.ts';

type UpgradeInput = NonNullable<ReleaseInput['upgrade']>;

/** The tree as the upgrade command left it, and the proof that the command ran. */
export interface StagingRun {
  readonly release: Release;
  /** Absolute path. */
  readonly tree: string;
  /** Where the command ran; null = on this machine. */
  readonly host: string | null;
  readonly evidence: UpgradeEvidence;
  /** Real milliseconds, the command and the hashing together. */
  readonly tookMs: number;
}

/**
 * Runs the upgrade command of a release file on its tree, then reads the manifest from the files as
 * they are afterwards. Writes nothing to the store. A repetition is as safe as the upgrade command.
 * @param profiles the operator's folder of product profiles
 * @param signal stops the upgrade command early
 * @returns one `Fault` when the command fails or hangs, or the tree cannot be read; all faults of
 * the release file at once
 */
export async function runStaging(
  file: string,
  profiles: string | null = null,
  signal?: AbortSignal,
): Promise<Result<StagingRun, Fault | InputFault[]>> {
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
  const ran = await runCommand(input.value, file, tree, signal);
  if (!ran.ok) return ran;
  const { evidence, texts } = ran.value;
  const files = await readManifest(tree, input.value.components, input.value.leaveOut);
  if (!files.ok) return files;
  const missing = await whatIsMissing(input.value, loaded.value.profile, {
    file,
    tree,
    files: files.value,
    texts,
  });
  if (!missing.ok) return missing;
  if (missing.value.length > 0) return err(halfDone(input.value, missing.value, evidence));
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
    host: input.value.upgrade?.host ?? null,
    evidence,
    tookMs: Math.round(performance.now() - begun),
  });
}

/** Runs the upgrade command on this machine, or on the host that the release file names. */
async function runCommand(
  input: ReleaseInput,
  file: string,
  tree: string,
  signal?: AbortSignal,
): Promise<Result<HostEvidence>> {
  const { release, upgrade } = input;
  if (upgrade === undefined) {
    const said = new UpgradeOutput();
    said.add(Buffer.from(`no upgrade command: servpack brings the files of ${tree} itself\n`));
    return ok({ evidence: evidenceOf(null, said), texts: {} });
  }
  const { host, port, hostKeys, command, timeout, proof } = upgrade;
  if (host !== undefined) {
    const reads = proof?.values.map((value) => value.file).filter(isWindowsPath) ?? [];
    const where = { host, port: port ?? null, hostKeys: hostKeys ?? [] };
    return runUpgradeOn({ ...where, command, release, limitMs: timeout, reads }, process.env, signal);
  }
  const evidence = await runUpgrade(upgradeOf(release, upgrade, file, tree, signal));
  return evidence.ok ? ok({ evidence: evidence.value, texts: {} }) : evidence;
}

/** The fault of a command that says success, and whose work is not whole. */
function halfDone({ upgrade }: ReleaseInput, missing: readonly string[], evidence: UpgradeEvidence): Fault {
  const where = upgrade?.host === undefined ? '' : ` on ${upgrade.host}`;
  const who =
    upgrade === undefined
      ? 'the release is not whole:'
      : `the upgrade command ${upgrade.command[0]}${where} ended with exit code 0, and its work is not whole:`;
  return fault(
    'upgradeHalfDone',
    `${who} ${missing.join('; ')}; nothing is staged; read what the command says, ${thenAgain}`,
    evidence,
  );
}

/**
 * Paths in a release file are relative to the file; paths of a share (`\\\\server\\share`) are
 * absolute.
 */
function copiesOf({ logonServers }: ReleaseInput, file: string): Pick<Release, 'copies'> {
  if (logonServers === null) return {};
  const absolute = (path: string): string => (path.startsWith('\\\\') ? path : resolve(dirname(file), path));
  const except = Object.entries(logonServers.except).map(
    ([server, path]) => [server, absolute(path)] as const,
  );
  return { copies: { path: absolute(logonServers.path), except: Object.fromEntries(except) } };
}

const noTree = (tree: string): Fault =>
  fault('noTree', `the tree ${tree} is not a folder; nothing is staged`);

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

function upgradeOf(release: string, upgrade: UpgradeInput, file: string, tree: string, signal?: AbortSignal) {
  const [program = '', ...args] = upgrade.command;
  return {
    // Like every path in the file, the path of a program is relative to the file, not to the tree.
    command: [/[\\/]/.test(program) ? resolve(dirname(file), program) : program, ...args],
    cwd: tree,
    // Nothing else: the environment of servpack holds secrets.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SERVPACK_RELEASE: release, SERVPACK_TREE: tree },
    timeoutMs: upgrade.timeout,
    ...(signal === undefined ? {} : { signal }),
  };
}

/**
 * The version in a staged tree that every logon compares with the client's own, by the profile
 * (`siteWide`); null where there is none. A new version makes every client of the site download at
 * its next logon, marked or not (Q168463, site-wide route).
 * @param components the folder inside the tree; the file lies there or in a folder above, up to
 * the tree
 */
async function comparedVersion(
  tree: string,
  components: string,
  compared: Profile['siteWide'],
): Promise<string | null> {
  if (compared === null) return null;
  const wanted = compared.file.toLowerCase();
  const line = new RegExp(`^\\s*${RegExp.escape(compared.key)}\\s*=\\s*(\\S+)`, 'im');
  for (let folder = resolve(tree, components); isWithin(tree, folder); folder = dirname(folder)) {
    const names = await readdir(folder).catch(() => []);
    const name = names.find((each) => each.toLowerCase() === wanted);
    const text = name === undefined ? '' : await readFile(join(folder, name), 'latin1').catch(() => '');
    const version = line.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

const isWithin = (tree: string, folder: string): boolean => {
  const path = relative(tree, folder);
  return path !== '..' && !path.startsWith(`..${sep}`);
};
