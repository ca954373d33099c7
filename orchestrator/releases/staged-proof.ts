import { counted } from '../domain/counted.ts';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { iniLines, iniValue } from '../../shared/products/ini-file.ts';
import { parseCsdver } from '../../shared/products/csdver.ts';
import type { Profile } from '../../shared/products/profile.ts';
import type { ReleaseInput } from '../input/release-file.ts';
import { type ManifestFile, readManifest } from './manifest.ts';

type Proof = NonNullable<NonNullable<ReleaseInput['upgrade']>['proof']>;
type ProvedValue = Proof['values'][number];

/** What is compared with the staged tree. */
export interface StagedTree {
  /** The path of the release file. */
  readonly file: string;
  readonly tree: string;
  readonly files: readonly ManifestFile[];
  /** Texts of files of the host, by path; null = not there. */
  readonly texts: Readonly<Record<string, string | null>>;
}

/**
 * What is missing although the upgrade command ended with exit code 0: a batch file may lose the
 * exit code of a failed copy to its last `echo`, or die between two files.
 * @returns sentences; none = the work of the command is whole as far as the release file and the
 * profile say what it is
 */
export async function whatIsMissing(
  { upgrade, servicePack, components }: ReleaseInput,
  profile: Profile,
  staged: StagedTree,
): Promise<Result<readonly string[]>> {
  const proof = upgrade?.proof;
  const missing: string[] = [];
  if (proof?.files !== undefined) {
    const delivered = await readManifest(resolve(dirname(staged.file), proof.files), '.');
    if (!delivered.ok) return err(unreadable(`upgrade.proof.files ${proof.files}`, delivered.error.message));
    missing.push(...whatDiffers(delivered.value, staged.files));
  }
  for (const value of proof?.values ?? []) {
    const text = await textOf(value.file, staged);
    if (!text.ok) return text;
    const wrong = whatItSays(value, text.value);
    if (wrong !== null) missing.push(wrong);
  }
  const version = await versionIn(join(staged.tree, components), profile, servicePack);
  if (!version.ok) return version;
  return ok(version.value === null ? missing : [...missing, version.value]);
}

/** Names of the first few; all of them would fill a screen. */
const namedAtMost = 5;

const named = (files: readonly ManifestFile[]): string => {
  const names = files.slice(0, namedAtMost).map(({ name }) => name);
  return files.length > namedAtMost
    ? `${names.join(', ')} and ${files.length - namedAtMost} more`
    : names.join(', ');
};

function whatDiffers(delivered: readonly ManifestFile[], files: readonly ManifestFile[]): readonly string[] {
  const there = new Map(files.map((each) => [each.name, each]));
  const absent = delivered.filter(({ name }) => !there.has(name));
  const other = delivered.filter(({ name, sha256 }) => (there.get(name)?.sha256 ?? sha256) !== sha256);
  const of = `of ${counted(delivered.length, 'file')}`;
  return [
    ...(absent.length === 0
      ? []
      : [
          `${absent.length} ${of} ${absent.length === 1 ? 'is' : 'are'} missing in the tree: ${named(absent)}`,
        ]),
    ...(other.length === 0
      ? []
      : [`${other.length} ${of} ${other.length === 1 ? 'has' : 'have'} another SHA-256: ${named(other)}`]),
  ];
}

/** The text of a file of the tree in any case, or of the host. */
async function textOf(path: string, { tree, texts }: StagedTree): Promise<Result<string | null>> {
  if (Object.hasOwn(texts, path)) return ok(texts[path] ?? null);
  try {
    if (isAbsolute(path)) return ok(await readFile(path, 'latin1'));
    let at = tree;
    for (const part of path.split(/[\\/]/).filter((each) => each !== '')) {
      const name = (await readdir(at)).find((each) => each.toLowerCase() === part.toLowerCase());
      if (name === undefined) return ok(null);
      at = join(at, name);
    }
    return ok(await readFile(at, 'latin1'));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return ok(null);
    return err(unreadable(`upgrade.proof.values ${path}`, reasonOf(thrown)));
  }
}

function whatItSays({ file, section, key, is }: ProvedValue, text: string | null): string | null {
  if (text === null) return `there is no ${file}`;
  const found =
    section === undefined
      ? (new RegExp(`^\\s*${RegExp.escape(key)}\\s*=\\s*(.*?)\\s*$`, 'im').exec(text)?.[1] ?? null)
      : iniValue(iniLines(text), { section, key });
  if (found === is) return null;
  return found === null
    ? `${file} has no ${key}, expected ${key}=${is}`
    : `${file} says ${key}=${found}, expected ${key}=${is}`;
}

/** The service pack that the staged components name, where the profile says which file does. */
async function versionIn(
  folder: string,
  { version }: Profile,
  servicePack: number | null,
): Promise<Result<string | null>> {
  if (version === null || servicePack === null) return ok(null);
  try {
    const wanted = version.file.toLowerCase();
    const name = (await readdir(folder)).find((each) => each.toLowerCase() === wanted);
    if (name === undefined) return ok(null);
    const found = parseCsdver(await readFile(join(folder, name), 'latin1'));
    if (found === null || found === servicePack) return ok(null);
    return ok(`${name} names service pack ${found}, and the release file names ${servicePack}`);
  } catch (thrown) {
    return err(unreadable(version.file, reasonOf(thrown)));
  }
}

const unreadable = (what: string, because: string): Fault =>
  fault(
    'proofUnreadable',
    `${what} cannot be read: ${because.replace(/; nothing is staged$/, '')}; nothing is staged`,
  );
