import type { CopyStatus } from '../../../domain/campaign/copies.ts';
import type { Release } from '../../../domain/campaign/definition.ts';
import { byServer, type CopiesStore, manifestOf } from '../../copies-store.ts';
import { flat, list } from '../core/scripts.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';

export const copiesOf = (shards: Shards): CopiesStore => ({
  readCopies: async (release) => {
    const { redis, keys } = shards.head;
    const found = await redis.hvals(keys.of('copyStatus', release));
    return found.map((text) => JSON.parse(text) as CopyStatus).sort(byServer);
  },
  writeCopies: async (release, manifest, found, forgotten, leader) => {
    const names = (isVerified: boolean): readonly string[] =>
      found.filter(({ state }) => (state === 'verified') === isVerified).map((each) => each.logonServer);
    const status = Object.fromEntries(found.map((each) => [each.logonServer, JSON.stringify(each)]));
    const written = await fromEach(shards, ({ run, number }) =>
      run(
        'write-copies',
        leader ?? '',
        release,
        manifest,
        ...list(names(true)),
        ...list([...names(false), ...forgotten]),
        ...list(number === 0 ? flat(status) : []),
      ),
    );
    return written.every((each) => each === 1);
  },
});

/** The other shards know of a release's copies before it can be found. */
export async function openCopies({ others }: Shards, release: Release): Promise<void> {
  await Promise.all(others.map(({ run }) => run('open-copies', release.release, manifestOf(release))));
}
