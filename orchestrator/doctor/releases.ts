import type { Release } from '../../shared/domain/campaign/definition.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { many } from '../cli/render/view.ts';
import { type ManifestFile, readManifest } from '../releases/manifest.ts';
import { broken, type Check, fine, warning } from './check.ts';
import { isUsable } from '../releases/withdraw.ts';

/** Checks that the trees of the releases hold the files that clients are judged by. */
export async function checkReleases(store: OperatorStore): Promise<readonly Check[]> {
  const [releases, records] = [await store.releases(), await store.campaigns()];
  const waited = records
    .map(({ campaign }) => campaign)
    .filter(({ state }) => state.status === 'waitingForRelease')
    .map(({ definition }) => definition)
    .filter(({ release }) => !isUsable(releases.find((each) => each.release === release) ?? null))
    .map(({ campaign, release }) =>
      warning(
        'releases',
        `campaign ${campaign} waits for release ${release}`,
        'it starts when that is staged',
        'servpack release stage FILE',
      ),
    );
  if (releases.length === 0)
    return [
      warning('releases', 'no release is staged', 'no campaign can start', 'servpack release stage FILE'),
      ...waited,
    ];
  return [...(await Promise.all(releases.filter(isUsable).map(treeCheck))), ...waited];
}

async function treeCheck({ release: name, files, source }: Release): Promise<Check> {
  const staged = `release ${name}: ${many(files.length, 'file')}`;
  if (source === undefined)
    return fine('releases', `${staged}, staged by an older servpack; not compared from here`);
  const { tree, components } = source;
  const now = await readManifest(tree, components);
  if (!now.ok) return unread(name, tree, now.error.message.replace('; nothing is staged', ''));
  const difference = differenceOf(files, now.value);
  if (difference === null) return fine('releases', `${staged} in ${tree}, as they were staged`);
  return broken(
    'releases',
    `release ${name}: ${tree} is not as it was staged: ${difference}`,
    'clients download what they are not judged by, and none of them is proved',
    'put the files back; or withdraw the release and stage the changed tree under another name',
  );
}

const unread = (name: string, tree: string, because: string): Check =>
  warning(
    'releases',
    `release ${name}: ${tree} cannot be compared: ${because}`,
    'when it was staged on the machine of another orchestrator, to nothing; else clients find nothing to download',
    'ask that orchestrator (--url), or put the tree back',
  );

/** The first difference, and how many more there are; null when there is none. */
function differenceOf(staged: readonly ManifestFile[], found: readonly ManifestFile[]): string | null {
  const now = new Map(found.map((file) => [file.name, file]));
  const before = new Set(staged.map(({ name }) => name));
  const parts = [
    ...staged.filter(({ name }) => !now.has(name)).map(({ name }) => `${name} is missing`),
    ...staged
      .filter(({ name, sha256 }) => now.has(name) && now.get(name)?.sha256 !== sha256)
      .map(({ name }) => `${name} was changed`),
    ...found.filter(({ name }) => !before.has(name)).map(({ name }) => `${name} came in addition`),
  ];
  const [first] = parts;
  if (first === undefined) return null;
  return parts.length === 1 ? first : `${first}, and ${parts.length - 1} more`;
}
